CREATE TABLE projects (
    id uuid CONSTRAINT projects_have_one_row_each PRIMARY KEY,
    organization_id uuid NOT NULL CONSTRAINT projects_have_an_organization REFERENCES organizations ON DELETE CASCADE,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    web_address text NOT NULL DEFAULT '',
    visibility text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_by uuid NOT NULL,
    form_key uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT roster_now(),
    modified_at timestamptz NOT NULL DEFAULT roster_now(),
    CONSTRAINT projects_one_per_form UNIQUE (created_by, form_key),
    CONSTRAINT projects_can_be_pointed_at UNIQUE (organization_id, id),
    CONSTRAINT projects_names_are_plain_lines CHECK (length(name) BETWEEN 1 AND 80 AND is_plain_line(name) AND name = btrim(name)),
    CONSTRAINT projects_descriptions_are_short CHECK (length(description) <= 2000),
    CONSTRAINT projects_web_addresses_are_http CHECK (web_address = '' OR (web_address ~ '^https?://[!-~]+$' AND length(web_address) <= 500)),
    CONSTRAINT projects_visibilities_are_known CHECK (visibility IN ('public', 'private')),
    CONSTRAINT projects_hold_no_card_number CHECK (holds_no_card_number(name) AND holds_no_card_number(description))
);
COMMENT ON TABLE projects IS 'What an organization works on.';
CREATE INDEX projects_lately_modified ON projects (organization_id, modified_at DESC, id DESC);

CREATE TABLE project_addresses (
    organization_id uuid NOT NULL CONSTRAINT project_addresses_have_an_organization REFERENCES organizations ON DELETE CASCADE,
    slug text NOT NULL,
    project_id uuid CONSTRAINT project_addresses_outlive_their_project REFERENCES projects ON DELETE SET NULL,
    is_current boolean NOT NULL,
    -- The URL alone does not tell names apart that leave no letters for one, so the name stands beside it.
    name_key text NOT NULL,
    CONSTRAINT project_addresses_give_a_name_once UNIQUE (organization_id, name_key),
    CONSTRAINT project_addresses_belong_to_one_project_for_ever PRIMARY KEY (organization_id, slug),
    CONSTRAINT project_addresses_are_slugs CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) BETWEEN 1 AND 60)
);
COMMENT ON TABLE project_addresses IS 'Every URL a project ever had within its organization; those of deleted projects stay, and are never given again.';
COMMENT ON COLUMN project_addresses.name_key IS 'The name it was given for, in the one form names are compared in; with the address it outlives the project, so that the name of a deleted one is never reused.';
CREATE INDEX project_addresses_by_project ON project_addresses (project_id);
CREATE UNIQUE INDEX project_addresses_one_current_each ON project_addresses (project_id) WHERE is_current;
