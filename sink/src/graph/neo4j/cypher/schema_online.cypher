SHOW INDEXES YIELD name, state, owningConstraint
WHERE state = 'ONLINE'
RETURN CASE owningConstraint WHEN name THEN 'constraint ' + name ELSE 'index ' + name END AS what
