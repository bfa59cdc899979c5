ALTER TABLE undoings DROP COLUMN wants_settings;
ALTER TABLE undoings DROP COLUMN wants_invitations;
ALTER TABLE undoings DROP COLUMN wants_people;
ALTER TABLE memberships DROP COLUMN wants_settings;
ALTER TABLE memberships DROP COLUMN wants_invitations;
ALTER TABLE memberships DROP COLUMN wants_people;
