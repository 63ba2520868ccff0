UNWIND $rows AS row
MATCH (c:SluiceCheckpoint {id: row[0]})
SET c.next_offset = row[1], c.last_timestamp = row[2], c.last_crc = row[3], c.read = c.read + row[4],
    c.stored = c.stored + row[5], c.repeated = c.repeated + row[6], c.dead = c.dead + row[7],
    c.updated = c.updated + row[8]
