MATCH (t:Transaction)
WHERE t.timestamp > $after AND t.timestamp <= $until
MATCH (t)-[:OF]->(p:Product)
WITH p, count(*) AS purchases, sum(t.quantity) AS units
RETURN p.productID AS product, coalesce(p.category, 'Uncategorized') AS category, purchases, units
