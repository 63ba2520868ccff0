MATCH (t:Transaction)-[:OF]->(p:Product)
WHERE t.timestamp IS NOT NULL
WITH toInteger(floor(t.timestamp / 86400.0)) AS day, p, count(*) AS purchases, sum(t.quantity) AS units
RETURN day AS major, p.productID AS id, [purchases, units] AS numbers
