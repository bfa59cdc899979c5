ALTER TABLE invitations ADD COLUMN asked_again_at timestamptz;
ALTER TABLE invitations ADD COLUMN dismissals integer NOT NULL DEFAULT 0;
ALTER TABLE invitations ADD COLUMN listed_at timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(asked_again_at, created_at)) STORED;
ALTER TABLE invitations ADD CONSTRAINT invitations_are_dismissed_from_none_upwards CHECK (dismissals >= 0);
COMMENT ON COLUMN invitations.asked_again_at IS 'When a new one was asked for, while no owner has answered; the invitation itself may have ended.';
COMMENT ON COLUMN invitations.dismissals IS 'How often owners said no to a new one.';
COMMENT ON COLUMN invitations.listed_at IS 'Where it stands among those that wait for somebody: what was asked for stands first.';
CREATE INDEX invitations_that_wait_for_somebody ON invitations (organization_id, listed_at, id) WHERE ended_at IS NULL OR asked_again_at IS NOT NULL;
CREATE INDEX invitations_by_organization_and_address ON invitations (organization_id, email);

CREATE TABLE invitation_requests (
    invitation_id uuid CONSTRAINT invitation_requests_have_one_row_each PRIMARY KEY,
    asked_at timestamptz NOT NULL DEFAULT roster_now()
);
COMMENT ON TABLE invitation_requests IS 'Wishes for a new invitation that wait to be judged. Each names what its link said, whether or not there is such an invitation: so asking costs and tells the same.';
CREATE INDEX invitation_requests_in_order_of_asking ON invitation_requests (asked_at);
