UNWIND $rows AS row
MERGE (p:Product {productID: row[0]})
SET p.category = row[1], p.name = coalesce(row[2], p.name), p.price = coalesce(row[3], p.price)
RETURN count(*) AS written
