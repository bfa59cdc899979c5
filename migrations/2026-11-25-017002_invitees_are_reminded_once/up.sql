ALTER TABLE invitations ADD COLUMN reminded_at timestamptz;
COMMENT ON COLUMN invitations.reminded_at IS 'When its end was called to mind; empty again once it is sent again.';
CREATE INDEX invitations_to_be_called_to_mind ON invitations (expires_at) WHERE ended_at IS NULL AND reminded_at IS NULL;
