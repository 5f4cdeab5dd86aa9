-- The backup directory that was used last, and the id that its marker file showed. Another id there, or none: its disk is not mounted.
CREATE TABLE vault_directory (
  one           INTEGER PRIMARY KEY CHECK (one = 1),
  path          TEXT NOT NULL,
  id            TEXT NOT NULL
) STRICT;

-- What a damaged version was before: it is that again when it proves whole.
ALTER TABLE vault_versions ADD COLUMN was TEXT;
