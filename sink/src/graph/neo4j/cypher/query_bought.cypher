// The distinct pairs and no more: what users share is counted where it is fast.
MATCH (u:User)-[:PURCHASED]->(:Transaction)-[:OF]->(p:Product)
WITH u, collect(DISTINCT p.productID) AS products
RETURN u.userID AS user, products
ORDER BY user
