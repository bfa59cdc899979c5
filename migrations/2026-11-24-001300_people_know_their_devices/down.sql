COMMENT ON COLUMN sessions.expires_at IS NULL;
ALTER TABLE sessions DROP CONSTRAINT sessions_expire_no_later_than_they_end;
ALTER TABLE sessions DROP COLUMN ends_at;
DROP TABLE known_devices;
