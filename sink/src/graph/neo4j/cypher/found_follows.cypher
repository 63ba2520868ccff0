// OPTIONAL keeps the planner from walking all that a user follows.
UNWIND $keys AS pair
MATCH (a:User {userID: pair[0]})
MATCH (b:User {userID: pair[1]})
OPTIONAL MATCH (a)-[f:FOLLOWS]->(b)
WITH pair, f
WHERE f IS NOT NULL
RETURN pair[0] AS follower, pair[1] AS followed, coalesce(f.timestamp, 0) AS timestamp
