UNWIND $ids AS id
MATCH (d:SluiceDeadLetter {id: id})
SET d.published = true
