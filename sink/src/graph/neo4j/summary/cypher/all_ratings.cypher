MATCH (:User)-[r:RATED]->(p:Product)
WITH p, r.rating_value AS value, count(*) AS ratings
WITH p, collect([value, ratings]) AS counted
RETURN 0 AS major, p.productID AS id,
       [stars IN range(1, 5) | reduce(sum = 0, it IN counted | sum + CASE it[0] WHEN stars THEN it[1] ELSE 0 END)] AS numbers
