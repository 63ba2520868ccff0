MATCH (c:SluiceCheckpoint)
WHERE c.id IN $ids AND c.epoch IS NOT NULL
RETURN c.id AS key, c.connector AS connector, c.cluster AS cluster, c.topic AS topic, c.partition AS partition,
       c.next_offset AS next_offset, c.epoch AS epoch, c.last_timestamp AS last_timestamp, c.last_crc AS last_crc,
       c.incarnation AS incarnation, c.read AS read, c.stored AS stored, c.repeated AS repeated, c.dead AS dead,
       c.updated AS updated, c.format AS format
