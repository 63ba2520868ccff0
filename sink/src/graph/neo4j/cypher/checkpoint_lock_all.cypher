MATCH (c:SluiceCheckpoint)
WITH c ORDER BY c.id
SET c.version = coalesce(c.version, 0) + 1
