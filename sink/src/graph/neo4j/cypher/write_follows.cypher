UNWIND $rows AS row
MATCH (a:User {userID: row[0]})
MATCH (b:User {userID: row[1]})
MERGE (a)-[f:FOLLOWS]->(b)
ON CREATE SET f.timestamp = row[2]
RETURN count(*) AS written
