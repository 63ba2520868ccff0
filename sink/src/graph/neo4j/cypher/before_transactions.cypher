UNWIND $keys AS id
MATCH (t:Transaction {transactionID: id})
RETURN t.transactionID AS id
