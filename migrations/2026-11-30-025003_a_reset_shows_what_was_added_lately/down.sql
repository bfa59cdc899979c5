DROP TABLE recoveries;
ALTER TABLE password_resets DROP COLUMN address;
