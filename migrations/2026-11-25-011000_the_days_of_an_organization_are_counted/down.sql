DROP INDEX invitations_open_by_expiry;
DROP INDEX memberships_of_owners;
DROP TRIGGER history_is_counted ON history;
DROP FUNCTION history_is_counted();
DROP TABLE organization_days;
