ALTER TABLE memberships ADD COLUMN suspended_at timestamptz;
ALTER TABLE memberships ADD COLUMN is_in_force boolean NOT NULL GENERATED ALWAYS AS (suspended_at IS NULL) STORED;
COMMENT ON COLUMN memberships.suspended_at IS 'Since when the person has no access, with the seat and the role kept; empty while they have.';

-- Whoever is suspended counts as an owner in no rule, least of all in the one about whom an organization rests on.
ALTER TABLE organizations DROP CONSTRAINT organizations_primary_owner_is_an_owner;
ALTER TABLE memberships DROP CONSTRAINT memberships_roles_can_be_pointed_at;
ALTER TABLE memberships ADD CONSTRAINT memberships_roles_can_be_pointed_at UNIQUE (organization_id, account_id, role, is_in_force);
ALTER TABLE organizations ADD COLUMN primary_owner_is_in_force boolean NOT NULL GENERATED ALWAYS AS (true) STORED;
ALTER TABLE organizations ADD CONSTRAINT organizations_primary_owner_is_an_owner
    FOREIGN KEY (id, primary_owner_id, primary_owner_role, primary_owner_is_in_force)
    REFERENCES memberships (organization_id, account_id, role, is_in_force)
    DEFERRABLE INITIALLY DEFERRED;
