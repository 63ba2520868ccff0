// Connectors are defined in the store now, which is read as if it had always been so; the rest is the embedded store's.
MATCH (c:SluiceCheckpoint)
SET c.format = 3
RETURN count(*) AS checkpoints
