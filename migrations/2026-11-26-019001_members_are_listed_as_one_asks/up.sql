-- People are listed by name, by joining and by activity, all of them or those of a role, with or without two-factor
-- authentication. What that asks for stands on the membership itself, so that each page is read from one index, however many
-- belong. Triggers keep it.
ALTER TABLE memberships ADD COLUMN name text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE memberships ADD COLUMN has_two_factor boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN memberships.name IS 'The name people know the person by, as it is compared: for the order of a list. Kept by triggers.';
COMMENT ON COLUMN memberships.has_two_factor IS 'Whether the account is guarded by a second factor. Kept by triggers.';

CREATE FUNCTION name_in_order(username text, display_name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(left(array_to_string(words_of(coalesce(display_name, username)), ' '), 80), ''), username)
$$;

UPDATE memberships SET
    name = name_in_order(accounts.username, accounts.display_name),
    has_two_factor = EXISTS (
        SELECT FROM second_factors WHERE second_factors.account_id = accounts.id AND confirmed_at IS NOT NULL
    )
FROM accounts WHERE accounts.id = memberships.account_id;

CREATE FUNCTION memberships_know_their_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT name_in_order(accounts.username, accounts.display_name), second_factors.confirmed_at IS NOT NULL
    INTO NEW.name, NEW.has_two_factor
    FROM accounts LEFT JOIN second_factors ON second_factors.account_id = accounts.id
    WHERE accounts.id = NEW.account_id;
    NEW.name := coalesce(NEW.name, '');
    NEW.has_two_factor := coalesce(NEW.has_two_factor, false);
    RETURN NEW;
END $$;
CREATE TRIGGER memberships_know_the_person BEFORE INSERT ON memberships
    FOR EACH ROW EXECUTE FUNCTION memberships_know_their_person();

CREATE FUNCTION accounts_tell_their_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE memberships SET name = name_in_order(NEW.username, NEW.display_name) WHERE account_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_tell_the_name AFTER UPDATE OF username, display_name ON accounts
    FOR EACH ROW WHEN ((OLD.username, OLD.display_name) IS DISTINCT FROM (NEW.username, NEW.display_name))
    EXECUTE FUNCTION accounts_tell_their_name();

CREATE FUNCTION second_factors_tell_of_themselves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE memberships SET has_two_factor = EXISTS (
        SELECT FROM second_factors
        WHERE second_factors.account_id = memberships.account_id AND second_factors.confirmed_at IS NOT NULL
    )
    WHERE account_id = coalesce(NEW.account_id, OLD.account_id);
    RETURN NULL;
END $$;
CREATE TRIGGER second_factors_tell_of_it AFTER INSERT OR DELETE OR UPDATE OF confirmed_at ON second_factors
    FOR EACH ROW EXECUTE FUNCTION second_factors_tell_of_themselves();

CREATE INDEX memberships_in_order_of_name ON memberships (organization_id, name, account_id);
-- The same three orders within those of one role, of one state, with or without a second factor.
CREATE INDEX memberships_alike_in_order_of_name
    ON memberships (organization_id, is_in_force, role, has_two_factor, name, account_id);
CREATE INDEX memberships_alike_in_order_of_joining
    ON memberships (organization_id, is_in_force, role, has_two_factor, joined_at, account_id);
CREATE INDEX memberships_alike_in_order_of_activity
    ON memberships (organization_id, is_in_force, role, has_two_factor, last_active_at, account_id);

-- Addresses by how they begin, in every locale.
CREATE INDEX email_addresses_by_beginning ON email_addresses (address COLLATE "C", account_id) WHERE is_primary;
