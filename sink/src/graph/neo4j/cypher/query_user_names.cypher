UNWIND $ids AS id
MATCH (u:User {userID: id})
WHERE u.name IS NOT NULL
RETURN id, u.name AS name
