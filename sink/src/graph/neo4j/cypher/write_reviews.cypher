UNWIND $rows AS row
MATCH (u:User {userID: row[1]})
MATCH (p:Product {productID: row[2]})
CREATE (u)-[:REVIEWED {interactionID: row[0], text: row[3], timestamp: row[4]}]->(p)
RETURN count(*) AS written
