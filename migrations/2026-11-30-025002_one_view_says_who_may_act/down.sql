DROP VIEW live_sessions;
DROP VIEW active_memberships;
