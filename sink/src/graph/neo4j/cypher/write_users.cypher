// Users that may be there already, without a name to be told.
UNWIND $rows AS id
MERGE (u:User {userID: id})
RETURN count(*) AS written
