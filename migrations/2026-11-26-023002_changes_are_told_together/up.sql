ALTER TABLE outbox ADD COLUMN bundle uuid;
COMMENT ON COLUMN outbox.bundle IS 'The organization it tells owners about: what waits for one recipient about the same one leaves as one letter. Empty where a letter leaves alone.';
CREATE INDEX outbox_bundles_by_recipient ON outbox (recipient, bundle, created_at) WHERE bundle IS NOT NULL;
CREATE INDEX outbox_waiting_bundles ON outbox (recipient, bundle) WHERE bundle IS NOT NULL AND state = 'queued';
