// As checkpoint_lock_or_create.
MERGE (c:SluiceConnector {name: $connector})
SET c.touched = timestamp()
