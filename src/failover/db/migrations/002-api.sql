-- Access to the HTTP API. Tokens and sessions lie here as SHA-256 only.
CREATE TABLE api_tokens (
  id           TEXT PRIMARY KEY,
  name         TEXT NOT NULL,
  hash         TEXT NOT NULL UNIQUE,
  created_ms   INTEGER NOT NULL,
  last_used_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE api_sessions (
  hash         TEXT PRIMARY KEY,
  token_id     TEXT NOT NULL REFERENCES api_tokens (id) ON DELETE CASCADE,
  who          TEXT NOT NULL,
  created_ms   INTEGER NOT NULL,
  used_ms      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Other failover servers that are reached through this one. The token is sealed with the vault's key.
CREATE TABLE other_failovers (
  id           TEXT PRIMARY KEY,
  name         TEXT NOT NULL,
  address      TEXT NOT NULL,
  secure       INTEGER NOT NULL,
  token        BLOB NOT NULL,
  added_ms     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who is told of what. Secrets inside are sealed with the vault's key.
CREATE TABLE notification_settings (
  one          INTEGER PRIMARY KEY CHECK (one = 1),
  version      INTEGER NOT NULL,
  settings     TEXT NOT NULL,
  secrets      BLOB
) STRICT;

-- The newest check of the cameras, per server (JSON of contract/api/check.ts).
CREATE TABLE checks (
  server_id    TEXT PRIMARY KEY,
  at_ms        INTEGER NOT NULL,
  result       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
