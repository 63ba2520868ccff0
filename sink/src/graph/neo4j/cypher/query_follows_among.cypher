UNWIND $users AS followed
MATCH (:User {userID: followed})<-[:FOLLOWS]-(f:User)
WHERE f.userID IN $users
RETURN DISTINCT f.userID AS follower, followed
ORDER BY follower, followed
