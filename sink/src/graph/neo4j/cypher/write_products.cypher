// As write_users.
UNWIND $rows AS row
MERGE (p:Product {productID: row[0]})
SET p += row[1]
RETURN count(*) AS written
