ALTER TABLE project_addresses DROP COLUMN name_key;
