-- The certificate that another failover server made for itself, seen when it was added: trusted from then on. Null: trusted as the system trusts, or plain HTTP.
ALTER TABLE other_failovers ADD COLUMN certificate TEXT;
