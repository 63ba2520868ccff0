MATCH (s:SluiceSummary {id: 'summary'})
RETURN s.format AS format, s.turn AS turn, coalesce(s.busy, false) AS busy, coalesce(s.since, 0) AS since,
       [coalesce(s.sales, 0), coalesce(s.followers, 0), coalesce(s.ratings, 0)] AS totals
