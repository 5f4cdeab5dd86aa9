-- What was missing in an outage, once both machines answered exactly. Kept: footage goes by retention, the report stays.
CREATE TABLE outage_figures (
  outage_id    TEXT PRIMARY KEY,
  cameras      INTEGER NOT NULL,
  promised_ms  REAL NOT NULL,
  gap_ms       REAL NOT NULL,
  worst_gap_ms REAL NOT NULL,
  measured     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
