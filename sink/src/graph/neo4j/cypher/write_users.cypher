// A name that is not told is an empty list: one that another process has set since it was asked for stays.
UNWIND $rows AS row
MERGE (u:User {userID: row[0]})
FOREACH (name IN row[1] | SET u.name = name)
RETURN count(*) AS written
