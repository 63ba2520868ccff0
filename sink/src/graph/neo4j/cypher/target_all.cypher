MATCH (c:SluiceConnector)
WHERE c.restarts IS NOT NULL
RETURN c.name AS connector, c.paused AS paused, c.restarts AS restarts
ORDER BY c.name
