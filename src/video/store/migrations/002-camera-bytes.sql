-- Bytes per camera, kept with each change: to sum up a month of 100 cameras (4.3 million segments) when
-- nothing of the index was in memory held the index's thread for 11 s.
ALTER TABLE cameras ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
UPDATE cameras SET bytes = (SELECT coalesce(sum(bytes), 0) FROM segments WHERE camera = cameras.id AND state <> 2);

CREATE TRIGGER bytes_added AFTER INSERT ON segments WHEN new.state <> 2 BEGIN
  UPDATE cameras SET bytes = bytes + new.bytes WHERE id = new.camera;
END;
CREATE TRIGGER bytes_changed AFTER UPDATE OF bytes, state ON segments BEGIN
  UPDATE cameras SET bytes = bytes + iif(new.state <> 2, new.bytes, 0) - iif(old.state <> 2, old.bytes, 0) WHERE id = new.camera;
END;
CREATE TRIGGER bytes_removed AFTER DELETE ON segments WHEN old.state <> 2 BEGIN
  UPDATE cameras SET bytes = bytes - old.bytes WHERE id = old.camera;
END;
