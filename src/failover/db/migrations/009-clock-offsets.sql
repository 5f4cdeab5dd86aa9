-- How far each recorder's clock was ahead of ours when it was last looked at: what changed while this process did not run.
CREATE TABLE clock_offsets (
  server_id TEXT PRIMARY KEY,
  offset_ms REAL NOT NULL,
  at_ms     REAL NOT NULL
) STRICT, WITHOUT ROWID;
