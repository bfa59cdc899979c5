CREATE TABLE accounts (
    id uuid CONSTRAINT accounts_have_one_row_each PRIMARY KEY,
    username text NOT NULL CONSTRAINT accounts_usernames_are_unique UNIQUE,
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT roster_now(),
    suspended_at timestamptz,
    CONSTRAINT accounts_usernames_are_lower_case_words CHECK (username ~ '^[a-z0-9]([a-z0-9_-]{1,38}[a-z0-9])$'),
    CONSTRAINT accounts_passwords_are_hashed_by_argon2id CHECK (password_hash LIKE '$argon2id$%')
);
COMMENT ON TABLE accounts IS 'People who can sign in. A row exists only once an address was proven.';
COMMENT ON COLUMN accounts.username IS 'Lower case, ASCII; never holds an @, so it is never taken for an address.';
COMMENT ON COLUMN accounts.password_hash IS 'Argon2id in PHC notation, its parameters with it.';

CREATE TABLE email_addresses (
    address text CONSTRAINT email_addresses_belong_to_one_account PRIMARY KEY,
    account_id uuid NOT NULL CONSTRAINT email_addresses_have_an_account REFERENCES accounts ON DELETE CASCADE,
    is_primary boolean NOT NULL DEFAULT false,
    confirmed_at timestamptz NOT NULL DEFAULT roster_now(),
    CONSTRAINT email_addresses_are_lower_case_ascii CHECK (address ~ '^[!-~]{3,254}$' AND address = lower(address COLLATE "C"))
);
COMMENT ON TABLE email_addresses IS 'Addresses that were proven to belong to an account, by a link that was mailed there.';
CREATE INDEX email_addresses_by_account ON email_addresses (account_id);
CREATE UNIQUE INDEX email_addresses_one_primary_per_account ON email_addresses (account_id) WHERE is_primary;

CREATE TABLE registrations (
    id uuid CONSTRAINT registrations_have_one_row_each PRIMARY KEY,
    email text NOT NULL,
    username text NOT NULL,
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT roster_now(),
    expires_at timestamptz NOT NULL,
    CONSTRAINT registrations_expire_after_they_begin CHECK (expires_at > created_at),
    CONSTRAINT registrations_addresses_are_lower_case_ascii CHECK (email ~ '^[!-~]{3,254}$' AND email = lower(email COLLATE "C")),
    CONSTRAINT registrations_passwords_are_hashed_by_argon2id CHECK (password_hash LIKE '$argon2id$%')
);
COMMENT ON TABLE registrations IS 'Accounts that wait for their address to be confirmed. Each stands for itself, so nobody can hold an address before its owner comes.';
CREATE INDEX registrations_by_expiry ON registrations (expires_at);

CREATE TABLE sessions (
    token_hash bytea CONSTRAINT sessions_are_found_by_the_hash_of_their_token PRIMARY KEY,
    id uuid NOT NULL CONSTRAINT sessions_have_an_id_to_show UNIQUE,
    account_id uuid NOT NULL CONSTRAINT sessions_have_an_account REFERENCES accounts ON DELETE CASCADE,
    device text NOT NULL,
    source text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT roster_now(),
    last_seen_at timestamptz NOT NULL DEFAULT roster_now(),
    password_given_at timestamptz NOT NULL DEFAULT roster_now(),
    expires_at timestamptz NOT NULL,
    CONSTRAINT sessions_keep_a_sha256_only CHECK (length(token_hash) = 32)
);
COMMENT ON TABLE sessions IS 'Who is signed in. A cookie proves nothing without its row here.';
COMMENT ON COLUMN sessions.source IS 'The network address it was begun from.';
COMMENT ON COLUMN sessions.last_seen_at IS 'Touched at most once a minute.';
CREATE INDEX sessions_by_account ON sessions (account_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE password_resets (
    id uuid CONSTRAINT password_resets_have_one_row_each PRIMARY KEY,
    account_id uuid NOT NULL CONSTRAINT password_resets_have_an_account REFERENCES accounts ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT roster_now(),
    expires_at timestamptz NOT NULL,
    CONSTRAINT password_resets_one_per_account UNIQUE (account_id),
    CONSTRAINT password_resets_expire_after_they_begin CHECK (expires_at > created_at)
);
COMMENT ON TABLE password_resets IS 'The one open permission to choose a new password; asking again replaces it.';
