-- What the overview draws over time is counted as it happens: no page looks through the history for it. A day is one of
-- Universal Time, so that everybody sees the same numbers.
CREATE TABLE organization_days (
    organization_id uuid NOT NULL CONSTRAINT organization_days_have_an_organization REFERENCES organizations ON DELETE CASCADE,
    day date NOT NULL,
    deeds integer NOT NULL,
    member_count integer NOT NULL,
    CONSTRAINT organization_days_one_row_each PRIMARY KEY (organization_id, day),
    CONSTRAINT organization_days_something_was_done CHECK (deeds >= 1)
);
COMMENT ON TABLE organization_days IS 'The days on which something happened in an organization, counted by the transactions that write its history.';
COMMENT ON COLUMN organization_days.deeds IS 'Lines of history written on that day.';
COMMENT ON COLUMN organization_days.member_count IS 'How many belonged after the last of them.';

CREATE FUNCTION history_is_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- What is told of an organization that is erased counts nowhere: its days went with it.
    INSERT INTO organization_days (organization_id, day, deeds, member_count)
    SELECT organizations.id, (written.at AT TIME ZONE 'UTC')::date, count(*), organizations.member_count
    FROM written JOIN organizations ON organizations.id = written.organization_id
    GROUP BY 1, 2, 4
    ON CONFLICT ON CONSTRAINT organization_days_one_row_each DO UPDATE
    SET deeds = organization_days.deeds + excluded.deeds, member_count = excluded.member_count;
    RETURN NULL;
END $$;
CREATE TRIGGER history_is_counted AFTER INSERT ON history
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION history_is_counted();

-- The days before this one: how many belonged follows from how many belong now, and from who came and went since.
INSERT INTO organization_days (organization_id, day, deeds, member_count)
SELECT organization_id, day, deeds, greatest(1, member_count - coalesce(sum(net) OVER later, 0))
FROM (
    SELECT organizations.id AS organization_id, organizations.member_count, (history.at AT TIME ZONE 'UTC')::date AS day,
           count(*) AS deeds,
           count(*) FILTER (WHERE kind IN ('organization_founded', 'joined')) - count(*) FILTER (WHERE kind IN ('left', 'removed')) AS net
    FROM history JOIN organizations ON organizations.id = history.organization_id
    GROUP BY 1, 2, 3
) AS counted
WINDOW later AS (PARTITION BY organization_id ORDER BY day DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);

-- What an overview looks for, found without looking at everybody and everything.
CREATE INDEX memberships_of_owners ON memberships (organization_id, account_id) WHERE role = 'owner';
CREATE INDEX invitations_open_by_expiry ON invitations (organization_id, expires_at, id) WHERE ended_at IS NULL;
