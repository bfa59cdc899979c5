CREATE TABLE pictures (
    id uuid CONSTRAINT pictures_are_found_by_an_id_nobody_can_guess PRIMARY KEY,
    account_id uuid CONSTRAINT pictures_go_with_their_account REFERENCES accounts ON DELETE CASCADE,
    organization_id uuid CONSTRAINT pictures_go_with_their_organization REFERENCES organizations ON DELETE CASCADE,
    media_type text NOT NULL,
    image bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT roster_now(),
    CONSTRAINT pictures_one_per_account UNIQUE (account_id),
    CONSTRAINT pictures_one_per_organization UNIQUE (organization_id),
    CONSTRAINT pictures_of_accounts_can_be_pointed_at UNIQUE (id, account_id),
    CONSTRAINT pictures_of_organizations_can_be_pointed_at UNIQUE (id, organization_id),
    CONSTRAINT pictures_show_a_person_or_an_organization CHECK (num_nonnulls(account_id, organization_id) = 1),
    CONSTRAINT pictures_are_small CHECK (length(image) BETWEEN 1 AND 12288),
    -- What is served as one kind is of that kind: each begins with its own signature.
    CONSTRAINT pictures_are_what_they_are_served_as CHECK (
        media_type = 'image/webp' AND substring(image FROM 1 FOR 4) = '\x52494646' AND substring(image FROM 9 FOR 4) = '\x57454250'
        OR media_type = 'image/jpeg' AND substring(image FROM 1 FOR 3) = '\xffd8ff')
);
COMMENT ON TABLE pictures IS 'Uploaded pictures, drawn anew by Roster. The id is the address, and a new one with each upload: who does not know it finds nothing.';
-- They are compressed already.
ALTER TABLE pictures ALTER COLUMN image SET STORAGE EXTERNAL;

-- Each row that is read for a page says where its picture is, so that no page asks once more. It can only
-- be a picture of its own, and one that is there; deferred, so that one picture can take the place of another.
ALTER TABLE accounts
    ADD COLUMN picture_id uuid,
    ADD CONSTRAINT accounts_show_their_own_picture FOREIGN KEY (picture_id, id) REFERENCES pictures (id, account_id)
        DEFERRABLE INITIALLY DEFERRED;
COMMENT ON COLUMN accounts.picture_id IS 'Where the uploaded picture is; empty while the initials stand for the person.';
ALTER TABLE organizations
    ADD COLUMN picture_id uuid,
    ADD CONSTRAINT organizations_show_their_own_picture FOREIGN KEY (picture_id, id) REFERENCES pictures (id, organization_id)
        DEFERRABLE INITIALLY DEFERRED;
COMMENT ON COLUMN organizations.picture_id IS 'Where the uploaded picture is; empty while the initials stand for the organization.';
