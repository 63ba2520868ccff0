UNWIND $ids AS id
MATCH (b:SluiceBlock {id: id})
RETURN id, b.cells AS cells
