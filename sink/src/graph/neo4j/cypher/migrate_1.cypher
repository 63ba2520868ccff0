// Up to version 1 the lock was a property called version, and no checkpoint had a format.
MATCH (c:SluiceCheckpoint)
WHERE c.format IS NULL
SET c.format = 2
REMOVE c.version
RETURN count(*) AS checkpoints
