-- What is searched for is found by the beginnings of words, within the organizations of whoever asks: each word of a name is
-- a row of its organization, so a search costs the same in an organization of three as in one of a hundred thousand, and
-- however many others there are. Nothing beyond PostgreSQL itself is needed.

-- The words of a name, in the form in which they are compared: without accents, in lower case, cut so that an index takes
-- them. Signs are told apart by their code points, so that it is the same in every locale.
CREATE FUNCTION words_of(value text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(left(word, 40) ORDER BY place), '{}')
    FROM regexp_split_to_table(
        lower(regexp_replace(normalize(value, NFKD), '[\u0300-\u036f]', '', 'g')),
        '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u303f]+'
    ) WITH ORDINALITY AS split(word, place)
    WHERE word <> ''
$$;

-- The words of several names, each once, and whether it begins none of them.
CREATE FUNCTION words_of_each(names text[]) RETURNS TABLE (word text, is_later boolean) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT word, bool_and(place > 1)
    FROM unnest(names) AS name CROSS JOIN LATERAL unnest(words_of(name)) WITH ORDINALITY AS split(word, place)
    WHERE name IS NOT NULL
    GROUP BY word
$$;

CREATE TABLE member_words (
    account_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    word text COLLATE "C" NOT NULL,
    is_later boolean NOT NULL,
    CONSTRAINT member_words_once_each PRIMARY KEY (account_id, organization_id, word),
    CONSTRAINT member_words_end_with_the_membership FOREIGN KEY (organization_id, account_id) REFERENCES memberships ON DELETE CASCADE
);
COMMENT ON TABLE member_words IS 'The words by which the people of an organization are found there: those of username and display name. Kept by triggers.';
COMMENT ON COLUMN member_words.is_later IS 'Whether it begins neither name.';
CREATE INDEX member_words_by_beginning ON member_words (organization_id, is_later, word, account_id);

CREATE TABLE project_words (
    project_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    word text COLLATE "C" NOT NULL,
    is_later boolean NOT NULL,
    CONSTRAINT project_words_once_each PRIMARY KEY (project_id, organization_id, word),
    CONSTRAINT project_words_end_with_the_project FOREIGN KEY (organization_id, project_id) REFERENCES projects (organization_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE project_words IS 'The words by which the projects of an organization are found there. Kept by triggers.';
COMMENT ON COLUMN project_words.is_later IS 'Whether it does not begin the name.';
CREATE INDEX project_words_by_beginning ON project_words (organization_id, is_later, word, project_id);

CREATE FUNCTION memberships_bring_their_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO member_words (account_id, organization_id, word, is_later)
    SELECT joined.account_id, joined.organization_id, split.word, split.is_later
    FROM joined JOIN accounts ON accounts.id = joined.account_id
    CROSS JOIN LATERAL words_of_each(ARRAY[accounts.username, accounts.display_name]) AS split;
    RETURN NULL;
END $$;
CREATE TRIGGER memberships_bring_words AFTER INSERT ON memberships
    REFERENCING NEW TABLE AS joined FOR EACH STATEMENT EXECUTE FUNCTION memberships_bring_their_words();

-- The memberships are held first, as whoever ends one holds it before its words go: so neither waits for the other in turn.
CREATE FUNCTION accounts_change_their_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM memberships WHERE account_id = NEW.id ORDER BY organization_id FOR KEY SHARE;
    DELETE FROM member_words WHERE account_id = NEW.id;
    INSERT INTO member_words (account_id, organization_id, word, is_later)
    SELECT memberships.account_id, memberships.organization_id, split.word, split.is_later
    FROM memberships CROSS JOIN words_of_each(ARRAY[NEW.username, NEW.display_name]) AS split
    WHERE memberships.account_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_change_words AFTER UPDATE OF username, display_name ON accounts
    FOR EACH ROW WHEN ((OLD.username, OLD.display_name) IS DISTINCT FROM (NEW.username, NEW.display_name))
    EXECUTE FUNCTION accounts_change_their_words();

CREATE FUNCTION projects_bring_their_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO project_words (project_id, organization_id, word, is_later)
    SELECT made.id, made.organization_id, split.word, split.is_later
    FROM made CROSS JOIN LATERAL words_of_each(ARRAY[made.name]) AS split;
    RETURN NULL;
END $$;
CREATE TRIGGER projects_bring_words AFTER INSERT ON projects
    REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION projects_bring_their_words();

CREATE FUNCTION projects_change_their_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM project_words WHERE project_id = NEW.id;
    INSERT INTO project_words (project_id, organization_id, word, is_later)
    SELECT NEW.id, NEW.organization_id, split.word, split.is_later FROM words_of_each(ARRAY[NEW.name]) AS split;
    RETURN NULL;
END $$;
CREATE TRIGGER projects_change_words AFTER UPDATE OF name ON projects
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION projects_change_their_words();

INSERT INTO member_words (account_id, organization_id, word, is_later)
SELECT memberships.account_id, memberships.organization_id, split.word, split.is_later
FROM memberships JOIN accounts ON accounts.id = memberships.account_id
CROSS JOIN LATERAL words_of_each(ARRAY[accounts.username, accounts.display_name]) AS split;

INSERT INTO project_words (project_id, organization_id, word, is_later)
SELECT projects.id, projects.organization_id, split.word, split.is_later
FROM projects CROSS JOIN LATERAL words_of_each(ARRAY[projects.name]) AS split;

-- One's own organizations, those used last first. It finds all that the index by account alone did.
CREATE INDEX memberships_lately_used ON memberships (account_id, last_active_at DESC, organization_id DESC);
DROP INDEX memberships_by_account;
