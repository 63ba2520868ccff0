// Ties as bits, added up: 1 bought, 2 rated, 4 reviewed, 8 follows, 16 followed by. A node without ties stays: it has none.
MATCH (u:User {userID: $id})
WITH u,
  [(u)-[:PURCHASED]->(:Transaction)-[:OF]->(p:Product) | {node: p, bit: 1}] +
  [(u)-[:RATED]->(p:Product) | {node: p, bit: 2}] +
  [(u)-[:REVIEWED]->(p:Product) | {node: p, bit: 4}] +
  [(u)-[:FOLLOWS]->(f:User) WHERE f <> u | {node: f, bit: 8}] +
  [(u)<-[:FOLLOWS]-(f:User) WHERE f <> u | {node: f, bit: 16}] AS ties
UNWIND CASE WHEN size(ties) = 0 THEN [null] ELSE ties END AS tie
WITH DISTINCT u, tie.node AS n, tie.bit AS bit
WITH u, n, count(*) AS ways, sum(bit) AS bits
ORDER BY ways DESC, n:Product, coalesce(n.userID, n.productID)
WITH u, collect(CASE WHEN n IS NOT NULL
  THEN {product: n:Product, id: coalesce(n.userID, n.productID), name: n.name, bits: bits} END) AS found
RETURN u.name AS name, size(found) AS total, found[..$limit] AS neighbours
