MATCH (s:SluiceSummary {id: 'summary'})
SET s.turn = $turn, s.busy = true, s.since = $now
