UNWIND $keys AS id
MATCH (p:Product {productID: id})
RETURN p.productID AS id, p.category AS category, p.name AS name, p.price AS price
