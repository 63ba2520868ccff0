// As checkpoint_lock_or_create: of several processes that start, one brings the store up to date.
MERGE (m:SluiceMeta {id: 'sluice'})
SET m.touched = timestamp()
