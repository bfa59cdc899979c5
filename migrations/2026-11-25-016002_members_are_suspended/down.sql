-- Refused while anybody is suspended: without the column they would be let in again.
ALTER TABLE memberships ADD CONSTRAINT memberships_nobody_is_suspended CHECK (suspended_at IS NULL);
ALTER TABLE organizations DROP CONSTRAINT organizations_primary_owner_is_an_owner;
ALTER TABLE organizations DROP COLUMN primary_owner_is_in_force;
ALTER TABLE memberships DROP CONSTRAINT memberships_roles_can_be_pointed_at;
ALTER TABLE memberships DROP COLUMN is_in_force;
ALTER TABLE memberships DROP COLUMN suspended_at;
ALTER TABLE memberships ADD CONSTRAINT memberships_roles_can_be_pointed_at UNIQUE (organization_id, account_id, role);
ALTER TABLE organizations ADD CONSTRAINT organizations_primary_owner_is_an_owner
    FOREIGN KEY (id, primary_owner_id, primary_owner_role) REFERENCES memberships (organization_id, account_id, role)
    DEFERRABLE INITIALLY DEFERRED;
