// Users that are not there yet are made on the way: a pass of their own costs a second look-up for each row.
UNWIND $rows AS row
MATCH (p:Product {productID: row[2]})
MERGE (u:User {userID: row[1]})
CREATE (u)-[:PURCHASED]->(:Transaction {transactionID: row[0], quantity: row[3], timestamp: row[4]})-[:OF]->(p)
RETURN count(*) AS written
