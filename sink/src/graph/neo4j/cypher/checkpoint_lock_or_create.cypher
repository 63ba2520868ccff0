// As checkpoint_lock; a node that is made here has no epoch until it is set.
CALL tx.setMetaData($mark)
UNWIND $ids AS id
MERGE (c:SluiceCheckpoint {id: id})
SET c.touched = timestamp()
