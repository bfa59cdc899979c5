-- A letter that waited for others leaves alone.
DROP INDEX outbox_waiting_bundles;
DROP INDEX outbox_bundles_by_recipient;
ALTER TABLE outbox DROP COLUMN bundle;
