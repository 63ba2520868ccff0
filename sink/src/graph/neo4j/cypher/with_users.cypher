// Each user of the rows is looked up once, and a row says at which place he stands: first those who may be new, then those
// who are there, each by their ids. Nothing is written where one of these is missing.
UNWIND $ties.new AS id
MERGE (u:User {userID: id})
WITH u ORDER BY u.userID
WITH collect(u) AS new
WITH new + COLLECT { UNWIND $ties.known AS id MATCH (u:User {userID: id}) RETURN u ORDER BY u.userID } AS users
WHERE size(users) = size($ties.new) + size($ties.known)
