MATCH (d:SluiceDeadLetter {id: $id})
WHERE d.claimed_by = $by
SET d.claimed_by = null, d.claimed_at = null
