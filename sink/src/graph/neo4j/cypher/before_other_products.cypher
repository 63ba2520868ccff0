// Of the products that are known, only those that are not as known: most are, and what is returned costs more than what is looked at.
UNWIND $keys AS known
MATCH (p:Product {productID: known[0]})
WHERE known[1] IS NULL OR p.category IS NULL OR p.category <> known[1]
  OR (p.name IS NOT NULL) <> known[2] OR (p.price IS NOT NULL) <> known[3]
RETURN p.productID AS id, p.category AS category, p.name AS name, p.price AS price
