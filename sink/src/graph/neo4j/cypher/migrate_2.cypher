// Version 3 differs in the embedded store only; a version is one for both.
MATCH (c:SluiceCheckpoint)
SET c.format = 3
RETURN count(*) AS checkpoints
