TERMINATE TRANSACTIONS $ids YIELD transactionId, message
RETURN transactionId AS id, message
