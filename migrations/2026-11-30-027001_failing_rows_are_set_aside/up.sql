CREATE TABLE task_failures (
    task text NOT NULL,
    subject uuid NOT NULL,
    within uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    failures integer NOT NULL DEFAULT 1,
    failed_at timestamptz NOT NULL DEFAULT roster_now(),
    try_at timestamptz,
    CONSTRAINT task_failures_one_row_per_subject PRIMARY KEY (task, subject, within),
    CONSTRAINT task_failures_are_not_negative CHECK (failures >= 0)
);
COMMENT ON TABLE task_failures IS 'Rows that a background task failed on, so that they do not block the rows behind them.';
COMMENT ON COLUMN task_failures.subject IS 'The row that the task works on: an account, an invitation, an organization.';
COMMENT ON COLUMN task_failures.within IS 'The organization, where the subject alone does not name the row.';
COMMENT ON COLUMN task_failures.try_at IS 'When the task tries the row again; empty once the row is set aside.';
CREATE INDEX task_failures_in_order_of_time ON task_failures (failed_at);

CREATE FUNCTION may_be_tried(of_task text, of_subject uuid, of_within uuid) RETURNS boolean LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT NOT EXISTS (SELECT FROM task_failures WHERE task = of_task AND subject = of_subject AND within = of_within
        AND (try_at IS NULL OR try_at > roster_now()))
$$;
