-- The confirmation page is where the password is chosen (ACC-04): a password that was typed before the mailbox was
-- proven is a stranger's as likely as not, so none is kept. Links that wait in the mail keep working.
ALTER TABLE registrations DROP COLUMN password_hash;
COMMENT ON TABLE registrations IS 'Addresses that wait to be confirmed, each with the username that was wished for. Each row stands for itself, so nobody can hold an address before its owner comes; the password is chosen on the page of the link.';
