// As checkpoint_lock.
MATCH (d:SluiceDeadLetter {id: $id})
SET d.touched = timestamp()
