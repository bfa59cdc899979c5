CREATE TABLE invitation_allowances (
    organization_id uuid CONSTRAINT invitation_allowances_have_one_row_each PRIMARY KEY
        CONSTRAINT invitation_allowances_have_an_organization REFERENCES organizations ON DELETE CASCADE,
    unanswered integer NOT NULL,
    CONSTRAINT invitation_allowances_allow_some CHECK (unanswered > 0)
);
COMMENT ON TABLE invitation_allowances IS 'How many invitations of an organization may wait for an answer at once, where that is not the number that new ones begin with.';
COMMENT ON COLUMN invitation_allowances.unanswered IS 'It grows with each invitation that is accepted.';
-- Those that are here already were trusted with as many as left in a day.
INSERT INTO invitation_allowances (organization_id, unanswered) SELECT id, 10000 FROM organizations;
CREATE INDEX invitations_ended_without_an_answer ON invitations (organization_id, ended_at) WHERE ended_how NOT IN ('accepted', 'declined');
