CREATE TABLE history (
    id uuid CONSTRAINT history_has_one_row_each PRIMARY KEY,
    organization_id uuid,
    actor_id uuid,
    actor_name text NOT NULL,
    kind text NOT NULL,
    details jsonb NOT NULL,
    source text NOT NULL,
    at timestamptz NOT NULL DEFAULT roster_now()
);
COMMENT ON TABLE history IS 'Who did what, when, from where. Without foreign keys: it survives what it tells of.';
COMMENT ON COLUMN history.actor_name IS 'The name as it was then.';
COMMENT ON COLUMN history.source IS 'The network address of the request; empty for the command line and the workers.';
CREATE INDEX history_of_an_organization ON history (organization_id, at DESC, id DESC);
CREATE INDEX history_of_a_person ON history (actor_id, at DESC, id DESC);

CREATE FUNCTION history_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is only added to' USING ERRCODE = 'check_violation', CONSTRAINT = 'history_is_only_added_to';
END $$;
CREATE TRIGGER history_is_not_rewritten BEFORE UPDATE OR DELETE ON history FOR EACH ROW EXECUTE FUNCTION history_is_only_added_to();
CREATE TRIGGER history_is_not_emptied BEFORE TRUNCATE ON history FOR EACH STATEMENT EXECUTE FUNCTION history_is_only_added_to();
