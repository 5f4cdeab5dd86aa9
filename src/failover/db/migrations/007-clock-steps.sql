-- From when on (our wall clock, ms) times prove what a recorder has: before, its clock or ours was set, or lived through the same time twice.
-- The empty server_id: our own clock.
CREATE TABLE clock_steps (
  server_id    TEXT PRIMARY KEY,
  sure_from_ms REAL NOT NULL
) STRICT, WITHOUT ROWID;
