-- One row: what belongs to this failover server alone, and the rules for all its monitored servers.
CREATE TABLE settings (
  one                 INTEGER PRIMARY KEY CHECK (one = 1),
  id                  TEXT NOT NULL,
  name                TEXT NOT NULL,
  daily_backup        INTEGER NOT NULL,
  backup_utc          TEXT NOT NULL,
  auto_take_over      INTEGER NOT NULL,
  auto_restore        INTEGER NOT NULL,
  audio               INTEGER NOT NULL,
  gray_policy         TEXT NOT NULL,
  connected_ms        INTEGER NOT NULL,
  started_ms          INTEGER NOT NULL,
  keep_alive_ms       INTEGER NOT NULL,
  normal_shutdown_ms  INTEGER NOT NULL,
  abnormal_shutdown_ms INTEGER NOT NULL,
  allow_shorter       INTEGER NOT NULL,
  hold_down_ms        INTEGER NOT NULL,
  store_path          TEXT NOT NULL,
  backup_directory    TEXT NOT NULL,
  server_address      TEXT NOT NULL,
  client_address      TEXT NOT NULL,
  max_cameras         INTEGER NOT NULL,
  max_mbit            INTEGER NOT NULL,
  max_preroll_bytes   INTEGER NOT NULL,
  max_provisional_bytes INTEGER NOT NULL,
  disk_reserve_bytes  INTEGER NOT NULL,
  version             INTEGER NOT NULL
) STRICT;

CREATE TABLE servers (
  id                TEXT PRIMARY KEY,
  name              TEXT NOT NULL,
  host              TEXT NOT NULL,
  port              INTEGER NOT NULL,
  -- SHA-256 of the agent's certificate key; null: not authorized.
  pin               TEXT,
  priority          INTEGER NOT NULL,
  standby           TEXT NOT NULL,
  maintenance_until_ms INTEGER,
  maintenance_who   TEXT,
  seen_alive        INTEGER NOT NULL,
  make              TEXT,
  make_version      TEXT,
  -- Last known neutral document, passwords removed: names, priorities and retention while the server is offline.
  cameras           TEXT NOT NULL,
  retention         TEXT,
  added_ms          INTEGER NOT NULL
) STRICT;

-- A person's choice per camera, and what was measured of it (for pre-roll and capacity).
CREATE TABLE server_cameras (
  server_id  TEXT NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
  camera_id  TEXT NOT NULL,
  standby    TEXT,
  gop_ms     REAL,
  bits_per_second REAL,
  peak_bits_per_second REAL,
  PRIMARY KEY (server_id, camera_id)
) STRICT, WITHOUT ROWID;

-- The machines' states as JSON; `version` rises with every step.
CREATE TABLE roles (
  server_id  TEXT PRIMARY KEY,
  state      TEXT NOT NULL,
  version    INTEGER NOT NULL,
  at_ms      REAL NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms     REAL NOT NULL,
  who       TEXT NOT NULL,
  action    TEXT NOT NULL,
  server_id TEXT,
  why       TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_server ON audit (server_id, id);

CREATE TABLE outages (
  id         TEXT PRIMARY KEY,
  server_id  TEXT NOT NULL,
  cause      TEXT NOT NULL,
  started_ms REAL NOT NULL,
  ended_ms   REAL
) STRICT;
CREATE INDEX outages_by_server ON outages (server_id, started_ms);

CREATE TABLE outage_states (
  outage_id TEXT NOT NULL REFERENCES outages (id) ON DELETE CASCADE,
  at_ms     REAL NOT NULL,
  text      TEXT NOT NULL
) STRICT;
CREATE INDEX outage_states_by_outage ON outage_states (outage_id, at_ms);

-- One run of writing of one camera; `to_us` is null while it goes on.
CREATE TABLE outage_cameras (
  outage_id TEXT NOT NULL REFERENCES outages (id) ON DELETE CASCADE,
  camera_id TEXT NOT NULL,
  name      TEXT NOT NULL,
  from_us   INTEGER NOT NULL,
  to_us     INTEGER,
  -- 'kept', 'provisional' or 'dropped' (proven double)
  fate      TEXT NOT NULL,
  PRIMARY KEY (outage_id, camera_id, from_us)
) STRICT, WITHOUT ROWID;

CREATE TABLE outage_hand_backs (
  outage_id TEXT NOT NULL REFERENCES outages (id) ON DELETE CASCADE,
  camera_id TEXT NOT NULL,
  at_ms     REAL NOT NULL,
  gap_ms    REAL,
  note      TEXT NOT NULL,
  PRIMARY KEY (outage_id, camera_id, at_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE alarms (
  id        TEXT PRIMARY KEY,
  code      TEXT NOT NULL,
  server_id TEXT,
  text      TEXT NOT NULL,
  since_ms  REAL NOT NULL
) STRICT, WITHOUT ROWID;
