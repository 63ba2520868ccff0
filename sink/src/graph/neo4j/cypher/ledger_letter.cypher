MATCH (d:SluiceDeadLetter {id: $id})
RETURN d.id AS id, d.connector AS connector, d.cluster AS cluster, d.topic AS topic, d.partition AS partition,
       d.offset AS offset, d.reason AS reason, d.message AS message, d.key AS key, d.value AS value,
       d.headers AS headers, d.timestamp_ms AS timestamp_ms, d.recorded_at AS recorded_at,
       d.claimed_at AS claimed_at, d.replayed_at AS replayed_at, d.failed_again_at AS failed_again_at
