SHOW TRANSACTIONS YIELD transactionId, database, metaData, elapsedTime, status
WHERE metaData.sluice IS NOT NULL
RETURN transactionId AS id, database, metaData.sluice.process AS process, metaData.sluice.store AS store,
       metaData.sluice.number AS number, metaData.sluice.checkpoints AS checkpoints,
       elapsedTime.milliseconds AS elapsed_ms, status STARTS WITH 'Blocked' AS blocked
