-- Until now nobody noted when somebody was last here; what sessions and devices know is the best guess, and whoever
-- joined was here then.
ALTER TABLE memberships ADD COLUMN last_active_at timestamptz NOT NULL DEFAULT roster_now();
UPDATE memberships SET last_active_at = greatest(
    joined_at,
    (SELECT max(last_seen_at) FROM sessions WHERE sessions.account_id = memberships.account_id),
    (SELECT max(last_seen_at) FROM known_devices WHERE known_devices.account_id = memberships.account_id)
);
COMMENT ON COLUMN memberships.last_active_at IS 'When the person last opened a page of the organization: noted at most once an hour.';
CREATE INDEX memberships_in_order_of_activity ON memberships (organization_id, last_active_at, account_id);
