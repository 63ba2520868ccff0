-- From version 3 to 4: active topics that are forgotten.
UPDATE checkpoint SET format = 4;
ALTER TABLE connector ADD COLUMN forgotten_topics TEXT NOT NULL DEFAULT '{}';
