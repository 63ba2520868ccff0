MATCH (:User)-[r:REVIEWED]->()
WITH r LIMIT $limit
DELETE r
RETURN count(*) AS deleted
