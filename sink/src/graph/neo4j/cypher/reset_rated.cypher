MATCH (:User)-[r:RATED]->()
WITH r LIMIT $limit
DELETE r
RETURN count(*) AS deleted
