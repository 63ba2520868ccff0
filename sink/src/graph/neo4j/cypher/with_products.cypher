// After with_users: each product once, with its rows, unless it is not as it is known to be.
UNWIND $ties.products AS product
MATCH (p:Product {productID: product[0]})
WHERE product[1] IS NULL OR (
  p.category = product[1][0] AND (p.name IS NOT NULL) = product[1][1] AND (p.price IS NOT NULL) = product[1][2])
UNWIND product[2] AS row
WITH p, users[row[0]] AS u, product[0] AS id, row
