// What was made here is marked until it is counted: nothing else tells it from what was there.
UNWIND $rows AS row
MATCH (a:User {userID: row[0]})
MATCH (b:User {userID: row[1]})
MERGE (a)-[f:FOLLOWS]->(b)
ON CREATE SET f.timestamp = row[2], f.sluiceMade = true
WITH f, f.sluiceMade AS made
REMOVE f.sluiceMade
RETURN count(*) AS written, count(made) AS made
