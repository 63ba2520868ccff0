// As checkpoint_lock; a node that is made here has no epoch until it is set.
UNWIND $ids AS id
MERGE (c:SluiceCheckpoint {id: id})
SET c.touched = timestamp()
