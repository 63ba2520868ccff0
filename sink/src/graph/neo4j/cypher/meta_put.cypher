MATCH (m:SluiceMeta {id: 'sluice'})
SET m.version = $version
