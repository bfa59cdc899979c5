DELETE FROM password_resets WHERE account_id IS NULL;
COMMENT ON COLUMN password_resets.account_id IS NULL;
ALTER TABLE password_resets ALTER COLUMN account_id SET NOT NULL;
