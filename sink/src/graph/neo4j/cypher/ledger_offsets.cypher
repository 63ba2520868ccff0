MATCH (d:SluiceDeadLetter)
WHERE d.topic = $topic AND d.partition = $partition AND d.offset >= $from AND d.offset < $to AND d.cluster = $cluster
RETURN DISTINCT d.offset AS offset
ORDER BY offset
