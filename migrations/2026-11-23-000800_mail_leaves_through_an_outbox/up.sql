CREATE TABLE outbox (
    id uuid CONSTRAINT outbox_has_one_row_each PRIMARY KEY,
    kind text NOT NULL,
    facts jsonb NOT NULL,
    recipient text NOT NULL,
    about uuid,
    state text NOT NULL DEFAULT 'queued',
    attempts integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT roster_now(),
    next_attempt_at timestamptz NOT NULL DEFAULT roster_now(),
    ended_at timestamptz,
    CONSTRAINT outbox_states_are_known CHECK (state IN ('queued', 'sent', 'failed', 'dropped')),
    CONSTRAINT outbox_ended_letters_say_when CHECK ((state = 'queued') = (ended_at IS NULL)),
    CONSTRAINT outbox_recipients_are_lower_case_ascii CHECK (recipient ~ '^[!-~]{3,254}$' AND recipient = lower(recipient COLLATE "C"))
);
COMMENT ON TABLE outbox IS 'Letters to be posted: their kind and facts, never their text, so that no usable link is ever at rest.';
COMMENT ON COLUMN outbox.about IS 'The row the letter is about, for showing whether it was delivered.';
COMMENT ON COLUMN outbox.next_attempt_at IS 'When it is due; a worker that takes it moves this ahead, so that it is taken again should the worker die.';
COMMENT ON COLUMN outbox.state IS 'dropped: no longer true when its turn came, so it was not sent.';
CREATE INDEX outbox_due ON outbox (next_attempt_at) WHERE state = 'queued';
CREATE INDEX outbox_about ON outbox (about, created_at DESC);
CREATE INDEX outbox_ended ON outbox (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE throttles (
    key bytea CONSTRAINT throttles_have_one_row_each PRIMARY KEY,
    full_at timestamptz NOT NULL,
    CONSTRAINT throttles_keep_a_sha256_only CHECK (length(key) = 32)
);
COMMENT ON TABLE throttles IS 'How much of each allowance is used (generic cell rate algorithm): one moment each, in the database, so that all nodes count together.';
COMMENT ON COLUMN throttles.full_at IS 'When the allowance is whole again.';
CREATE INDEX throttles_by_end ON throttles (full_at);
