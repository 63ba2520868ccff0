// The products and no more, with repetitions: what users share is counted where it is fast. One user after another, in the
// order of an index, so that the database has to keep none of them.
MATCH (u:User)
WHERE u.userID IS NOT NULL
WITH u ORDER BY u.userID
RETURN u.userID AS user, COLLECT { MATCH (u)-[:PURCHASED]->(:Transaction)-[:OF]->(p:Product) RETURN p.productID } AS products
