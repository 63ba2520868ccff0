MATCH (c:SluiceConnector {name: $connector})
SET c.paused = $paused, c.restarts = $restarts
