// How much the graph has of what each table stands for. Each of these is one look into the count store.
RETURN [COUNT { MATCH ()-[:OF]->() }, COUNT { MATCH ()-[:FOLLOWS]->() }, COUNT { MATCH ()-[:RATED]->() },
        COUNT { MATCH ()-[:PURCHASED]->() }] AS counts
