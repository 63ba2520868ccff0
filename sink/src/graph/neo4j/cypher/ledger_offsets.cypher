MATCH (d:SluiceDeadLetter)
WHERE d.topic = $topic AND d.partition = $partition AND d.offset >= $from AND d.offset < $to AND d.cluster = $cluster
  AND ($connector IS NULL OR d.connector = $connector)
RETURN DISTINCT d.offset AS offset
ORDER BY offset
