MATCH (s:SluiceSummary {id: 'summary'})
SET s.format = $format, s.sales = $totals[0], s.followers = $totals[1], s.ratings = $totals[2]
