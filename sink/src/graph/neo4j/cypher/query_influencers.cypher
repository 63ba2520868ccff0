MATCH (u:User)<-[:FOLLOWS]-(f:User)
WITH u, count(DISTINCT f) AS followers
ORDER BY followers DESC, u.userID
LIMIT $limit
RETURN u.userID AS user, u.name AS name, followers
ORDER BY followers DESC, user
