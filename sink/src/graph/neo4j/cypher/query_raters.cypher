UNWIND $products AS product
MATCH (:Product {productID: product})<-[r:RATED]-(u:User)
WITH product, u, r ORDER BY product, r.rating_value DESC, u.userID
WITH product, collect({user: u.userID, name: u.name, rating: r.rating_value})[..$limit] AS raters
RETURN product, raters
