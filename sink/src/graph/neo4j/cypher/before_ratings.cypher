// OPTIONAL keeps the planner from walking all ratings of a product to find the one of a user.
UNWIND $keys AS pair
MATCH (u:User {userID: pair[0]})
MATCH (p:Product {productID: pair[1]})
OPTIONAL MATCH (u)-[r:RATED]->(p)
WITH pair, count(r) AS ratings, max(r.timestamp) AS timestamp, max(r.rating_value) AS value
WHERE ratings > 0
RETURN pair[0] AS user, pair[1] AS product, coalesce(timestamp, 0) AS timestamp, coalesce(value, 0) AS value
