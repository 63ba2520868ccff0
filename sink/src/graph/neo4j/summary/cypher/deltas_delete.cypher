MATCH (d:SluiceDelta)
WHERE elementId(d) IN $ids
DELETE d
