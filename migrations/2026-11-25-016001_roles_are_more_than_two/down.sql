-- Refused while anybody is a viewer or a billing manager: what they become instead is for an owner to say, for
-- either of the two roles that are left would give them more.
ALTER TABLE memberships DROP CONSTRAINT memberships_roles_are_known;
ALTER TABLE memberships ADD CONSTRAINT memberships_roles_are_known CHECK (role IN ('owner', 'member'));
ALTER TABLE invitations DROP CONSTRAINT invitations_roles_are_known;
ALTER TABLE invitations ADD CONSTRAINT invitations_roles_are_known CHECK (role IN ('owner', 'member'));
