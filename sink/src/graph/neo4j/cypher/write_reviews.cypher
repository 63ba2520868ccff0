CREATE (u)-[:REVIEWED {interactionID: row[1], text: row[2], timestamp: row[3]}]->(p)
RETURN count(*) AS written, [] AS met
