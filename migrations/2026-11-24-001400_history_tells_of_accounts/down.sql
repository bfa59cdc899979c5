DROP INDEX history_of_an_account;
ALTER TABLE history DROP COLUMN account_id;
