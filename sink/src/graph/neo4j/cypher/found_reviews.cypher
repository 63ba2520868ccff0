UNWIND $keys AS id
MATCH (u:User)-[r:REVIEWED {interactionID: id}]->(p:Product)
RETURN id, u.userID AS user, p.productID AS product, coalesce(r.text, '') AS text, coalesce(r.timestamp, 0) AS timestamp
