CREATE TABLE reviews (
    id uuid CONSTRAINT reviews_have_one_row_each PRIMARY KEY,
    organization_id uuid NOT NULL CONSTRAINT reviews_have_an_organization REFERENCES organizations ON DELETE CASCADE,
    begun_by_name text NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT roster_now(),
    finished_by_name text,
    finished_at timestamptz,
    people_count integer NOT NULL DEFAULT 0,
    kept_count integer NOT NULL DEFAULT 0,
    changed_count integer NOT NULL DEFAULT 0,
    removed_count integer NOT NULL DEFAULT 0,
    gone_count integer NOT NULL DEFAULT 0,
    CONSTRAINT reviews_are_finished_by_somebody CHECK ((finished_at IS NULL) = (finished_by_name IS NULL)),
    CONSTRAINT reviews_count_nobody_twice CHECK (
        least(kept_count, changed_count, removed_count, gone_count) >= 0
        AND kept_count + changed_count + removed_count + gone_count <= people_count
    )
);
COMMENT ON TABLE reviews IS 'Access reviews: owners look at everyone who belonged when it was begun.';
COMMENT ON COLUMN reviews.begun_by_name IS 'The name as it was then.';
COMMENT ON COLUMN reviews.finished_at IS 'From then on nothing of it changes, but that a decision can be noted as undone.';
COMMENT ON COLUMN reviews.people_count IS 'How many belonged when it was begun. Like the other counts kept by the transactions that decide, so that no page counts rows.';
CREATE UNIQUE INDEX reviews_one_under_way_each ON reviews (organization_id) WHERE finished_at IS NULL;
CREATE INDEX reviews_in_order_of_beginning ON reviews (organization_id, begun_at, id);

CREATE TABLE review_people (
    review_id uuid NOT NULL CONSTRAINT review_people_have_a_review REFERENCES reviews ON DELETE CASCADE,
    account_id uuid NOT NULL,
    username text COLLATE "C" NOT NULL,
    role text NOT NULL,
    decision text,
    new_role text,
    decided_by uuid,
    decided_by_name text,
    decided_at timestamptz,
    undoing_id uuid,
    undone_at timestamptz,
    CONSTRAINT review_people_are_looked_at_once PRIMARY KEY (review_id, account_id),
    CONSTRAINT review_people_roles_are_known CHECK (role IN ('owner', 'member', 'viewer', 'billing')),
    CONSTRAINT review_people_decisions_are_known CHECK (decision IN ('kept', 'changed', 'removed', 'gone')),
    CONSTRAINT review_people_change_to_a_known_role CHECK (new_role IN ('owner', 'member', 'viewer', 'billing')),
    CONSTRAINT review_people_change_to_a_role CHECK ((decision IS NOT DISTINCT FROM 'changed') = (new_role IS NOT NULL)),
    CONSTRAINT review_people_are_decided_at_a_time CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CONSTRAINT review_people_are_decided_by_somebody CHECK (
        (decision IS NULL OR decision = 'gone') = (decided_by_name IS NULL) AND (decided_by IS NULL) = (decided_by_name IS NULL)
    )
);
COMMENT ON TABLE review_people IS 'Everyone whom a review looks at, as they were when it was begun, and what was decided. Like history without references to accounts: it survives what it tells of.';
COMMENT ON COLUMN review_people.username IS 'The name as it was then. How people wish to be called is not kept: it goes with their account.';
COMMENT ON COLUMN review_people.role IS 'The role as it was then.';
COMMENT ON COLUMN review_people.decision IS 'Empty until somebody decides. gone: they left, or were removed by other means, before anybody did.';
COMMENT ON COLUMN review_people.undoing_id IS 'What undoes it; there is no reference, for that is forgotten after a day.';
COMMENT ON COLUMN review_people.undone_at IS 'When a decision was undone after the review was finished; before that, it is open again.';
CREATE UNIQUE INDEX review_people_one_per_username ON review_people (review_id, username);
CREATE INDEX review_people_to_be_looked_at ON review_people (review_id, username) WHERE decision IS NULL;
CREATE INDEX review_people_alike_in_order ON review_people (review_id, decision, username) WHERE decision IS NOT NULL;
CREATE INDEX review_people_by_what_undoes_it ON review_people (undoing_id) WHERE undoing_id IS NOT NULL;

CREATE TABLE review_reminders (
    organization_id uuid CONSTRAINT review_reminders_one_per_organization PRIMARY KEY
        CONSTRAINT review_reminders_have_an_organization REFERENCES organizations ON DELETE CASCADE,
    due_at timestamptz,
    told_at timestamptz
);
COMMENT ON TABLE review_reminders IS 'Organizations whose owners want to be reminded of an access review each quarter.';
COMMENT ON COLUMN review_reminders.due_at IS 'When the next reminder is posted; empty while a review is under way.';
COMMENT ON COLUMN review_reminders.told_at IS 'When the last one was, if no review was finished since.';
CREATE INDEX review_reminders_in_order ON review_reminders (due_at) WHERE due_at IS NOT NULL;
