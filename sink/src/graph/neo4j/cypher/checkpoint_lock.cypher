// Says whose the transaction is before it waits (see mark.rs). Writing takes the lock; what a MATCH reads is not locked, so
// nothing is decided here. In the order of $ids. The value says when, and must not depend on the old one: two transactions
// that both set a property from itself at the same node end in a deadlock that is none.
CALL tx.setMetaData($mark)
UNWIND $ids AS id
MATCH (c:SluiceCheckpoint {id: id})
SET c.touched = timestamp()
