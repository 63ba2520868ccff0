// As write_transactions.
UNWIND $rows AS row
MATCH (p:Product {productID: row[2]})
MERGE (u:User {userID: row[1]})
CREATE (u)-[:REVIEWED {interactionID: row[0], text: row[3], timestamp: row[4]}]->(p)
RETURN count(*) AS written
