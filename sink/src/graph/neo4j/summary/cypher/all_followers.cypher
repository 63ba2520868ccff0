MATCH (u:User)<-[:FOLLOWS]-(f:User)
WITH u, count(DISTINCT f) AS followers
RETURN 0 AS major, u.userID AS id, [followers] AS numbers
