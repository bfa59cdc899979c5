//! More than there should be: of rows, of requests, of people at one door. What is bounded stays bounded, and
//! the person who asks for little gets it.

use std::sync::{Arc, Barrier};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use futures_util::future::join_all;

use crate::shared::{Answer, PASSWORD, RawConnection, World};

/// DOS-02, ACC-21: no form is larger than a form of ours can be; those of accounts, which everyone can send,
/// are smaller still, and a password that is too long is refused before it is hashed.
///
/// Fails without `MOST`, without `MOST_ELSEWHERE`, and without `MOST` in `accounts::password`.
#[actix_web::test]
async fn a_form_is_no_larger_than_its_kind() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    world.organization("Acme Works", &[("ada", "owner")]);
    let key = "01900000-0000-7000-8000-000000000001";
    // Each sign of four bytes is twelve in the body.
    let description = "\u{1f30d}".repeat(2_000);
    let form = [("name", "Atlas"), ("description", &description), ("visibility", "private"), ("form_key", key)];
    ada.posts("/acme-works/projects", &form).await.status(303);
    for (path, size, status) in [
        ("/sign-in", 15_000, 422),
        ("/sign-in", 17_000, 413),
        ("/create-account", 17_000, 413),
        ("/forgot-password", 17_000, 413),
        ("/reset-password/none", 17_000, 413),
        ("/confirmations/none", 17_000, 413),
        ("/invitations/none/account", 17_000, 413),
        ("/reauthentication", 17_000, 413),
        ("/account/organizations", 17_000, 413),
        ("/acme-works/projects", 17_000, 400),
        ("/acme-works/projects", 66_000, 413),
        ("/sign-in", 1_000_000, 413),
        ("/sign-in", 10_000_000, 413),
        ("/nowhere/to/be/found/at/all", 10_000_000, 404),
    ] {
        let request = world.raw("POST", path).from_our_page().header("cookie", &ada.cookies());
        let name = if path == "/sign-in" { "password" } else { "x" };
        let declared = request.form(&[(name, &"x".repeat(size))]).sends().await;
        assert_eq!(declared.status, status, "{path} with {size} bytes");
        // Without saying beforehand how much it will be.
        let mut wire = RawConnection::to(&world).await;
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: HOST\r\nSec-Fetch-Site: same-origin\r\nCookie: {}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n",
            ada.cookies()
        );
        wire.says(&format!("{head}{:x}\r\n{name}=", size + name.len() + 1)).await;
        wire.says(&format!("{}\r\n0\r\n\r\n", "x".repeat(size))).await;
        let undeclared = wire.hears_to_the_end().await;
        assert_eq!(undeclared.first().map(|answer| answer.status), Some(status), "{path} with {size} bytes in chunks");
    }
    let long = "long enough ".repeat(86);
    let bob = world.visitor().await;
    bob.asks_for_account("bob@example.org", "bob").await;
    bob.opens_link(&world.email_to("bob@example.org").await).await.creates_with_password(&long).await;
    bob.status(422).reads("longer than any password");
    assert_eq!(world.number("SELECT count(*) AS number FROM accounts WHERE username = 'bob'"), 0);
}

/// What people ask for in place of a page.
const NO_PAGES: [&str; 22] = [
    "0",
    "-1",
    "1e9",
    "abc",
    "",
    "%00",
    "%ff",
    "%27",
    "-",
    "--",
    "1-",
    "9223372036854775807",
    "99999999999999999999",
    "0-01900000000070008000000000000001",
    "-1-01900000000070008000000000000001",
    "-6300000000000000000-01900000000070008000000000000001",
    "-9223372036854775808-01900000000070008000000000000001",
    "9223372036854775807-01900000000070008000000000000001",
    "8210266876799999999-01900000000070008000000000000001",
    "8210266876800000000-01900000000070008000000000000001",
    "1e9-01900000000070008000000000000001",
    "1764000000123456-ffffffffffffffffffffffffffffffff",
];

/// Fills an organization to the brim.
fn fill(world: &World, members: u32, invitations: u32, projects: u32, lines: u32) {
    world.runs(&format!(
        "BEGIN; INSERT INTO accounts (id, username, password_hash) SELECT gen_random_uuid(), 'person-' || n, '$argon2id$none' FROM generate_series(1, {members}) n; \
         INSERT INTO email_addresses (address, account_id, is_primary) SELECT username || '@example.org', id, true FROM accounts WHERE username LIKE 'person-%'; \
         INSERT INTO memberships (organization_id, account_id, role, joined_at) SELECT organizations.id, accounts.id, CASE WHEN hashtext(username) % 10 = 0 THEN 'owner' ELSE 'member' END, \
            roster_now() - make_interval(secs => abs(hashtext(username)) % 1000000) FROM organizations, accounts WHERE username LIKE 'person-%'; \
         UPDATE organizations SET member_count = member_count + {members}; \
         INSERT INTO invitations (id, organization_id, email, role, inviter_id, form_key, expires_at) SELECT gen_random_uuid(), organizations.id, 'invited-' || n || '@example.org', 'member', \
            primary_owner_id, gen_random_uuid(), roster_now() + interval '7 days' FROM organizations, generate_series(1, {invitations}) n; \
         INSERT INTO projects (id, organization_id, name, visibility, created_by, form_key) SELECT gen_random_uuid(), organizations.id, 'Project ' || n, 'private', primary_owner_id, gen_random_uuid() \
            FROM organizations, generate_series(1, {projects}) n; \
         INSERT INTO project_addresses (organization_id, slug, project_id, is_current, name_key) SELECT organization_id, replace(lower(name), ' ', '-'), id, true, lower(name) FROM projects; \
         INSERT INTO history (id, organization_id, actor_name, kind, details, source) SELECT gen_random_uuid(), organizations.id, 'ada', 'project_created', \
            jsonb_build_object('kind', 'project_created', 'name', 'Project ' || n), '' FROM organizations, generate_series(1, {lines}) n; \
         COMMIT; ANALYZE"
    ));
}

/// The pages that grow with what there is.
const LISTS: [&str; 6] = [
    "/dashboard",
    "/dashboard/projects",
    "/acme-works",
    "/acme-works/members",
    "/acme-works/activity",
    "/account/organizations",
];

/// A page without what is another each time: the keys of forms, and how long ago something was.
fn lasting(page: &Answer) -> String {
    let body = page.body_text();
    let parts = body.split("name=\"form_key\" value=\"").flat_map(|part| part.split("<time"));
    parts
        .map(|part| part.split_once('>').map_or(part, |(_, rest)| rest.split_once('<').map_or(rest, |(_, rest)| rest)))
        .collect()
}

/// DOS-03: nobody chooses how long a page is, and what is no place in a list is its beginning.
#[actix_web::test]
async fn nonsense_is_the_first_page() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    world.organization("Acme Works", &[("ada", "owner")]);
    fill(&world, 120, 120, 120, 120);
    for path in LISTS {
        let first = ada.gets(path).await;
        first.status(200);
        let sizes = ["page", "per_page", "limit", "size", "offset", "first", "count"];
        for nonsense in NO_PAGES {
            let sizes: String = sizes.iter().map(|name| format!("&{name}={nonsense}")).collect();
            let query = format!("after={nonsense}&pending={nonsense}{sizes}");
            let answer = ada.gets(&format!("{path}?{query}")).await;
            assert_eq!(answer.status, 200, "{path}?{query}\n{}", answer.text());
            // A place that could be one, but is none of ours, is still a place: nothing may be behind it.
            let place = nonsense.starts_with("0-0190") || nonsense.contains("-ffff");
            assert!(place || lasting(&answer) == lasting(&first), "{path}?{query} is another page");
            assert!(answer.body.len() < first.body.len() + 1_000, "{path}?{query} has {} bytes", answer.body.len());
        }
        for twice in ["after=1&after=2", "after[]=1", "after=1&pending=2&after=3"] {
            let answer = ada.gets(&format!("{path}?{twice}")).await;
            assert!(matches!(answer.status, 200 | 400), "{path}?{twice}: {}", answer.status);
        }
    }
}

/// DOS-04: an organization of ten thousand costs a page no more questions, and hardly more bytes, than one of
/// a hundred. How long it takes is measured elsewhere.
#[actix_web::test]
async fn a_large_organization_has_pages_like_any_other() {
    let mut costs = Vec::new();
    for size in [1, 100] {
        let world = World::new().await;
        let ada = world.person("ada").await;
        world.organization("Acme Works", &[("ada", "owner")]);
        fill(&world, 100 * size, 100.max(10 * size), 100.max(50 * size), 100 * size);
        let more = [
            "/acme-works/settings",
            "/acme-works/deletion",
            "/acme-works/project-1",
            "/acme-works/members/person-1/removal",
        ];
        let mut cost = Vec::new();
        for path in LISTS.into_iter().chain(more) {
            let before = world.db.queries();
            let answer = ada.gets(path).await;
            answer.status(200);
            cost.push((path, world.db.queries() - before, answer.body.len()));
        }
        costs.push(cost);
    }
    for ((path, questions, bytes), (_, more_questions, more_bytes)) in costs[0].iter().zip(&costs[1]) {
        assert!(*more_questions <= 4, "{path} asks {more_questions} times");
        assert_eq!(questions, more_questions, "{path} asks more often");
        assert!(*more_bytes < bytes + bytes / 10 + 500, "{path} grows from {bytes} to {more_bytes} bytes");
        assert!(*more_bytes < 120_000, "{path} has {more_bytes} bytes");
    }
}

/// A password hash that takes seconds to compare with.
const SLOW: &str = "$argon2id$v=19$m=19456,t=120,p=1$c29tZXRoaW5nc2FsdA$c29tZXRoaW5nIHRoYXQgaXMgbm8gaGFzaCBhdCBhbGw";

/// DOS-06: nobody holds a connection while a password is compared: with a single one, pages are answered
/// while many sign in, however long that takes.
///
/// Fails when `sign_in` compares inside `db.read`.
#[actix_web::test]
async fn one_connection_is_enough_while_passwords_are_compared() {
    let world = World::connected(1, |_| {}).await;
    world.expects_failures().ignores_emails();
    let grace = world.person("grace").await;
    for who in ["ada", "alan", "joan", "marie", "vera"] {
        world.account(who).await;
    }
    let world_of_one = &world;
    let sign_in = |login: String| async move {
        let form = [("login", login.as_str()), ("password", PASSWORD)];
        world_of_one.raw("POST", "/sign-in").from_our_page().form(&form).sends().await.status
    };
    let many = join_all(
        (0..50).map(|n| sign_in(format!("{}{}", ["ada", "alan", "nobody", "grace"][n % 4], " ".repeat(n / 4)))),
    );
    let reading = async {
        for _ in 0..20 {
            grace.gets("/dashboard").await.status(200);
        }
    };
    let (statuses, ()) = tokio::join!(many, reading);
    assert!(statuses.iter().all(|status| matches!(status, 303 | 422 | 429)), "{statuses:?}");

    world.runs(&format!("UPDATE accounts SET password_hash = '{SLOW}' WHERE username <> 'grace'"));
    let slow = join_all(["joan", "marie", "vera"].map(|who| sign_in(who.to_owned())));
    let reading = async {
        for _ in 0..40 {
            grace.gets("/dashboard").await.status(200);
        }
    };
    let (statuses, ()) = tokio::join!(slow, reading);
    assert!(statuses.iter().all(|status| matches!(status, 422 | 503)), "{statuses:?}");
}

/// DOS-08: a crowd at one organization, whose row is locked, is asked to come back; it takes no way to the
/// database from the others, who read and write, and neither from those who only look.
///
/// Fails without the crowds of `db`, and without `lock_timeout`.
#[actix_web::test]
async fn a_crowd_at_one_door_stands_in_nobody_elses_way() {
    let world = World::new().await;
    world.expects_failures().ignores_emails();
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    world.organization("Hot Works", &[("ada", "owner")]);
    world.organization("Calm Works", &[("grace", "owner")]);
    let mut holder = world.connection();
    holder.batch_execute("BEGIN; SELECT FROM organizations WHERE name = 'Hot Works' FOR UPDATE").unwrap();
    let key = |n: usize| format!("01900000-0000-7000-8000-{n:012}");
    let crowd = join_all((0..40).map(|n| {
        let (ada, key) = (&ada, key(n));
        async move {
            let name = format!("Hot {n}");
            let form = [("name", name.as_str()), ("visibility", "private"), ("form_key", key.as_str())];
            ada.posts("/hot-works/projects", &form).await
        }
    }));
    let (grace, key) = (&grace, &key);
    let calm = async move {
        for n in 0..20 {
            let (name, key) = (format!("Calm {n}"), key(100 + n));
            let form = [("name", name.as_str()), ("visibility", "private"), ("form_key", key.as_str())];
            grace.posts("/calm-works/projects", &form).await.status(303);
            grace.gets("/calm-works").await.status(200);
        }
    };
    let looking = async {
        for _ in 0..10 {
            ada.gets("/hot-works").await.status(200);
        }
    };
    let (crowd, (), ()): (Vec<Answer>, (), ()) = tokio::join!(crowd, calm, looking);
    for answer in crowd {
        answer.status(503).reads("not available for a moment");
        assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
    }
    holder.batch_execute("ROLLBACK").unwrap();
    assert_eq!(world.number("SELECT count(*) AS number FROM projects WHERE name LIKE 'Hot%'"), 0);
    let form = [("name", "Hot at last"), ("visibility", "private"), ("form_key", key(99).leak() as &str)];
    ada.posts("/hot-works/projects", &form).await.status(303);
}

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Integer)]
    pid: i32,
    #[diesel(sql_type = Text)]
    settings: String,
}

/// DOS-09: no statement, no wait for a lock and no forgotten transaction lasts, on any connection, also on the
/// one that has migrated.
#[actix_web::test]
async fn every_connection_has_its_limits() {
    let world = World::new().await;
    world.db.migrate().unwrap();
    let all = Arc::new(Barrier::new(8));
    let asked = (0..8).map(|_| {
        let all = Arc::clone(&all);
        world.db.without_authorization(move |connection| {
            // Nobody goes on before all are here: so each has a connection of its own.
            all.wait();
            let settings = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"];
            let settings = settings.map(|name| format!("current_setting('{name}')")).join(" || ' ' || ");
            let query = format!("SELECT pg_backend_pid() AS pid, {settings} AS settings");
            Ok(diesel::sql_query(query).get_result::<Told>(connection)?)
        })
    });
    let told: Vec<Told> = join_all(asked).await.into_iter().map(|told| told.unwrap()).collect();
    let pids: std::collections::BTreeSet<_> = told.iter().map(|told| told.pid).collect();
    assert_eq!(pids.len(), 8);
    for Told { settings, .. } in told {
        assert_eq!(settings, "4s 2s 10s");
    }
}

/// DOS-09: of a thousand who ask and go away nothing stays: no connection to the database is held, and
/// anyone who comes next is served.
#[actix_web::test]
async fn who_goes_away_leaves_nothing_behind() {
    let world = World::new().await;
    world.expects_failures().ignores_emails();
    let ada = world.person("ada").await;
    world.organization("Acme Works", &[("ada", "owner")]);
    let cookies = ada.cookies();
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: HOST\r\nCookie: {cookies}\r\n\r\n");
    let post = format!(
        "POST /acme-works/settings HTTP/1.1\r\nHost: HOST\r\nCookie: {cookies}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 37\r\n\r\nname=Acme+Works&slug=acme-works&version"
    );
    let requests = [get("/dashboard"), get("/acme-works/members"), post, get("/acme-works/activity")];
    for _ in 0..10 {
        let leaving = (0..100).map(|n| {
            let (world, request) = (&world, &requests[n % requests.len()]);
            async move {
                let mut wire = RawConnection::to(world).await;
                wire.says(request).await;
            }
        });
        join_all(leaving).await;
    }
    // What those asked for who went away is begun already: anyone who comes next may be asked to come again, and then
    // is served.
    while world.raw("GET", "/dashboard").header("cookie", &cookies).sends().await.status != 200 {
        tokio::task::yield_now().await;
    }
    let mut watcher = world.connection();
    let busy = "SELECT count(*)::int AS pid, '' AS settings FROM pg_stat_activity \
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'";
    while diesel::sql_query(busy).get_result::<Told>(&mut watcher).unwrap().pid > 0 {
        tokio::task::yield_now().await;
    }
    let all = Arc::new(Barrier::new(8));
    let free = (0..8).map(|_| {
        let all = Arc::clone(&all);
        world.db.without_authorization(move |_| {
            all.wait();
            Ok(())
        })
    });
    assert!(join_all(free).await.iter().all(Result::is_ok), "a connection is held");
}

/// DOS-10: what has lapsed is swept away, what still counts stays, and no network makes more than so much of it.
///
/// Fails for each table without its statement in `forget_lapsed`, `forget_whole` or `forget_old`, and without
/// `ASKED_BY_ONE`.
#[actix_web::test]
async fn what_has_lapsed_is_swept() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.person("ada").await;
    world.runs(
        "INSERT INTO registrations (id, email, username, created_at, expires_at) SELECT gen_random_uuid(), n || '@example.org', 'someone', \
            roster_now() - interval '3 days', roster_now() + CASE WHEN n = 0 THEN interval '1 hour' ELSE interval '-1 hour' END FROM generate_series(0, 5000) n; \
         INSERT INTO sessions (token_hash, id, account_id, device, source, expires_at, ends_at) SELECT sha256(n::text::bytea), gen_random_uuid(), id, '', '', roster_now() - interval '1 hour', \
            roster_now() + interval '1 hour' FROM accounts, generate_series(1, 5000) n; \
         INSERT INTO password_resets (id, account_id, created_at, expires_at) SELECT gen_random_uuid(), id, roster_now() - interval '3 hours', roster_now() - interval '2 hours' FROM accounts; \
         INSERT INTO throttles (key, full_at) SELECT sha256(n::text::bytea), roster_now() + CASE WHEN n = 0 THEN interval '1 hour' ELSE interval '-1 hour' END FROM generate_series(0, 5000) n; \
         INSERT INTO outbox (id, kind, facts, recipient, state, ended_at) SELECT gen_random_uuid(), 'none', '{}', 'a@example.org', 'sent', roster_now() - make_interval(days => n) FROM generate_series(89, 92) n; \
         DELETE FROM throttles WHERE key <> ALL (SELECT sha256(n::text::bytea) FROM generate_series(0, 5000) n)",
    );
    let swept = world.db.without_authorization(|connection| {
        let lapsed = roster::accounts::forget_lapsed(connection)?;
        roster::mail::worker::forget_old(connection)?;
        roster::db::throttle::forget_whole(connection)?;
        Ok(lapsed)
    });
    assert!(swept.await.unwrap() >= 10_001);
    for (table, left) in
        [("registrations", 1), ("sessions", 1), ("password_resets", 0), ("throttles", 1), ("outbox", 1)]
    {
        assert_eq!(world.number(&format!("SELECT count(*) AS number FROM {table}")), left, "{table}");
    }
    ada.gets("/account").await.status(200);

    let visitor = world.visitor().await;
    let mut made = 0;
    for n in 0..70 {
        let (email, name) = (format!("new{n}@example.org"), format!("new{n}"));
        let wish = [("email", email.as_str()), ("username", &name)];
        made += usize::from(visitor.posts("/create-account", &wish).await.status == 303);
    }
    assert_eq!(made, 60);
}
