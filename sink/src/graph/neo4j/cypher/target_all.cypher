MATCH (c:SluiceConnector)
WHERE c.restarts IS NOT NULL
RETURN c.name AS connector, c.config AS config, c.file AS file, c.paused AS paused,
  coalesce(c.stopped, false) AS stopped, c.restarts AS restarts, coalesce(c.task_restarts, '{}') AS task_restarts,
  coalesce(c.forgotten_topics, '{}') AS forgotten_topics
ORDER BY c.name
