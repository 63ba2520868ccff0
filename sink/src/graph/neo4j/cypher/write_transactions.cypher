CREATE (u)-[:PURCHASED]->(:Transaction {transactionID: row[1], quantity: row[2], timestamp: row[3]})-[:OF]->(p)
RETURN count(*) AS written, [] AS met
