// What is not told is an empty list, as in write_users.
UNWIND $rows AS row
MERGE (p:Product {productID: row[0]})
SET p.category = row[1]
FOREACH (name IN row[2] | SET p.name = name)
FOREACH (price IN row[3] | SET p.price = price)
RETURN count(*) AS written
