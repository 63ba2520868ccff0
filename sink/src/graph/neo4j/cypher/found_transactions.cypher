UNWIND $keys AS id
MATCH (t:Transaction {transactionID: id})
MATCH (u:User)-[:PURCHASED]->(t)-[:OF]->(p:Product)
RETURN id, u.userID AS user, p.productID AS product, coalesce(t.quantity, 1) AS quantity, coalesce(t.timestamp, 0) AS timestamp
