UNWIND $users AS followed
MATCH (:User {userID: followed})<-[:FOLLOWS]-(f:User)
WITH DISTINCT followed, f.userID AS follower
ORDER BY followed, follower
WITH followed, collect(follower)[..$limit] AS followers
RETURN followed, followers
ORDER BY followed
