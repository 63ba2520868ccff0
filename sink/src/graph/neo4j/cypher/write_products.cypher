// Not where a product is not as it is known to be. What is not told is an empty list: it is left as it is.
UNWIND $rows AS row
MERGE (p:Product {productID: row[0]})
WITH p, row
WHERE row[4] IS NULL OR (
  p.category = row[4][0] AND (p.name IS NOT NULL) = row[4][1] AND (p.price IS NOT NULL) = row[4][2])
SET p.category = row[1]
FOREACH (name IN row[2] | SET p.name = name)
FOREACH (price IN row[3] | SET p.price = price)
RETURN count(*) AS written
