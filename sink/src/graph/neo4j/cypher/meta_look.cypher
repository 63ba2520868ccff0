OPTIONAL MATCH (m:SluiceMeta {id: 'sluice'})
WITH max(m.version) AS version
OPTIONAL MATCH (c:SluiceCheckpoint)
RETURN version, max(c.format) AS format
