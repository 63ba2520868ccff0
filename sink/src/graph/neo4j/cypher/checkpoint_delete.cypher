UNWIND $ids AS id
MATCH (c:SluiceCheckpoint {id: id})
DETACH DELETE c
