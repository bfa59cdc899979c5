-- Registrations without a password mean nothing to the earlier version.
DELETE FROM registrations;
ALTER TABLE registrations ADD COLUMN password_hash text NOT NULL
    CONSTRAINT registrations_passwords_are_hashed_by_argon2id CHECK (password_hash LIKE '$argon2id$%');
COMMENT ON TABLE registrations IS 'Accounts that wait for their address to be confirmed. Each stands for itself, so nobody can hold an address before its owner comes.';
