MATCH (s:SluiceSummary {id: 'summary'})
DELETE s
