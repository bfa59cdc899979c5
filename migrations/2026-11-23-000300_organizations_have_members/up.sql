CREATE TABLE organizations (
    id uuid CONSTRAINT organizations_have_one_row_each PRIMARY KEY,
    name text NOT NULL,
    primary_owner_id uuid NOT NULL,
    primary_owner_role text NOT NULL GENERATED ALWAYS AS ('owner') STORED,
    member_count integer NOT NULL DEFAULT 1,
    version integer NOT NULL DEFAULT 1,
    form_key uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT roster_now(),
    deleted_at timestamptz,
    erase_at timestamptz,
    deletions smallint NOT NULL DEFAULT 0,
    CONSTRAINT organizations_one_per_form UNIQUE (primary_owner_id, form_key),
    CONSTRAINT organizations_names_are_plain_lines CHECK (length(name) BETWEEN 1 AND 80 AND is_plain_line(name) AND name = btrim(name)),
    CONSTRAINT organizations_names_hold_no_card_number CHECK (holds_no_card_number(name)),
    CONSTRAINT organizations_are_erased_after_deletion CHECK ((deleted_at IS NULL) = (erase_at IS NULL) AND erase_at >= deleted_at),
    CONSTRAINT organizations_count_their_members CHECK (member_count >= 1)
);
COMMENT ON TABLE organizations IS 'Who shares projects and a bill. Hidden from everyone while deleted_at is set.';
COMMENT ON COLUMN organizations.member_count IS 'Kept by the transactions that join and part, so that no page counts rows.';
COMMENT ON COLUMN organizations.version IS 'Raised by each change of the settings, so that a stale form is noticed.';
COMMENT ON COLUMN organizations.deletions IS 'How often it was deleted: a link to restore belongs to one deletion.';
CREATE INDEX organizations_to_erase ON organizations (erase_at) WHERE erase_at IS NOT NULL;

CREATE TABLE organization_addresses (
    slug text CONSTRAINT organization_addresses_belong_to_one_organization_for_ever PRIMARY KEY,
    organization_id uuid CONSTRAINT organization_addresses_outlive_their_organization REFERENCES organizations ON DELETE SET NULL,
    is_current boolean NOT NULL,
    given_at timestamptz NOT NULL DEFAULT roster_now(),
    CONSTRAINT organization_addresses_are_slugs CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) BETWEEN 3 AND 40)
);
COMMENT ON TABLE organization_addresses IS 'Every URL an organization ever had. One is current, the others redirect, none is given to another organization, not even after deletion.';
CREATE INDEX organization_addresses_by_organization ON organization_addresses (organization_id);
CREATE UNIQUE INDEX organization_addresses_one_current_each ON organization_addresses (organization_id) WHERE is_current;

CREATE TABLE memberships (
    organization_id uuid NOT NULL CONSTRAINT memberships_have_an_organization REFERENCES organizations ON DELETE CASCADE,
    account_id uuid NOT NULL CONSTRAINT memberships_have_an_account REFERENCES accounts,
    role text NOT NULL,
    joined_at timestamptz NOT NULL DEFAULT roster_now(),
    invited_by uuid,
    CONSTRAINT memberships_one_per_person PRIMARY KEY (organization_id, account_id),
    CONSTRAINT memberships_roles_can_be_pointed_at UNIQUE (organization_id, account_id, role),
    CONSTRAINT memberships_roles_are_known CHECK (role IN ('owner', 'member'))
);
COMMENT ON TABLE memberships IS 'Who belongs where, and as what. Read on every request: nothing remembers a role elsewhere.';
CREATE INDEX memberships_by_account ON memberships (account_id);
CREATE INDEX memberships_in_order_of_joining ON memberships (organization_id, joined_at, account_id);

-- An organization without an owner is impossible by declaration: its primary owner is
-- a membership of it with the role of owner. Deferred, so that founding and handing over
-- may pass through a moment in between.
ALTER TABLE organizations ADD CONSTRAINT organizations_primary_owner_is_an_owner
    FOREIGN KEY (id, primary_owner_id, primary_owner_role) REFERENCES memberships (organization_id, account_id, role)
    DEFERRABLE INITIALLY DEFERRED;

-- The primary owner is changed by Hand Over alone, which says so for its transaction.
CREATE FUNCTION primary_owner_is_handed_over_openly() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.primary_owner_id <> OLD.primary_owner_id AND coalesce(current_setting('roster.hand_over', true), '') <> OLD.id::text THEN
        RAISE EXCEPTION 'the primary owner is only changed by handing over'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'organizations_primary_owner_is_handed_over_openly';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organizations_primary_owner_is_handed_over_openly BEFORE UPDATE OF primary_owner_id ON organizations
    FOR EACH ROW EXECUTE FUNCTION primary_owner_is_handed_over_openly();
