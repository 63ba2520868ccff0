MATCH (s:SluiceSummary {id: 'summary'})
WHERE s.turn = $turn
SET s.busy = false
