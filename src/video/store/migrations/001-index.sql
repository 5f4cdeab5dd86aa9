CREATE TABLE cameras (
  id INTEGER PRIMARY KEY,
  server_id TEXT NOT NULL,
  camera_id TEXT NOT NULL,
  UNIQUE (server_id, camera_id)
) STRICT;

-- Stream configurations, packed as in contract/footage-wire.ts; most segments of a camera share one.
CREATE TABLE configs (
  id INTEGER PRIMARY KEY,
  packed BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE segments (
  id INTEGER PRIMARY KEY,
  camera INTEGER NOT NULL REFERENCES cameras,
  path TEXT NOT NULL UNIQUE,
  start_us INTEGER NOT NULL,
  end_us INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  config INTEGER NOT NULL REFERENCES configs,
  -- 0 being written (its rows are in the file and in memory), 1 whole, 2 being deleted
  state INTEGER NOT NULL,
  cover BLOB NOT NULL,
  -- Packed unit rows (mp4/unit-rows.ts); last, so that other columns are read without them.
  rows BLOB NOT NULL
) STRICT;
-- Lists of segments are answered out of this index alone: a month of a camera is 43,000 segments, and
-- looking up each one's row took seconds.
CREATE INDEX segments_time ON segments (camera, start_us, path, end_us, bytes, state, cover);
CREATE INDEX segments_unfinished ON segments (state) WHERE state <> 1;

-- Spans dropped within segments that are still needed for the rest.
CREATE TABLE hidden (
  camera INTEGER NOT NULL REFERENCES cameras,
  from_us INTEGER NOT NULL,
  to_us INTEGER NOT NULL
) STRICT;
CREATE INDEX hidden_camera ON hidden (camera, from_us);

-- Footage proven to exist elsewhere: goes first when the disk is full.
CREATE TABLE doubles (
  camera INTEGER NOT NULL REFERENCES cameras,
  from_us INTEGER NOT NULL,
  to_us INTEGER NOT NULL
) STRICT;
CREATE INDEX doubles_camera ON doubles (camera, from_us);

CREATE TABLE locks (
  id TEXT PRIMARY KEY,
  camera INTEGER NOT NULL REFERENCES cameras,
  from_us INTEGER NOT NULL,
  to_us INTEGER NOT NULL,
  reason TEXT NOT NULL,
  locked_by TEXT NOT NULL,
  locked_at_us INTEGER NOT NULL
) STRICT;
CREATE INDEX locks_camera ON locks (camera, from_us);

CREATE TABLE state (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
