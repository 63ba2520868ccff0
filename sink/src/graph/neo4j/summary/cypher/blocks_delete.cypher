MATCH (b:SluiceBlock)
DELETE b
