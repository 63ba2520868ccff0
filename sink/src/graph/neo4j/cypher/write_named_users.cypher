// A name is set where there is none. A list of one or none stands for what to set, so that nobody's node is touched in vain.
UNWIND $rows AS row
MERGE (u:User {userID: row[0]})
FOREACH (name IN CASE WHEN u.name IS NULL THEN [row[1]] ELSE [] END | SET u.name = name)
RETURN count(*) AS written
