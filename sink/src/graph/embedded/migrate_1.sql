-- From version 1 to 2: a format on each checkpoint, claims of replays, and target states.
ALTER TABLE checkpoint ADD COLUMN format INTEGER NOT NULL DEFAULT 1;
UPDATE checkpoint SET format = 2;
ALTER TABLE dead_letter ADD COLUMN claimed_by TEXT;
ALTER TABLE dead_letter ADD COLUMN claimed_at INTEGER;
ALTER TABLE dead_letter ADD COLUMN failed_again_at INTEGER;
CREATE TABLE connector (name TEXT PRIMARY KEY, paused INTEGER NOT NULL, restarts INTEGER NOT NULL) STRICT, WITHOUT ROWID;
