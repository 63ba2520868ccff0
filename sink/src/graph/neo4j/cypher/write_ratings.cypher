// What was made here is marked until it is counted, as in write_follows; what was there is returned as it was, and stays if
// it is newer.
MERGE (u)-[r:RATED]->(p)
ON CREATE SET r.sluiceMade = true
WITH id, row, r,
  CASE WHEN r.sluiceMade IS NULL THEN [u.userID, id, coalesce(r.timestamp, 0), coalesce(r.rating_value, 0)] END AS met
FOREACH (newer IN CASE WHEN met IS NULL OR met[2] <= row[2] THEN [row] ELSE [] END |
  SET r.rating_value = newer[1], r.timestamp = newer[2])
REMOVE r.sluiceMade
RETURN count(DISTINCT [id, row[0]]) AS written, collect(met) AS met
