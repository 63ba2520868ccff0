// Each of these is one look into the count store.
RETURN COUNT { MATCH (:User) } AS users,
       COUNT { MATCH (:Product) } AS products,
       COUNT { MATCH (:Transaction) } AS transactions,
       COUNT { MATCH ()-[:PURCHASED]->() } AS purchased,
       COUNT { MATCH ()-[:OF]->() } AS of,
       COUNT { MATCH ()-[:RATED]->() } AS rated,
       COUNT { MATCH ()-[:REVIEWED]->() } AS reviewed,
       COUNT { MATCH ()-[:FOLLOWS]->() } AS follows
