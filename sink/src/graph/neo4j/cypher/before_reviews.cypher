UNWIND $keys AS id
MATCH ()-[r:REVIEWED {interactionID: id}]->()
RETURN r.interactionID AS id
