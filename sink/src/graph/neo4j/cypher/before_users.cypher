UNWIND $keys AS id
MATCH (u:User {userID: id})
RETURN u.userID AS id, u.name AS name
