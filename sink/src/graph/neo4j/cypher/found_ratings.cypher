// OPTIONAL keeps the planner from walking all ratings of a product.
UNWIND $keys AS pair
MATCH (u:User {userID: pair[0]})
MATCH (p:Product {productID: pair[1]})
OPTIONAL MATCH (u)-[r:RATED]->(p)
WITH pair, r
WHERE r IS NOT NULL
RETURN pair[0] AS user, pair[1] AS product, coalesce(r.rating_value, 0) AS value, coalesce(r.timestamp, 0) AS timestamp
