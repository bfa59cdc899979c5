ALTER TABLE invitations DROP COLUMN ended_with;
DROP TABLE undoings;
