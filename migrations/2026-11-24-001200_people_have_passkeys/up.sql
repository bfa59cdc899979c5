CREATE TABLE passkeys (
    id uuid CONSTRAINT passkeys_have_one_row_each PRIMARY KEY,
    account_id uuid NOT NULL CONSTRAINT passkeys_have_an_account REFERENCES accounts ON DELETE CASCADE,
    credential_id bytea NOT NULL CONSTRAINT passkeys_credentials_belong_to_one_account UNIQUE,
    name text NOT NULL,
    fixed_state bytea NOT NULL,
    moving_state bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT roster_now(),
    last_used_at timestamptz,
    CONSTRAINT passkeys_names_are_plain_lines CHECK (length(name) BETWEEN 1 AND 80 AND is_plain_line(name) AND name = btrim(name)),
    CONSTRAINT passkeys_credentials_are_short CHECK (length(credential_id) BETWEEN 16 AND 1023)
);
COMMENT ON TABLE passkeys IS 'Public keys of devices that sign in without a password (WebAuthn).';
COMMENT ON COLUMN passkeys.fixed_state IS 'The public key, and what was said of the device when it was added.';
COMMENT ON COLUMN passkeys.moving_state IS 'The count of signatures and the flags that each use renews.';
CREATE INDEX passkeys_by_account ON passkeys (account_id);

CREATE TABLE spent_challenges (
    challenge_hash bytea CONSTRAINT spent_challenges_are_spent_once PRIMARY KEY,
    expires_at timestamptz NOT NULL,
    CONSTRAINT spent_challenges_keep_a_sha256_only CHECK (length(challenge_hash) = 32)
);
COMMENT ON TABLE spent_challenges IS 'Challenges that a passkey has answered: each is answered once.';
CREATE INDEX spent_challenges_by_expiry ON spent_challenges (expires_at);
