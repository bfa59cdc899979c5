-- Whose account a line is about: not always the actor's, for the operator has commands too.
ALTER TABLE history ADD COLUMN account_id uuid;
COMMENT ON COLUMN history.account_id IS 'Whose account it tells of; empty for what concerns an organization.';
ALTER TABLE history DISABLE TRIGGER history_is_not_rewritten;
UPDATE history SET account_id = actor_id WHERE organization_id IS NULL AND kind IN
    ('account_created', 'signed_in', 'signed_out', 'password_reset_asked', 'password_reset', 'password_given_again', 'address_added');
ALTER TABLE history ENABLE TRIGGER history_is_not_rewritten;
CREATE INDEX history_of_an_account ON history (account_id, at DESC, id DESC) WHERE account_id IS NOT NULL;
