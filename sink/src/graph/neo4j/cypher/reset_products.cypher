MATCH (n:Product)
WITH n LIMIT $limit
DETACH DELETE n
RETURN count(*) AS deleted
