// What was made here is marked until it is counted: nothing else tells it from what was there, which is returned. Somebody
// may have made a pair twice, which is two rows of one.
UNWIND $ties.rows AS row
WITH users[row[0]] AS a, users[row[1]] AS b, row
MERGE (a)-[f:FOLLOWS]->(b)
ON CREATE SET f.timestamp = row[2], f.sluiceMade = true
WITH row, f, CASE WHEN f.sluiceMade IS NULL THEN [a.userID, b.userID] END AS met
REMOVE f.sluiceMade
RETURN count(DISTINCT row) AS written, collect(met) AS met
