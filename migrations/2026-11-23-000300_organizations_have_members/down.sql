ALTER TABLE organizations DROP CONSTRAINT organizations_primary_owner_is_an_owner;
DROP TABLE memberships, organization_addresses, organizations;
DROP FUNCTION primary_owner_is_handed_over_openly();
