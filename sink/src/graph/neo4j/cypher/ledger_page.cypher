// The index gives the letters in their order, from the topic of $topic on. CASE, since an OR would become a union of
// scans that reads all of them.
MATCH (d:SluiceDeadLetter)
USING INDEX d:SluiceDeadLetter(topic, partition, offset)
WHERE d.topic >= $topic AND d.partition IS NOT NULL AND d.offset IS NOT NULL
  AND ($only IS NULL OR d.topic = $only)
  AND ($reason IS NULL OR d.reason = $reason)
  AND (NOT $waiting OR d.replayed_at IS NULL)
  AND ($until IS NULL OR d.recorded_at <= $until)
  AND CASE
        WHEN d.topic <> $topic THEN true
        WHEN d.partition <> $partition THEN d.partition > $partition
        WHEN d.offset <> $offset THEN d.offset > $offset
        WHEN d.cluster <> $cluster THEN d.cluster > $cluster
        ELSE d.id > $id
      END
WITH d ORDER BY d.topic, d.partition, d.offset, d.cluster, d.id LIMIT $limit
RETURN d.id AS id, d.connector AS connector, d.cluster AS cluster, d.topic AS topic, d.partition AS partition,
       d.offset AS offset, d.reason AS reason, d.message AS message, d.key AS key, d.value AS value,
       d.headers AS headers, d.timestamp_ms AS timestamp_ms, d.recorded_at AS recorded_at,
       d.claimed_at AS claimed_at, d.replayed_at AS replayed_at, d.failed_again_at AS failed_again_at
