-- The URL alone does not tell names apart that leave no letters for one, so the name stands beside it.
ALTER TABLE project_addresses ADD COLUMN name_key text;
UPDATE project_addresses SET name_key = slug;
UPDATE project_addresses SET name_key = lower(projects.name)
    FROM projects WHERE projects.id = project_addresses.project_id AND project_addresses.is_current;
ALTER TABLE project_addresses ALTER COLUMN name_key SET NOT NULL;
ALTER TABLE project_addresses ADD CONSTRAINT project_addresses_give_a_name_once UNIQUE (organization_id, name_key);
COMMENT ON COLUMN project_addresses.name_key IS 'The name it was given for, in the one form names are compared in; with the address it outlives the project, so that the name of a deleted one is never reused.';
