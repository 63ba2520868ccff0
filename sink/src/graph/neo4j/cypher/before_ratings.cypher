UNWIND $keys AS pair
MATCH (u:User {userID: pair[0]})
MATCH (p:Product {productID: pair[1]})
MATCH (u)-[r:RATED]->(p)
RETURN pair[0] AS user, pair[1] AS product, max(coalesce(r.timestamp, 0)) AS timestamp
