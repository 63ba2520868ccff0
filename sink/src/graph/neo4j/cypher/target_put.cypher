// A list of one or none stands for a text that may not be there: a null would be no error where a name is misspelt.
MATCH (c:SluiceConnector {name: $connector})
SET c.config = $config[0], c.file = $file[0], c.paused = $paused, c.stopped = $stopped, c.restarts = $restarts,
  c.task_restarts = $task_restarts, c.forgotten_topics = $forgotten_topics
