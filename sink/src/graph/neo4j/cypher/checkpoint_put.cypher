// With them goes what the data adds to the tables of the summary, where it adds anything.
FOREACH (delta IN $deltas |
  CREATE (:SluiceDelta {sales: delta[0], followers: delta[1], ratings: delta[2], baskets: delta[3]}))
WITH 1 AS once
UNWIND $rows AS row
MERGE (c:SluiceCheckpoint {id: row[0]})
SET c.connector = row[1], c.cluster = row[2], c.topic = row[3], c.partition = row[4], c.next_offset = row[5],
    c.epoch = row[6], c.last_timestamp = row[7], c.last_crc = row[8], c.incarnation = row[9], c.read = row[10],
    c.stored = row[11], c.repeated = row[12], c.dead = row[13], c.updated = row[14], c.format = row[15]
