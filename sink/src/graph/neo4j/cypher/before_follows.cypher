UNWIND $keys AS pair
MATCH (a:User {userID: pair[0]})
MATCH (b:User {userID: pair[1]})
MATCH (a)-[:FOLLOWS]->(b)
RETURN DISTINCT pair[0] AS follower, pair[1] AS followed
