-- What was recorded and deleted since, for room or by rule: a gap of it is not blamed on an outage.
CREATE TABLE deleted (
  camera INTEGER NOT NULL REFERENCES cameras,
  from_us INTEGER NOT NULL,
  to_us INTEGER NOT NULL
) STRICT;
CREATE INDEX deleted_camera ON deleted (camera, from_us);
