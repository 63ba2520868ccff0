// Few rows with many ids: a row for each product would take the driver as long as the database.
UNWIND $ids AS id
MATCH (p:Product {productID: id})
RETURN coalesce(p.category, 'Uncategorized') AS category, collect(id) AS products
