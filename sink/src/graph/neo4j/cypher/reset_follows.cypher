MATCH (:User)-[r:FOLLOWS]->()
WITH r LIMIT $limit
DELETE r
RETURN count(*) AS deleted
