DROP TABLE password_resets, sessions, registrations, email_addresses, accounts;
