-- A membership may end with a day. Whoever asks for its authority compares the time; that it is suspended follows.
CREATE FUNCTION lasts(ends_at timestamptz) RETURNS boolean LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT ends_at IS NULL OR ends_at > roster_now()
$$;

ALTER TABLE memberships ADD COLUMN ends_at timestamptz;
ALTER TABLE memberships ADD COLUMN end_told_at timestamptz;
ALTER TABLE memberships ADD COLUMN is_lasting boolean NOT NULL GENERATED ALWAYS AS (ends_at IS NULL) STORED;
COMMENT ON COLUMN memberships.ends_at IS 'The moment from which the person has no access: midnight by Universal Time, after the last day; empty while no end was set.';
COMMENT ON COLUMN memberships.end_told_at IS 'When owners were reminded of this end; empty again once another one is set.';
ALTER TABLE memberships ADD CONSTRAINT memberships_end_with_a_day CHECK ((ends_at AT TIME ZONE 'UTC')::time = '00:00');
CREATE INDEX memberships_in_order_of_end ON memberships (ends_at) WHERE ends_at IS NOT NULL AND suspended_at IS NULL;

-- An organization does not rest on somebody whose membership ends.
ALTER TABLE organizations DROP CONSTRAINT organizations_primary_owner_is_an_owner;
ALTER TABLE memberships DROP CONSTRAINT memberships_roles_can_be_pointed_at;
ALTER TABLE memberships ADD CONSTRAINT memberships_roles_can_be_pointed_at
    UNIQUE (organization_id, account_id, role, is_in_force, is_lasting);
ALTER TABLE organizations ADD COLUMN primary_owner_is_lasting boolean NOT NULL GENERATED ALWAYS AS (true) STORED;
ALTER TABLE organizations ADD CONSTRAINT organizations_primary_owner_is_an_owner
    FOREIGN KEY (id, primary_owner_id, primary_owner_role, primary_owner_is_in_force, primary_owner_is_lasting)
    REFERENCES memberships (organization_id, account_id, role, is_in_force, is_lasting)
    DEFERRABLE INITIALLY DEFERRED;

-- What is had back has the end it had; and what an invitation offers may end, too.
ALTER TABLE undoings ADD COLUMN ends_at timestamptz;
ALTER TABLE undoings ADD COLUMN end_told_at timestamptz;
ALTER TABLE invitations ADD COLUMN membership_ends_at timestamptz;
COMMENT ON COLUMN invitations.membership_ends_at IS 'When the membership that it offers ends; empty for one without an end.';
ALTER TABLE invitations ADD CONSTRAINT invitations_offer_ends_with_a_day
    CHECK ((membership_ends_at AT TIME ZONE 'UTC')::time = '00:00');
