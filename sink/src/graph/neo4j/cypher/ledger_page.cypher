MATCH (d:SluiceDeadLetter)
WHERE ($only IS NULL OR d.topic = $only)
  AND (d.topic > $topic OR (d.topic = $topic
  AND (d.partition > $partition OR (d.partition = $partition
  AND (d.offset > $offset OR (d.offset = $offset
  AND (d.cluster > $cluster OR (d.cluster = $cluster
  AND d.id > $id))))))))
WITH d ORDER BY d.topic, d.partition, d.offset, d.cluster, d.id LIMIT $limit
RETURN d.id AS id, d.connector AS connector, d.cluster AS cluster, d.topic AS topic, d.partition AS partition,
       d.offset AS offset, d.reason AS reason, d.message AS message, d.key AS key, d.value AS value,
       d.headers AS headers, d.timestamp_ms AS timestamp_ms, d.recorded_at AS recorded_at, d.replayed_at AS replayed_at
