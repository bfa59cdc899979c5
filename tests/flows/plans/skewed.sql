-- Organizations as they are in life: most are small, one has most of the members. Ids are in the order of creation, as those
-- of UUID v7 are: a plan that depends on how rows lie shows it here. Run as a superuser, without triggers and foreign keys.
-- {organizations} small ones of 10, one of {members}, and {accounts} accounts.
SET session_replication_role = replica;
SET statement_timeout = 0;

CREATE FUNCTION pg_temp.id(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT ('0192' || lpad(to_hex(n), 8, '0') || '7000' || '8' || lpad(to_hex(kind), 15, '0'))::uuid
$$;

INSERT INTO accounts (id, username, password_hash)
SELECT pg_temp.id(1, n), 'person-' || n, '$argon2id$' FROM generate_series(1, {accounts}) n;
INSERT INTO email_addresses (address, account_id, is_primary)
SELECT 'person-' || n || '@example.org', pg_temp.id(1, n), true FROM generate_series(1, {accounts}) n;

-- The large one is number 0; the small ones come before and after it.
INSERT INTO organizations (id, name, primary_owner_id, form_key, member_count, created_at)
SELECT pg_temp.id(2, 2 * n), 'Small ' || n, pg_temp.id(1, 10 * n - 9), pg_temp.id(2, n), 10, roster_now() - interval '2 years'
FROM generate_series(1, {organizations}) n
UNION ALL SELECT pg_temp.id(2, {organizations} + 1), 'Large', pg_temp.id(1, 10 * {organizations} + 1), pg_temp.id(2, 0), {members}, roster_now() - interval '2 years';
INSERT INTO organization_addresses (slug, organization_id, is_current)
SELECT CASE name WHEN 'Large' THEN 'large' ELSE replace(lower(name), ' ', '-') END, id, true FROM organizations;

INSERT INTO memberships (organization_id, account_id, role, joined_at, last_active_at, name)
SELECT pg_temp.id(2, 2 * ((n + 9) / 10)), pg_temp.id(1, n), CASE n % 10 WHEN 1 THEN 'owner' ELSE 'member' END,
       roster_now() - interval '1 hour' * (n % 700), roster_now() - interval '1 hour' * (n * 67 % 199), 'person ' || n
FROM generate_series(1, 10 * {organizations}) n
UNION ALL
SELECT pg_temp.id(2, {organizations} + 1), pg_temp.id(1, 10 * {organizations} + n), CASE WHEN n = 1 THEN 'owner' ELSE 'member' END,
       roster_now() - interval '1 hour' * (n % 700), roster_now() - interval '1 hour' * (n * 67 % 1999), 'person ' || 10 * {organizations} + n
FROM generate_series(1, {members}) n;
-- The owner of the large one belongs to twenty small ones, too.
INSERT INTO memberships (organization_id, account_id, role, name)
SELECT pg_temp.id(2, 2 * n), pg_temp.id(1, 10 * {organizations} + 1), 'owner', 'person' FROM generate_series(1, least(20, {organizations})) n;
INSERT INTO member_words (account_id, organization_id, word, is_later)
SELECT account_id, organization_id, word, word <> 'person'
FROM memberships JOIN accounts ON accounts.id = account_id CROSS JOIN LATERAL unnest(string_to_array(username, '-')) word;

INSERT INTO projects (id, organization_id, name, visibility, created_by, form_key, modified_at)
SELECT pg_temp.id(3, row_number() OVER ()), organizations.id, 'Plan ' || n, 'private', primary_owner_id, gen_random_uuid(),
       roster_now() - interval '1 minute' * (n * 37 % 9973)
FROM organizations, generate_series(1, CASE name WHEN 'Large' THEN {members} / 20 ELSE 3 END) n;
INSERT INTO project_addresses (organization_id, slug, project_id, is_current, name_key)
SELECT organization_id, replace(lower(name), ' ', '-'), id, true, lower(name) FROM projects;
INSERT INTO project_words (project_id, organization_id, word, is_later)
SELECT id, organization_id, word, word <> 'plan' FROM projects CROSS JOIN LATERAL unnest(string_to_array(lower(name), ' ')) word;

INSERT INTO history (id, organization_id, actor_id, actor_name, kind, details, source, at, topic)
SELECT gen_random_uuid(), organizations.id, primary_owner_id, 'person-' || n % 50, 'joined', '{"kind": "joined"}', '',
       roster_now() - interval '1 minute' * (n * 7 + hashtext(name) % 100), (ARRAY['members', 'projects', 'settings'])[1 + n % 3]
FROM organizations, generate_series(1, CASE name WHEN 'Large' THEN {members} ELSE 20 END) n;
INSERT INTO organization_days (organization_id, day, deeds, member_count)
SELECT id, roster_now()::date - n, 3, member_count FROM organizations, generate_series(0, 90) n;

INSERT INTO invitations (id, organization_id, email, role, inviter_id, form_key, created_at, sent_at, expires_at)
SELECT gen_random_uuid(), organizations.id, 'guest-' || n || '@' || lower(replace(name, ' ', '-')) || '.example', 'member', primary_owner_id,
       gen_random_uuid(), roster_now() - interval '7 days', roster_now() - interval '7 days', roster_now() + interval '1 hour' * (n % 300 - 60)
FROM organizations, generate_series(1, CASE name WHEN 'Large' THEN {members} / 50 ELSE 2 END) n;

RESET session_replication_role;
ANALYZE
