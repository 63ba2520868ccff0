RETURN COUNT { MATCH (:SluiceDelta) } AS waiting
