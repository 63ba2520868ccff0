// A letter that was there before, in a graph whose checkpoints were emptied, gives way.
UNWIND $rows AS row
MERGE (d:SluiceDeadLetter {id: row[0]})
SET d.connector = row[1], d.cluster = row[2], d.topic = row[3], d.partition = row[4], d.offset = row[5],
    d.reason = row[6], d.message = row[7], d.key = row[8], d.value = row[9], d.headers = row[10],
    d.timestamp_ms = row[11], d.recorded_at = row[12], d.claimed_by = null, d.claimed_at = null,
    d.replayed_at = null, d.failed_again_at = null, d.published = false
RETURN count(*) AS written
