-- Who may act, and where, is said here and nowhere else: a query that joins one of these cannot forget a part of it.
-- Both are looked up by complete keys, so they are as cheap as the tables behind them.
CREATE VIEW active_memberships AS
    SELECT memberships.organization_id, memberships.account_id, memberships.role, memberships.is_lasting,
           memberships.joined_at, memberships.last_active_at,
           memberships.wants_people, memberships.wants_invitations, memberships.wants_settings
    FROM memberships
    JOIN accounts ON accounts.id = memberships.account_id
    WHERE memberships.is_in_force AND lasts(memberships.ends_at) AND accounts.suspended_at IS NULL;
COMMENT ON VIEW active_memberships IS 'Memberships by which somebody may act now: in force, not ended, of an account that is not suspended.';

CREATE VIEW live_sessions AS
    SELECT sessions.token_hash, sessions.id, sessions.account_id, sessions.device, sessions.source,
           sessions.created_at, sessions.last_seen_at, sessions.password_given_at,
           accounts.username, accounts.display_name, accounts.time_zone, accounts.time_format, accounts.picture_id
    FROM sessions
    JOIN accounts ON accounts.id = sessions.account_id
    WHERE sessions.expires_at > roster_now() AND accounts.suspended_at IS NULL;
COMMENT ON VIEW live_sessions IS 'Sessions in which somebody is signed in now, and who it is: not expired, of an account that is not suspended.';
