CREATE TABLE invitation_batches (
    id uuid CONSTRAINT invitation_batches_have_one_row_each PRIMARY KEY,
    organization_id uuid NOT NULL CONSTRAINT invitation_batches_have_an_organization REFERENCES organizations ON DELETE CASCADE,
    sender_id uuid NOT NULL CONSTRAINT invitation_batches_have_a_sender REFERENCES accounts ON DELETE CASCADE,
    form_key uuid NOT NULL,
    lifetime_days integer NOT NULL,
    size integer NOT NULL,
    made_at timestamptz NOT NULL DEFAULT roster_now(),
    sent_at timestamptz,
    due_at timestamptz,
    ended_at timestamptz,
    ended_how text,
    CONSTRAINT invitation_batches_one_per_form UNIQUE (organization_id, form_key),
    CONSTRAINT invitation_batches_last_for_days CHECK (lifetime_days BETWEEN 1 AND 90),
    CONSTRAINT invitation_batches_have_lines CHECK (size > 0),
    CONSTRAINT invitation_batches_are_due_once_they_are_sent CHECK ((sent_at IS NULL) = (due_at IS NULL)),
    CONSTRAINT invitation_batches_end_in_a_known_way CHECK (ended_how IN ('done', 'stopped', 'abandoned')),
    CONSTRAINT invitation_batches_end_once CHECK ((ended_at IS NULL) = (ended_how IS NULL)),
    CONSTRAINT invitation_batches_end_after_they_are_sent CHECK (ended_at IS NULL OR sent_at IS NOT NULL)
);
COMMENT ON TABLE invitation_batches IS 'Lists of people to be invited at once. A list that is not sent yet is a preview.';
COMMENT ON COLUMN invitation_batches.sender_id IS 'In whose name it is sent: whoever sent it, and before that whoever made it.';
COMMENT ON COLUMN invitation_batches.size IS 'How many lines it has.';
COMMENT ON COLUMN invitation_batches.sent_at IS 'When somebody pressed the button; the worker sends from then on.';
COMMENT ON COLUMN invitation_batches.due_at IS 'When the worker takes its next portion.';
COMMENT ON COLUMN invitation_batches.ended_how IS 'abandoned: in whose name it was sent, could invite people no more.';
CREATE INDEX invitation_batches_by_sender ON invitation_batches (sender_id);
CREATE INDEX invitation_batches_in_order_of_making ON invitation_batches (organization_id, made_at, id);
CREATE INDEX invitation_batches_under_way ON invitation_batches (due_at) WHERE ended_at IS NULL;
CREATE INDEX invitation_batches_by_age ON invitation_batches (made_at);

CREATE TABLE invitation_batch_lines (
    batch_id uuid NOT NULL CONSTRAINT invitation_batch_lines_have_a_batch REFERENCES invitation_batches ON DELETE CASCADE,
    place integer NOT NULL,
    written text NOT NULL,
    role text NOT NULL,
    fate text NOT NULL,
    why text,
    CONSTRAINT invitation_batch_lines_have_one_place_each PRIMARY KEY (batch_id, place),
    CONSTRAINT invitation_batch_lines_roles_are_known CHECK (role IN ('owner', 'member', 'viewer', 'billing')),
    CONSTRAINT invitation_batch_lines_fates_are_known CHECK (fate IN ('ready', 'sent', 'member', 'invited', 'unreadable', 'repeated', 'full', 'stopped')),
    CONSTRAINT invitation_batch_lines_hold_addresses_that_can_be_read CHECK (fate = 'unreadable' OR (written ~ '^[!-~]{3,254}$' AND written = lower(written COLLATE "C"))),
    CONSTRAINT invitation_batch_lines_say_why_they_cannot_be_read CHECK ((fate = 'unreadable') = (why IS NOT NULL))
);
COMMENT ON TABLE invitation_batch_lines IS 'What becomes of each line of a list: none is left out.';
COMMENT ON COLUMN invitation_batch_lines.written IS 'The address; where none can be read, what was written.';
COMMENT ON COLUMN invitation_batch_lines.fate IS 'ready: to be invited. full: the address was sent enough invitations that day.';
CREATE UNIQUE INDEX invitation_batch_lines_one_per_address ON invitation_batch_lines (batch_id, written) WHERE fate NOT IN ('unreadable', 'repeated');
CREATE INDEX invitation_batch_lines_alike_in_order ON invitation_batch_lines (batch_id, fate, place);
