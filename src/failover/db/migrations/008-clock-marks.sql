-- Every step of a wall clock that was noticed, so that footage whose times it touches is marked.
-- The empty server_id: our own clock. after_ms: the stepped clock itself, right behind the step.
CREATE TABLE clock_marks (
  id         INTEGER PRIMARY KEY,
  server_id  TEXT NOT NULL,
  after_ms   REAL NOT NULL,
  moved_ms   REAL NOT NULL
) STRICT;
CREATE INDEX clock_marks_by_server ON clock_marks (server_id, id);
