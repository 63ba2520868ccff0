MATCH (c:SluiceCheckpoint)
WHERE c.id IN $ids AND c.epoch IS NOT NULL
RETURN c.id AS id, c.epoch AS epoch, c.next_offset AS next_offset, c.incarnation AS incarnation
