MATCH (d:SluiceDeadLetter)
RETURN d.topic AS topic, count(*) AS letters
ORDER BY topic
