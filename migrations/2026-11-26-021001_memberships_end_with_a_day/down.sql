-- Nobody whose day is over comes back by this.
UPDATE memberships SET suspended_at = ends_at WHERE suspended_at IS NULL AND ends_at <= roster_now();
UPDATE invitations SET ended_at = roster_now(), ended_how = 'cancelled', asked_again_at = NULL
    WHERE ended_at IS NULL AND membership_ends_at IS NOT NULL;
ALTER TABLE invitations DROP COLUMN membership_ends_at;
ALTER TABLE undoings DROP COLUMN end_told_at;
ALTER TABLE undoings DROP COLUMN ends_at;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE organizations DROP CONSTRAINT organizations_primary_owner_is_an_owner;
ALTER TABLE memberships DROP CONSTRAINT memberships_roles_can_be_pointed_at;
ALTER TABLE organizations DROP COLUMN primary_owner_is_lasting;
ALTER TABLE memberships DROP COLUMN is_lasting;
ALTER TABLE memberships DROP COLUMN end_told_at;
ALTER TABLE memberships DROP COLUMN ends_at;
ALTER TABLE memberships ADD CONSTRAINT memberships_roles_can_be_pointed_at UNIQUE (organization_id, account_id, role, is_in_force);
ALTER TABLE organizations ADD CONSTRAINT organizations_primary_owner_is_an_owner
    FOREIGN KEY (id, primary_owner_id, primary_owner_role, primary_owner_is_in_force)
    REFERENCES memberships (organization_id, account_id, role, is_in_force)
    DEFERRABLE INITIALLY DEFERRED;
DROP FUNCTION lasts(timestamptz);
