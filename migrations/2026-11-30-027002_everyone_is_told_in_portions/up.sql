CREATE TABLE outbox_fan_outs (
    id uuid CONSTRAINT outbox_fan_outs_have_one_row_each PRIMARY KEY,
    organization_id uuid NOT NULL CONSTRAINT outbox_fan_outs_have_an_organization REFERENCES organizations ON DELETE CASCADE,
    audience text NOT NULL,
    kind text NOT NULL,
    facts jsonb NOT NULL,
    reached uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    created_at timestamptz NOT NULL DEFAULT roster_now(),
    CONSTRAINT outbox_fan_outs_audiences_are_known CHECK (audience IN ('everyone', 'owners', 'others'))
);
COMMENT ON TABLE outbox_fan_outs IS 'One email to many people of an organization: a worker puts it into the outbox a portion at a time, and deletes the row after the last one.';
COMMENT ON COLUMN outbox_fan_outs.audience IS 'others: everyone but the owners.';
COMMENT ON COLUMN outbox_fan_outs.reached IS 'The account up to which it is in the outbox, in the order of their ids.';
CREATE INDEX outbox_fan_outs_by_organization ON outbox_fan_outs (organization_id);
CREATE INDEX outbox_fan_outs_in_order_of_time ON outbox_fan_outs (created_at);

-- Open invitations of a deleted organization stay open from now on; those that ended with it come back with it.
UPDATE invitations SET ended_at = NULL, ended_how = NULL, ended_with = NULL FROM organizations
    WHERE organizations.id = invitations.organization_id AND deleted_at IS NOT NULL AND erase_at > roster_now()
    AND ended_how = 'organization_deleted' AND ended_at >= deleted_at
    AND NOT EXISTS (SELECT FROM invitations other WHERE other.organization_id = invitations.organization_id
        AND other.email = invitations.email AND other.ended_at IS NULL);
