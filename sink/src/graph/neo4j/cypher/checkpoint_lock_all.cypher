// As checkpoint_lock.
MATCH (c:SluiceCheckpoint)
WITH c ORDER BY c.id
SET c.touched = timestamp()
