MATCH (d:SluiceDeadLetter {id: $id})
RETURN d.claimed_by AS by, d.claimed_at AS at, d.replayed_at AS sent
