CREATE TABLE known_devices (
    account_id uuid NOT NULL CONSTRAINT known_devices_have_an_account REFERENCES accounts ON DELETE CASCADE,
    device text NOT NULL,
    network text NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT roster_now(),
    last_seen_at timestamptz NOT NULL DEFAULT roster_now(),
    CONSTRAINT known_devices_one_row_each PRIMARY KEY (account_id, device, network)
);
COMMENT ON TABLE known_devices IS 'Where somebody has signed in from before: a sign-in from elsewhere is told by mail, and guessing from elsewhere locks nobody out here.';
COMMENT ON COLUMN known_devices.device IS 'Browser and system in words, such as Firefox on Linux.';
COMMENT ON COLUMN known_devices.network IS 'The first 24 bits of an IPv4 address, the first 48 of an IPv6 address.';
CREATE INDEX known_devices_by_age ON known_devices (last_seen_at);

-- Two limits for a session: when it ends in any case, and when it has lain idle.
ALTER TABLE sessions ADD COLUMN ends_at timestamptz;
UPDATE sessions SET ends_at = expires_at;
ALTER TABLE sessions ALTER COLUMN ends_at SET NOT NULL;
ALTER TABLE sessions ADD CONSTRAINT sessions_expire_no_later_than_they_end CHECK (expires_at <= ends_at);
COMMENT ON COLUMN sessions.ends_at IS 'When it ends in any case.';
COMMENT ON COLUMN sessions.expires_at IS 'When it ends unless it is used: moved on by use, never past ends_at.';
