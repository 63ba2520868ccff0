// The map holds only what is told: a name that another process has set since it was asked for stays.
UNWIND $rows AS row
MERGE (u:User {userID: row[0]})
SET u += row[1]
RETURN count(*) AS written
