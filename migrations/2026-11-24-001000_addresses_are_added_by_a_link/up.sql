CREATE TABLE address_claims (
    id uuid CONSTRAINT address_claims_have_one_row_each PRIMARY KEY,
    account_id uuid NOT NULL CONSTRAINT address_claims_have_an_account REFERENCES accounts ON DELETE CASCADE,
    address text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT roster_now(),
    expires_at timestamptz NOT NULL,
    CONSTRAINT address_claims_one_per_account_and_address UNIQUE (account_id, address),
    CONSTRAINT address_claims_expire_after_they_begin CHECK (expires_at > created_at),
    CONSTRAINT address_claims_are_lower_case_ascii CHECK (address ~ '^[!-~]{3,254}$' AND address = lower(address COLLATE "C"))
);
COMMENT ON TABLE address_claims IS 'Addresses that somebody wants to add to an account, until the link that is mailed there is opened. A claim holds no address for anyone.';
CREATE INDEX address_claims_by_expiry ON address_claims (expires_at);
