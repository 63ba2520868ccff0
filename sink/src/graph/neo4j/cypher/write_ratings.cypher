// What was made here is marked until it is counted, as in write_follows.
UNWIND $rows AS row
MATCH (u:User {userID: row[0]})
MATCH (p:Product {productID: row[1]})
MERGE (u)-[r:RATED]->(p)
ON CREATE SET r.sluiceMade = true
WITH row, r, r.sluiceMade AS made
SET r.rating_value = row[2], r.timestamp = row[3]
REMOVE r.sluiceMade
RETURN count(DISTINCT row) AS written, count(made) AS made
