-- Servers whose daily backup fell due while they were taken over. It follows once they speak for themselves again, also after a restart of ours.
CREATE TABLE vault_owed (
  server_id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
