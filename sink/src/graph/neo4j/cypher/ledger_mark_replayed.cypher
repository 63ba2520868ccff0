// A claim that has become somebody else's is his to end.
MATCH (d:SluiceDeadLetter {id: $id})
SET d.replayed_at = $at
WITH d WHERE d.claimed_by = $by
SET d.claimed_by = null, d.claimed_at = null
