// What connectors have more since version 3 is read as if it were there.
MATCH (c:SluiceCheckpoint)
SET c.format = 3
RETURN count(*) AS checkpoints
