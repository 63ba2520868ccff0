MATCH (:User)-[r:RATED]->(p:Product)
WITH p, r.rating_value AS value, count(*) AS ratings
RETURN p.productID AS product, collect([value, ratings]) AS counted
