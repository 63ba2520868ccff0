MATCH (d:SluiceDeadLetter {id: $id})
SET d.replayed_at = $at
