UNWIND $rows AS row
MATCH (u:User {userID: row[1]})
MATCH (p:Product {productID: row[2]})
CREATE (u)-[:PURCHASED]->(:Transaction {transactionID: row[0], quantity: row[3], timestamp: row[4]})-[:OF]->(p)
RETURN count(*) AS written
