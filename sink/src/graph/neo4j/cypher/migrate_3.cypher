// Active topics that are forgotten are read as if nothing had ever been.
MATCH (c:SluiceCheckpoint)
SET c.format = 4
RETURN count(*) AS checkpoints
