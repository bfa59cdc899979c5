ALTER TABLE invitations DROP COLUMN reminded_at;
