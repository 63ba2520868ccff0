SHOW INDEXES YIELD entityType, labelsOrTypes, properties, type
WHERE entityType = 'NODE' AND type = 'RANGE'
RETURN labelsOrTypes AS labels, properties AS names
