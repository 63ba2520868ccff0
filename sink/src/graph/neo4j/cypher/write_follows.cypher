// What was made here is marked until it is counted: nothing else tells it from what was there. Somebody may have made a
// pair twice, which is two rows of one.
UNWIND $rows AS row
MATCH (a:User {userID: row[0]})
MATCH (b:User {userID: row[1]})
MERGE (a)-[f:FOLLOWS]->(b)
ON CREATE SET f.timestamp = row[2], f.sluiceMade = true
WITH row, f, f.sluiceMade AS made
REMOVE f.sluiceMade
RETURN count(DISTINCT row) AS written, count(made) AS made
