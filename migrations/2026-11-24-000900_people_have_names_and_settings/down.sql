DROP TRIGGER accounts_leave_names ON accounts;
DROP FUNCTION accounts_leave_their_names_behind;
DROP TRIGGER accounts_register_their_names ON accounts;
DROP FUNCTION accounts_have_their_names_registered;
ALTER TABLE accounts
    DROP CONSTRAINT accounts_usernames_are_kept_in_the_register,
    DROP COLUMN display_name,
    DROP COLUMN time_zone,
    DROP COLUMN time_format,
    DROP COLUMN version;
DROP TABLE usernames;
