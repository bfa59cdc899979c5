-- Who resets a password may have been robbed of the account: what a thief added would still get in (AUTH-4). So a reset
-- remembers by which address it was made, and the browser that made it may remove what is younger than that address.
ALTER TABLE password_resets ADD COLUMN address text;
COMMENT ON COLUMN password_resets.address IS 'Where the link went; empty for a link from before this column, or where nobody has the address.';

CREATE TABLE recoveries (
    id uuid CONSTRAINT recoveries_have_one_row_each PRIMARY KEY,
    account_id uuid NOT NULL CONSTRAINT recoveries_have_an_account REFERENCES accounts ON DELETE CASCADE,
    address text NOT NULL,
    known_since timestamptz,
    created_at timestamptz NOT NULL DEFAULT roster_now(),
    expires_at timestamptz NOT NULL,
    CONSTRAINT recoveries_one_per_account UNIQUE (account_id),
    CONSTRAINT recoveries_expire_after_they_begin CHECK (expires_at > created_at),
    CONSTRAINT recoveries_addresses_are_lower_case_ascii CHECK (address ~ '^[!-~]{3,254}$' AND address = lower(address COLLATE "C"))
);
COMMENT ON TABLE recoveries IS 'A password was reset by a link to this address: for half an hour the browser that did it may remove what was added to the account lately.';
COMMENT ON COLUMN recoveries.known_since IS 'When the account was last signed in to from this browser and network before the reset; empty where it never was. Two-factor authentication that was turned on after that may be removed, too.';
