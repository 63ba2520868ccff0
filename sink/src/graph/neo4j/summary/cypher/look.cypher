// Each of the counts is one look into the count store.
MATCH (s:SluiceSummary {id: 'summary'})
RETURN s.format AS format, s.turn AS turn, coalesce(s.busy, false) AS busy, coalesce(s.since, 0) AS since,
       [coalesce(s.sales, 0), coalesce(s.followers, 0), coalesce(s.ratings, 0)] AS totals,
       [COUNT { MATCH ()-[:OF]->() }, COUNT { MATCH ()-[:FOLLOWS]->() }, COUNT { MATCH ()-[:RATED]->() },
        COUNT { MATCH ()-[:PURCHASED]->() }] AS graph
