ALTER TABLE invitations DROP COLUMN lifetime_days;
