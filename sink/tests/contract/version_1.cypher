// A graph as version 1 left it: one purchase, one dead letter, and the checkpoint behind them.
CREATE (:User {userID: 1})-[:PURCHASED]->(:Transaction {transactionID: 'a', quantity: 2, timestamp: 1700000000})
       -[:OF]->(:Product {productID: 2, category: 'Books'})
CREATE (c:SluiceCheckpoint {id: 'purchases/k/purchases/0'})
SET c.version = timestamp()
SET c.connector = 'purchases', c.cluster = 'k', c.topic = 'purchases', c.partition = 0, c.next_offset = 2, c.epoch = 1,
    c.last_timestamp = 1700000000002, c.last_crc = 77, c.incarnation = 1, c.read = 2, c.stored = 1, c.repeated = 0,
    c.dead = 1, c.updated = 0
CREATE (d:SluiceDeadLetter {id: 'purchases/k/purchases/0/1'})
SET d.connector = 'purchases', d.cluster = 'k', d.topic = 'purchases', d.partition = 0, d.offset = 1,
    d.reason = 'malformed_json', d.message = 'the value at 1 is no JSON', d.key = null, d.value = null,
    d.headers = '[]', d.timestamp_ms = 1700000000000, d.recorded_at = 1700000000001, d.replayed_at = null,
    d.published = false
