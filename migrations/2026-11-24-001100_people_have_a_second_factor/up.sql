CREATE TABLE second_factors (
    account_id uuid CONSTRAINT second_factors_one_per_account PRIMARY KEY
        CONSTRAINT second_factors_have_an_account REFERENCES accounts ON DELETE CASCADE,
    sealed_secret bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT roster_now(),
    confirmed_at timestamptz,
    last_step bigint NOT NULL DEFAULT 0,
    CONSTRAINT second_factors_are_sealed CHECK (length(sealed_secret) > 32)
);
COMMENT ON TABLE second_factors IS 'Secrets of apps that show codes (RFC 6238), sealed under the secret key. One that was never confirmed asks nothing of anybody.';
COMMENT ON COLUMN second_factors.last_step IS 'The time step of the last code that was taken: a code works once.';

CREATE TABLE recovery_codes (
    account_id uuid NOT NULL CONSTRAINT recovery_codes_have_a_second_factor REFERENCES second_factors ON DELETE CASCADE,
    code_hash bytea NOT NULL,
    used_at timestamptz,
    CONSTRAINT recovery_codes_are_found_by_their_hash PRIMARY KEY (account_id, code_hash),
    CONSTRAINT recovery_codes_keep_a_sha256_only CHECK (length(code_hash) = 32)
);
COMMENT ON TABLE recovery_codes IS 'Codes that stand in for a lost app, once each.';

CREATE TABLE begun_sign_ins (
    token_hash bytea CONSTRAINT begun_sign_ins_are_found_by_the_hash_of_their_token PRIMARY KEY,
    account_id uuid NOT NULL CONSTRAINT begun_sign_ins_have_an_account REFERENCES accounts ON DELETE CASCADE,
    wrong_codes smallint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT roster_now(),
    expires_at timestamptz NOT NULL,
    CONSTRAINT begun_sign_ins_keep_a_sha256_only CHECK (length(token_hash) = 32),
    CONSTRAINT begun_sign_ins_end_after_five_wrong_codes CHECK (wrong_codes BETWEEN 0 AND 5)
);
COMMENT ON TABLE begun_sign_ins IS 'Whoever gave the right password, and still owes the second factor. Nothing is open to them.';
CREATE INDEX begun_sign_ins_by_account ON begun_sign_ins (account_id);
CREATE INDEX begun_sign_ins_by_expiry ON begun_sign_ins (expires_at);
