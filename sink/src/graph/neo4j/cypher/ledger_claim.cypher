// What is sent again has not failed again yet.
MATCH (d:SluiceDeadLetter {id: $id})
SET d.claimed_by = $by, d.claimed_at = $at, d.failed_again_at = null
