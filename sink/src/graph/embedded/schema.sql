-- The graph as tables. Ids are the keys; what a question scans has an index that answers it alone.

CREATE TABLE user (id INTEGER PRIMARY KEY, name TEXT) STRICT;

CREATE TABLE product (id INTEGER PRIMARY KEY, category TEXT NOT NULL, name TEXT, price REAL) STRICT;

CREATE TABLE purchase (
    id TEXT PRIMARY KEY,
    user INTEGER NOT NULL,
    product INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    timestamp INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX purchase_by_time ON purchase (timestamp, product, user, quantity);

-- The distinct pairs of `purchase`, kept beside it: similar buyers ask for them, and there are far fewer of them.
CREATE TABLE bought (user INTEGER NOT NULL, product INTEGER NOT NULL, PRIMARY KEY (user, product)) STRICT, WITHOUT ROWID;

CREATE TABLE rated (
    user INTEGER NOT NULL,
    product INTEGER NOT NULL,
    value INTEGER NOT NULL,
    timestamp INTEGER NOT NULL,
    PRIMARY KEY (user, product)
) STRICT, WITHOUT ROWID;
CREATE INDEX rated_by_product ON rated (product, value DESC, user);

-- With a rowid, unlike the others: its rows can have 32 KiB.
CREATE TABLE reviewed (
    id TEXT NOT NULL UNIQUE,
    user INTEGER NOT NULL,
    product INTEGER NOT NULL,
    text TEXT NOT NULL,
    timestamp INTEGER NOT NULL
) STRICT;

CREATE TABLE follows (
    followed INTEGER NOT NULL,
    follower INTEGER NOT NULL,
    timestamp INTEGER NOT NULL,
    PRIMARY KEY (followed, follower)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint (
    id TEXT PRIMARY KEY,
    connector TEXT NOT NULL,
    cluster TEXT NOT NULL,
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    next_offset INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    last_timestamp INTEGER NOT NULL,
    last_crc INTEGER NOT NULL,
    incarnation INTEGER NOT NULL,
    read INTEGER NOT NULL,
    stored INTEGER NOT NULL,
    repeated INTEGER NOT NULL,
    dead INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    -- The version of the store that last wrote it.
    format INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letter (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    connector TEXT NOT NULL,
    cluster TEXT NOT NULL,
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    "offset" INTEGER NOT NULL,
    reason TEXT NOT NULL,
    message TEXT NOT NULL,
    key BLOB,
    value BLOB,
    headers TEXT NOT NULL,
    timestamp_ms INTEGER,
    recorded_at INTEGER NOT NULL,
    replayed_at INTEGER,
    published INTEGER NOT NULL DEFAULT 0,
    claimed_by TEXT,
    claimed_at INTEGER,
    failed_again_at INTEGER
) STRICT;
CREATE INDEX dead_letter_by_place ON dead_letter (topic, partition, "offset", cluster, id);
CREATE INDEX dead_letter_unpublished ON dead_letter (sequence) WHERE published = 0;

-- Each connector as it was defined, and what people want of it.
CREATE TABLE connector (
    name TEXT PRIMARY KEY,
    paused INTEGER NOT NULL,
    restarts INTEGER NOT NULL,
    -- A JSON object of texts; none for one that is deleted.
    config TEXT,
    -- A hash of the file that it comes from.
    file TEXT,
    stopped INTEGER NOT NULL DEFAULT 0,
    task_restarts TEXT NOT NULL DEFAULT '{}',
    forgotten_topics TEXT NOT NULL DEFAULT '{}'
) STRICT, WITHOUT ROWID;

-- Nodes and relationships of patterns and CUD messages. Labels are a sorted JSON list, properties a JSON object.
CREATE TABLE generic_node (id INTEGER PRIMARY KEY, labels TEXT NOT NULL, properties TEXT NOT NULL) STRICT;

-- The properties by which a node can be found: all that are no lists and not long.
CREATE TABLE generic_property (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    node INTEGER NOT NULL,
    PRIMARY KEY (name, value, node)
) STRICT, WITHOUT ROWID;

CREATE TABLE generic_relationship (
    id INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    start_node INTEGER NOT NULL,
    end_node INTEGER NOT NULL,
    properties TEXT NOT NULL
) STRICT;
CREATE INDEX generic_relationship_by_start ON generic_relationship (start_node, end_node, type);
CREATE INDEX generic_relationship_by_end ON generic_relationship (end_node);
