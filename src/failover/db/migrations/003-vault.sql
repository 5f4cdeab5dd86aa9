-- Settings backups. Files lie in the backup directory as sealed blobs named by content; the newest good
-- version is never deleted while its server is in the list.
CREATE TABLE vault_versions (
  server_id     TEXT NOT NULL,
  version       INTEGER NOT NULL,
  taken_ms      INTEGER NOT NULL,
  -- daily, caught up, on demand, settings changed, paired
  trigger       TEXT NOT NULL,
  -- An equal fetch later renews this instead of making a version.
  confirmed_ms  INTEGER NOT NULL,
  verified_ms   INTEGER,
  -- good, held, corrupt, newer schema
  state         TEXT NOT NULL,
  code          TEXT,
  reason        TEXT,
  digest        TEXT NOT NULL,
  cameras       INTEGER NOT NULL,
  bytes         INTEGER NOT NULL,
  -- SHA-256 of the sealed manifest blob (document and list of files)
  manifest      TEXT NOT NULL,
  PRIMARY KEY (server_id, version)
) STRICT, WITHOUT ROWID;

-- Which blobs a version needs, so that a blob goes only when nobody needs it.
CREATE TABLE vault_blobs (
  server_id     TEXT NOT NULL,
  version       INTEGER NOT NULL,
  sha256        TEXT NOT NULL,
  PRIMARY KEY (server_id, version, sha256),
  FOREIGN KEY (server_id, version) REFERENCES vault_versions (server_id, version) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX vault_blobs_by_content ON vault_blobs (sha256);

-- The last attempt per server, good or not.
CREATE TABLE vault_attempts (
  server_id     TEXT PRIMARY KEY,
  at_ms         INTEGER NOT NULL,
  trigger       TEXT NOT NULL,
  code          TEXT,
  reason        TEXT
) STRICT, WITHOUT ROWID;

-- When the daily run was last done, so that one missed while off is caught up once.
CREATE TABLE vault_schedule (
  one           INTEGER PRIMARY KEY CHECK (one = 1),
  last_run_ms   INTEGER NOT NULL
) STRICT;
