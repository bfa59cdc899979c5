CREATE TABLE usernames (
    name text CONSTRAINT usernames_belong_to_one_account PRIMARY KEY,
    account_id uuid CONSTRAINT usernames_outlive_their_account REFERENCES accounts ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    held_until timestamptz,
    CONSTRAINT usernames_are_lower_case_words CHECK (name ~ '^[a-z0-9]([a-z0-9_-]{1,38}[a-z0-9])$'),
    CONSTRAINT usernames_without_an_account_are_held CHECK (account_id IS NOT NULL OR held_until IS NOT NULL)
);
COMMENT ON TABLE usernames IS 'Every name that is somebody''s, or was until lately: nobody else can have it before it is let go.';
COMMENT ON COLUMN usernames.held_until IS 'Until when a name that was given up is kept from others; empty while it is in use.';
CREATE INDEX usernames_by_account ON usernames (account_id);
CREATE INDEX usernames_to_let_go ON usernames (held_until) WHERE held_until IS NOT NULL;
INSERT INTO usernames (name, account_id) SELECT username, id FROM accounts;

ALTER TABLE accounts
    ADD COLUMN display_name text,
    ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC',
    ADD COLUMN time_format text NOT NULL DEFAULT 'day_month_year',
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD CONSTRAINT accounts_usernames_are_kept_in_the_register FOREIGN KEY (username) REFERENCES usernames (name) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT accounts_display_names_are_plain_lines CHECK (length(display_name) BETWEEN 1 AND 80 AND is_plain_line(display_name) AND display_name = btrim(display_name)),
    ADD CONSTRAINT accounts_display_names_hold_no_card_number CHECK (holds_no_card_number(display_name)),
    ADD CONSTRAINT accounts_time_zones_are_names CHECK (time_zone ~ '^[A-Za-z0-9_+/-]{1,50}$'),
    ADD CONSTRAINT accounts_time_formats_are_words CHECK (time_format ~ '^[a-z_]{1,40}$');
COMMENT ON COLUMN accounts.display_name IS 'As others read it, beside the username; empty for people who have chosen none.';
COMMENT ON COLUMN accounts.time_zone IS 'A name of the IANA database.';
COMMENT ON COLUMN accounts.version IS 'Raised by each change of the profile, so that a stale form is noticed.';

-- A name comes with its account, wherever the account is made: whoever forgets the register is
-- put into it, and a name that is another's or still held is refused.
CREATE FUNCTION accounts_have_their_names_registered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO usernames (name, account_id) VALUES (NEW.username, NEW.id)
    ON CONFLICT ON CONSTRAINT usernames_belong_to_one_account DO UPDATE
    SET account_id = NEW.id, held_until = NULL
    WHERE usernames.account_id = NEW.id OR usernames.held_until < roster_now();
    IF NOT EXISTS (SELECT FROM usernames WHERE name = NEW.username AND account_id = NEW.id AND held_until IS NULL) THEN
        RAISE EXCEPTION 'the name % is taken', NEW.username
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'usernames_belong_to_one_account';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.username <> NEW.username THEN
        UPDATE usernames SET held_until = roster_now() + interval '90 days' WHERE name = OLD.username;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_register_their_names BEFORE INSERT OR UPDATE OF username ON accounts
    FOR EACH ROW EXECUTE FUNCTION accounts_have_their_names_registered();

-- The name of an account that is deleted is held as long as one that was changed.
CREATE FUNCTION accounts_leave_their_names_behind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE usernames SET held_until = greatest(held_until, roster_now() + interval '90 days') WHERE account_id = OLD.id;
    RETURN OLD;
END $$;
CREATE TRIGGER accounts_leave_names BEFORE DELETE ON accounts
    FOR EACH ROW EXECUTE FUNCTION accounts_leave_their_names_behind();
