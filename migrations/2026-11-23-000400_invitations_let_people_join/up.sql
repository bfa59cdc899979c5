CREATE TABLE invitations (
    id uuid CONSTRAINT invitations_have_one_row_each PRIMARY KEY,
    organization_id uuid NOT NULL CONSTRAINT invitations_have_an_organization REFERENCES organizations ON DELETE CASCADE,
    email text NOT NULL,
    role text NOT NULL,
    inviter_id uuid NOT NULL CONSTRAINT invitations_have_an_inviter REFERENCES accounts,
    form_key uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT roster_now(),
    sent_at timestamptz NOT NULL DEFAULT roster_now(),
    times_sent integer NOT NULL DEFAULT 1,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_how text,
    accepted_by uuid CONSTRAINT invitations_are_accepted_by_an_account REFERENCES accounts,
    CONSTRAINT invitations_one_per_form UNIQUE (inviter_id, form_key),
    CONSTRAINT invitations_addresses_are_lower_case_ascii CHECK (email ~ '^[!-~]{3,254}$' AND email = lower(email COLLATE "C")),
    CONSTRAINT invitations_roles_are_known CHECK (role IN ('owner', 'member')),
    CONSTRAINT invitations_expire_after_they_are_sent CHECK (expires_at > sent_at),
    CONSTRAINT invitations_end_in_a_known_way CHECK (ended_how IN ('accepted', 'declined', 'cancelled', 'inviter_lost_ownership', 'member_removed', 'organization_deleted')),
    CONSTRAINT invitations_end_once CHECK ((ended_at IS NULL) = (ended_how IS NULL)),
    CONSTRAINT invitations_accepted_ones_name_who CHECK ((ended_how IS NOT DISTINCT FROM 'accepted') = (accepted_by IS NOT NULL))
);
COMMENT ON TABLE invitations IS 'Letters that let someone join. Open while ended_at is empty, even past the expiry: an expired one can be sent again.';
CREATE UNIQUE INDEX invitations_one_open_per_address ON invitations (organization_id, email) WHERE ended_at IS NULL;
CREATE INDEX invitations_in_order_of_sending ON invitations (organization_id, created_at, id);
CREATE INDEX invitations_open_by_address ON invitations (email) WHERE ended_at IS NULL;
CREATE INDEX invitations_by_inviter ON invitations (inviter_id);
CREATE INDEX invitations_by_who_accepted ON invitations (accepted_by);
