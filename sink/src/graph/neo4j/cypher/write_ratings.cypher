UNWIND $rows AS row
MATCH (u:User {userID: row[0]})
MATCH (p:Product {productID: row[1]})
MERGE (u)-[r:RATED]->(p)
SET r.rating_value = row[2], r.timestamp = row[3]
RETURN count(*) AS written
