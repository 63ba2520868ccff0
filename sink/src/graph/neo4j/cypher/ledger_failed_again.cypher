// The letters of which these are replays.
UNWIND $rows AS row
MATCH (d:SluiceDeadLetter)
WHERE d.topic = row[0] AND d.partition = row[1] AND d.offset = row[2] AND d.id ENDS WITH row[3]
SET d.failed_again_at = row[4]
