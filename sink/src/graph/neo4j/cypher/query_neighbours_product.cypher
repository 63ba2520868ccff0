// Ties as bits, added up: 1 bought, 2 rated, 4 reviewed. A node without ties stays: it has none.
MATCH (p:Product {productID: $id})
WITH p,
  [(u:User)-[:PURCHASED]->(:Transaction)-[:OF]->(p) | {node: u, bit: 1}] +
  [(u:User)-[:RATED]->(p) | {node: u, bit: 2}] +
  [(u:User)-[:REVIEWED]->(p) | {node: u, bit: 4}] AS ties
UNWIND CASE WHEN size(ties) = 0 THEN [null] ELSE ties END AS tie
WITH DISTINCT p, tie.node AS n, tie.bit AS bit
WITH p, n, count(*) AS ways, sum(bit) AS bits
ORDER BY ways DESC, n.userID
WITH p, collect(CASE WHEN n IS NOT NULL THEN {product: false, id: n.userID, name: n.name, bits: bits} END) AS found
RETURN p.name AS name, size(found) AS total, found[..$limit] AS neighbours
