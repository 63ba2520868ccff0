MATCH (:User)-[r:RATED]->(p:Product)
WITH p, r.rating_value AS value, count(*) AS ratings
RETURN p.productID AS product, p.name AS name, collect([value, ratings]) AS counted
