ALTER TABLE memberships DROP CONSTRAINT memberships_roles_are_known;
ALTER TABLE memberships ADD CONSTRAINT memberships_roles_are_known CHECK (role IN ('owner', 'member', 'viewer', 'billing'));
ALTER TABLE invitations DROP CONSTRAINT invitations_roles_are_known;
ALTER TABLE invitations ADD CONSTRAINT invitations_roles_are_known CHECK (role IN ('owner', 'member', 'viewer', 'billing'));
