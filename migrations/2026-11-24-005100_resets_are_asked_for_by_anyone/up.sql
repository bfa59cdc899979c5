-- Whoever asks for a new password leaves the same rows behind, with an account and without one: else the time that
-- takes would tell who has one.
ALTER TABLE password_resets ALTER COLUMN account_id DROP NOT NULL;
COMMENT ON COLUMN password_resets.account_id IS 'Empty when nobody has the address that was given: then it opens nothing, and its letter is dropped.';
