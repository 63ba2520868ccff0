// Writing takes the lock; what a MATCH reads is not locked, so nothing is decided here. In the order of $ids.
UNWIND $ids AS id
MATCH (c:SluiceCheckpoint {id: id})
SET c.version = coalesce(c.version, 0) + 1
