-- From version 2 to 3: any nodes and relationships, and connectors that are defined in the store.
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
UPDATE checkpoint SET format = 3;
ALTER TABLE connector ADD COLUMN config TEXT;
ALTER TABLE connector ADD COLUMN file TEXT;
ALTER TABLE connector ADD COLUMN stopped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE connector ADD COLUMN task_restarts TEXT NOT NULL DEFAULT '{}';
