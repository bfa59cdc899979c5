DROP TABLE invitation_requests;
ALTER TABLE invitations DROP COLUMN listed_at;
ALTER TABLE invitations DROP COLUMN dismissals;
ALTER TABLE invitations DROP COLUMN asked_again_at;
DROP INDEX invitations_by_organization_and_address;
