MATCH (s:SluiceSummary {id: 'summary'})
SET s.format = null
