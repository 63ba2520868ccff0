MATCH (p:Product)
WHERE p.productID IN $products
MATCH (u:User)-[:PURCHASED]->(t:Transaction)-[:OF]->(p)
WHERE t.timestamp > $after AND t.timestamp <= $until
WITH u, p, count(*) AS purchases
ORDER BY purchases DESC, u.userID, p.productID
LIMIT $limit
RETURN u.userID AS user, p.productID AS product, purchases
ORDER BY purchases DESC, user, product
