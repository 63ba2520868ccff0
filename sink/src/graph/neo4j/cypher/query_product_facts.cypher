UNWIND $ids AS id
MATCH (p:Product {productID: id})
RETURN id AS product, p.name AS name, coalesce(p.category, 'Uncategorized') AS category
