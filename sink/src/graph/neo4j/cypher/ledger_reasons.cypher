MATCH (d:SluiceDeadLetter)
RETURN d.topic AS topic, d.reason AS reason, count(*) AS letters, count(*) - count(d.replayed_at) AS waiting
ORDER BY topic, reason
