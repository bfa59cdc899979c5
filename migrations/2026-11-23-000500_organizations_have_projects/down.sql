DROP TABLE project_addresses, projects;
