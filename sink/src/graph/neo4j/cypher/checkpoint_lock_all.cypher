// As checkpoint_lock.
CALL tx.setMetaData($mark)
MATCH (c:SluiceCheckpoint)
WITH c ORDER BY c.id
SET c.touched = timestamp()
