// Another process may have told the name since it was asked for: it stays.
UNWIND $rows AS row
MERGE (u:User {userID: row[0]})
SET u.name = coalesce(row[1], u.name)
RETURN count(*) AS written
