-- From version 2 to 3: connectors are defined in the store.
UPDATE checkpoint SET format = 3;
ALTER TABLE connector ADD COLUMN config TEXT;
ALTER TABLE connector ADD COLUMN file TEXT;
ALTER TABLE connector ADD COLUMN stopped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE connector ADD COLUMN task_restarts TEXT NOT NULL DEFAULT '{}';
