MATCH (d:SluiceDelta)
RETURN elementId(d) AS id
