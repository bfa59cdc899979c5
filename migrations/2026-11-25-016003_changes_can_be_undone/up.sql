CREATE TABLE undoings (
    id uuid CONSTRAINT undoings_have_one_row_each PRIMARY KEY,
    organization_id uuid NOT NULL CONSTRAINT undoings_have_an_organization REFERENCES organizations ON DELETE CASCADE,
    account_id uuid NOT NULL CONSTRAINT undoings_are_about_an_account REFERENCES accounts ON DELETE CASCADE,
    role text NOT NULL,
    became text,
    joined_at timestamptz NOT NULL,
    invited_by uuid,
    last_active_at timestamptz NOT NULL,
    suspended_at timestamptz,
    made_at timestamptz NOT NULL DEFAULT roster_now(),
    ended_how text,
    CONSTRAINT undoings_roles_are_known CHECK (role IN ('owner', 'member', 'viewer', 'billing')),
    CONSTRAINT undoings_of_roles_lead_to_another_role CHECK (became IN ('owner', 'member', 'viewer', 'billing') AND became <> role),
    CONSTRAINT undoings_end_in_a_known_way CHECK (ended_how IN ('undone', 'overtaken'))
);
COMMENT ON TABLE undoings IS 'What a membership was before it was ended, or its role changed: for half an hour it can be had back.';
COMMENT ON COLUMN undoings.became IS 'The role that was given instead; empty where the membership was ended.';
CREATE UNIQUE INDEX undoings_one_open_per_person ON undoings (organization_id, account_id) WHERE ended_how IS NULL;
CREATE INDEX undoings_by_organization ON undoings (organization_id);
CREATE INDEX undoings_by_account ON undoings (account_id);
CREATE INDEX undoings_in_order_of_making ON undoings (made_at);

ALTER TABLE invitations ADD COLUMN ended_with uuid CONSTRAINT invitations_can_be_had_back REFERENCES undoings ON DELETE SET NULL;
ALTER TABLE invitations ADD CONSTRAINT invitations_that_are_open_ended_with_nothing CHECK (ended_with IS NULL OR ended_at IS NOT NULL);
COMMENT ON COLUMN invitations.ended_with IS 'What ended it, and brings it back when it is undone.';
CREATE INDEX invitations_by_what_ended_them ON invitations (ended_with);
