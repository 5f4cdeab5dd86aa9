-- What belongs to this failover server: one row per setting, dotted key, value as JSON.
CREATE TABLE settings (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE servers (
  id            TEXT PRIMARY KEY,
  name          TEXT NOT NULL,
  host          TEXT NOT NULL,
  port          INTEGER NOT NULL,
  -- SHA-256 of the agent's certificate key; null: not paired.
  pin           TEXT,
  -- Installation id of the agent, learnt when paired.
  instance      TEXT,
  priority      INTEGER NOT NULL,
  standby       TEXT NOT NULL,
  copy_back     INTEGER NOT NULL,
  copy_back_bits INTEGER NOT NULL,
  maintenance   TEXT,
  seen_alive    INTEGER NOT NULL,
  make          TEXT,
  make_version  TEXT,
  retention     TEXT,
  version       INTEGER NOT NULL,
  added_ms      REAL NOT NULL
) STRICT;

-- Cameras of the newest known settings, without credentials: names, priorities and retention while the
-- server is offline; a person's choice of standby; what was measured.
CREATE TABLE cameras (
  server_id      TEXT NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
  camera_id      TEXT NOT NULL,
  name           TEXT NOT NULL,
  url            TEXT NOT NULL,
  priority       INTEGER NOT NULL,
  enabled        INTEGER NOT NULL,
  retention_days REAL,
  max_sessions   INTEGER,
  -- false: it left the settings, its footage may still be here.
  present        INTEGER NOT NULL,
  standby        TEXT,
  gop_ms         REAL,
  bits           REAL,
  peak_bits      REAL,
  PRIMARY KEY (server_id, camera_id)
) STRICT, WITHOUT ROWID;

-- The machines' states as JSON. 'role' and 'detector' per server.
CREATE TABLE states (
  server_id TEXT NOT NULL,
  machine   TEXT NOT NULL,
  state     TEXT NOT NULL,
  at_ms     REAL NOT NULL,
  PRIMARY KEY (server_id, machine)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms       REAL NOT NULL,
  severity    TEXT NOT NULL,
  kind        TEXT NOT NULL,
  server_id   TEXT,
  server_name TEXT,
  camera_id   TEXT,
  actor       TEXT NOT NULL,
  from_state  TEXT,
  to_state    TEXT,
  reason_code TEXT,
  reason_text TEXT,
  text        TEXT NOT NULL,
  outage_id   TEXT
) STRICT;
CREATE INDEX audit_by_server ON audit (server_id, id);
CREATE INDEX audit_by_outage ON audit (outage_id, id);

CREATE TABLE outages (
  id          TEXT PRIMARY KEY,
  server_id   TEXT NOT NULL,
  server_name TEXT NOT NULL,
  cause_code  TEXT NOT NULL,
  cause_text  TEXT NOT NULL,
  standby     TEXT NOT NULL,
  started_ms  REAL NOT NULL,
  decided_ms  REAL,
  restored_ms REAL,
  ended_ms    REAL
) STRICT;
CREATE INDEX outages_by_server ON outages (server_id, started_ms);

CREATE TABLE outage_steps (
  outage_id  TEXT NOT NULL REFERENCES outages (id) ON DELETE CASCADE,
  at_ms      REAL NOT NULL,
  from_state TEXT NOT NULL,
  to_state   TEXT NOT NULL,
  text       TEXT NOT NULL
) STRICT;
CREATE INDEX outage_steps_by_outage ON outage_steps (outage_id, at_ms);

-- One run of writing of one camera; `to_us` is null while it goes on.
-- fate: 'kept' (taken over), 'provisional', 'dropped' (proven double).
CREATE TABLE outage_runs (
  outage_id TEXT NOT NULL REFERENCES outages (id) ON DELETE CASCADE,
  camera_id TEXT NOT NULL,
  name      TEXT NOT NULL,
  from_us   INTEGER NOT NULL,
  to_us     INTEGER,
  fate      TEXT NOT NULL,
  PRIMARY KEY (outage_id, camera_id, from_us)
) STRICT, WITHOUT ROWID;

CREATE TABLE outage_hand_backs (
  outage_id TEXT NOT NULL REFERENCES outages (id) ON DELETE CASCADE,
  camera_id TEXT NOT NULL,
  at_ms     REAL NOT NULL,
  gap_ms    REAL,
  note      TEXT NOT NULL
) STRICT;
CREATE INDEX outage_hand_backs_by_outage ON outage_hand_backs (outage_id, at_ms);

-- The owners' rules as last known, also of servers that left the list: their footage still ages (I9).
CREATE TABLE retention (
  server_id  TEXT NOT NULL,
  camera_id  TEXT NOT NULL,
  max_age_ms REAL NOT NULL,
  priority   INTEGER NOT NULL,
  PRIMARY KEY (server_id, camera_id)
) STRICT, WITHOUT ROWID;
