UNWIND $rows AS row
MERGE (b:SluiceBlock {id: row[0]})
SET b.table = row[1], b.major = row[2], b.block = row[3], b.cells = row[4]
