-- Which mail to owners a person gets here. It belongs to the seat: it ends with it, and comes back with it.
ALTER TABLE memberships ADD COLUMN wants_people boolean NOT NULL DEFAULT true;
ALTER TABLE memberships ADD COLUMN wants_invitations boolean NOT NULL DEFAULT true;
ALTER TABLE memberships ADD COLUMN wants_settings boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN memberships.wants_people IS 'Whether the person, as an owner, gets mail about others who are no owners.';
COMMENT ON COLUMN memberships.wants_invitations IS 'Whether the person, as an owner, gets mail about what became of invitations.';
COMMENT ON COLUMN memberships.wants_settings IS 'Whether the person, as an owner, gets mail about settings and billing.';

ALTER TABLE undoings ADD COLUMN wants_people boolean NOT NULL DEFAULT true;
ALTER TABLE undoings ADD COLUMN wants_invitations boolean NOT NULL DEFAULT true;
ALTER TABLE undoings ADD COLUMN wants_settings boolean NOT NULL DEFAULT true;
