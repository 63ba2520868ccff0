MATCH (d:SluiceDelta)
WITH d LIMIT $limit
RETURN elementId(d) AS id, d.sales AS sales, d.followers AS followers, d.ratings AS ratings, d.baskets AS baskets
