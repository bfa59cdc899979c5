//! What somebody types costs what its length costs, and keeps nobody else waiting.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use futures_util::future::{join, join_all};
use roster::accounts::session;
use roster::authority::May;
use roster::db::Queries;
use roster::search::{Search, names_found};
use roster::text::Username;
use roster::web::watchdog::Watchdog;

use crate::shared::multipart;
use crate::shared::{Answer, Browser, World};

/// No event loop works longer than this without looking whether somebody else waits. It is the time that the loop's
/// thread worked, so a machine that is busy with something else makes no difference.
const BOUND: Duration = Duration::from_millis(100);

/// A Roster, and what measures its event loop.
async fn watched() -> (World, Watchdog) {
    let mut watchdog = None;
    let world = World::with(|app_state| watchdog = Some(app_state.watchdog.clone())).await;
    world.ignores_emails();
    (world, watchdog.expect("a watchdog"))
}

/// Waits until the event loop was looked at, so that what is measured afterwards is all that happens.
async fn begins(world: &World, watchdog: &Watchdog) {
    world.raw("GET", "/healthz").sends().await.status(200);
    while watchdog.longest_work() == Duration::ZERO {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    watchdog.begin_anew();
}

/// Fails if the event loop was busy for longer than anybody should wait.
async fn kept_nobody_waiting(watchdog: &Watchdog, what: &str) {
    // The loop is looked at now and then.
    while watchdog.longest_work() == Duration::ZERO {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let longest = watchdog.longest_work();
    assert!(longest < BOUND, "{what} kept the event loop busy for {longest:?}");
    watchdog.begin_anew();
}

/// So many bytes of what costs most to judge.
fn texts(bytes: usize) -> Vec<String> {
    let units =
        ["111  ", "4 ", "4111 1111 1111 1112 ", "a\n", "a,", "e\u{301}\u{323}", "\u{fdfa}", "@ ", "xn--a.", "\""];
    units.iter().map(|unit| unit.repeat(bytes / unit.len())).collect()
}

/// Posts all of these at once, while others ask whether Roster serves.
async fn answered(world: &World, posts: Vec<impl Future<Output = Answer>>) -> Vec<Answer> {
    let alive = async {
        for _ in 0..10 {
            world.raw("GET", "/healthz").sends().await.status(200);
        }
    };
    join(join_all(posts), alive).await.0
}

/// COST-1: each field that is judged has a maximum, which is asked for first.
#[actix_web::test]
async fn cost_1_no_text_keeps_the_event_loop_busy() {
    let (world, watchdog) = watched().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    begins(&world, &watchdog).await;
    for form in FORMS {
        for text in texts(form.bytes / form.judged.len()) {
            let mut fields = form.others.to_vec();
            fields.extend(form.judged.iter().map(|field| (*field, text.as_str())));
            let posts = (0..2).map(|_| ada.posts(form.path, &fields)).collect();
            for answer in answered(&world, posts).await {
                assert_eq!(
                    answer.status,
                    422,
                    "{} with {:?}: {}",
                    form.path,
                    text.chars().take(8).collect::<String>(),
                    answer.text()
                );
            }
        }
        kept_nobody_waiting(&watchdog, &format!("{} with long fields", form.path)).await;
    }
}

/// A form: the fields that are filled with a long text, the others, and how many bytes they may have together. A
/// byte of a text takes up to three in the body of a form.
struct Form {
    path: &'static str,
    judged: &'static [&'static str],
    others: &'static [(&'static str, &'static str)],
    bytes: usize,
}

const KEY: (&str, &str) = ("form_key", "01900000-0000-7000-8000-000000000001");

const FORMS: [Form; 9] = [
    Form { path: "/sign-in", judged: &["login"], others: &[("password", "")], bytes: 5_000 },
    Form {
        path: "/account/date-time-format",
        judged: &["time_zone"],
        others: &[("time_format", "day_month_year")],
        bytes: 5_000,
    },
    Form { path: "/account/profile", judged: &["display_name", "username"], others: &[("version", "1")], bytes: 5_000 },
    Form { path: "/account/email-addresses", judged: &["email"], others: &[], bytes: 5_000 },
    Form { path: "/account/organizations", judged: &["name", "slug"], others: &[KEY], bytes: 5_000 },
    Form {
        path: "/analytical-engines/settings",
        judged: &["name", "slug"],
        others: &[("version", "1")],
        bytes: 20_000,
    },
    Form {
        path: "/analytical-engines/projects",
        judged: &["name", "description", "web_address"],
        others: &[KEY, ("visibility", "private")],
        bytes: 20_000,
    },
    Form {
        path: "/analytical-engines/invitations",
        judged: &["email", "role", "days", "ends_on"],
        others: &[KEY],
        bytes: 20_000,
    },
    Form {
        path: "/analytical-engines/settings/billing",
        judged: &["cardholder", "city", "postal_code", "contact_email", "card_number", "expiry_date", "cvc"],
        others: &[("version", "0")],
        bytes: 20_000,
    },
];

/// COST-1: a form that waits for the password again is written into the page that asks for it.
#[actix_web::test]
async fn cost_1_a_form_that_waits_for_the_password_keeps_nobody_waiting() {
    let (world, watchdog) = watched().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    world.clock.minutes(31);
    begins(&world, &watchdog).await;
    for text in texts(20_000) {
        let fields = [("city", text.as_str())];
        let posts = (0..2).map(|_| ada.posts("/analytical-engines/settings/billing", &fields)).collect();
        for answer in answered(&world, posts).await {
            answer.status(200).reads("Confirm your password");
        }
        kept_nobody_waiting(&watchdog, "a long field of a form that waits").await;
    }
    // What is longer than any field is not shown again; what is not comes back as it was.
    let kept = "Ada ".repeat(1_000);
    let answer = ada.posts("/analytical-engines/settings/billing", &[("city", &kept)]).await;
    assert!(answer.body_text().contains(kept.trim_end()), "a form that waits has lost what was typed");
    let number = format!("{}4111 1111 1111 1111", "x".repeat(9_000));
    let answer = ada.posts("/analytical-engines/settings/billing", &[("city", &number)]).await;
    answer.status(200);
    assert!(!answer.body_text().contains("4111"));
}

/// COST-1: so has each part of an address.
#[actix_web::test]
async fn cost_1_no_address_keeps_the_event_loop_busy() {
    let (world, watchdog) = watched().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    begins(&world, &watchdog).await;
    for unit in ["111++", "4%20", "a,", "%EF%B7%BA", "e%CC%81", "%22", "a+"] {
        let long = unit.repeat(20_000 / unit.len());
        for path in [
            "/search?q=",
            "/organizations?q=",
            "/analytical-engines/members?q=",
            "/analytical-engines/members?after=",
            "/analytical-engines/activity?person=",
            "/analytical-engines/activity?from=",
            "/analytical-engines/activity?after=",
            "/dashboard/projects?after=",
            "/sign-in?back=",
        ] {
            let address = format!("{path}{long}");
            let asked = vec![ada.gets(&address), ada.gets(&address)];
            for answer in answered(&world, asked).await {
                assert!(matches!(answer.status, 200 | 303 | 422), "{path}: {}", answer.status);
            }
        }
        for path in ["/", "/analytical-engines/", "/confirmations/", "/invitations/", "/help/", "/static/"] {
            ada.gets(&format!("{path}{long}")).await.status(404);
        }
        kept_nobody_waiting(&watchdog, &format!("an address full of {unit:?}")).await;
    }
    ada.gets(&format!("/search?q={}", "a".repeat(40_000))).await.status(414).reads("This address is too long");
}

/// COST-2: judging a password costs much, so the person who asks for it is counted first: a form with errors, too.
#[actix_web::test]
async fn cost_2_forms_with_errors_are_counted() {
    let (world, watchdog) = watched().await;
    world.visitor().await.asks_for_account("ada@example.org", "ada").await;
    let message = world.email_to("ada@example.org").await;
    let link = message.link().trim_start_matches(&world.site.origin());
    begins(&world, &watchdog).await;
    let signs = "4@8({[<369&#!1/|0$5+7%2".repeat(4);
    let chosen = [("username", "a"), ("password", &signs[..72]), ("confirm_password", "x")];
    for (path, form) in [(link, &chosen[..]), ("/create-account", &[("email", "nobody"), ("username", "a")])] {
        let mut judged = 0;
        loop {
            let answer = world.raw("POST", path).from_our_page().form(form).sends().await;
            if answer.status == 429 {
                answer.reads("Try again in ");
                break;
            }
            answer.status(422);
            judged += 1;
            assert!(judged < 200, "nobody counts forms with errors");
        }
        assert!(judged >= 30, "{judged} tries are too few for people who mistype");
    }
    kept_nobody_waiting(&watchdog, "judging a password").await;
}

/// COST-2: while it is typed, a password is judged where passwords are hashed.
#[actix_web::test]
async fn cost_2_a_password_is_judged_beside_the_event_loop() {
    let (world, watchdog) = watched().await;
    begins(&world, &watchdog).await;
    for signs in ["4@8({[<369&#!1/|0$5+7%2", "a@1!", "1234", "qwertz"] {
        // As long as people choose them, as long as they may be, and longer.
        for characters in [40, 72, 2_000] {
            let password: String = signs.chars().cycle().take(characters).collect();
            let form = [("password", &*password), ("own", &*"ada@example.org ".repeat(60))];
            let posts = (0..8).map(|_| world.raw("POST", "/password-strength").from_our_page().form(&form).sends());
            let statuses: Vec<_> = answered(&world, posts.collect()).await.iter().map(|answer| answer.status).collect();
            // On a busy machine some are turned away instead of waiting for long.
            assert!(
                statuses.contains(&200) && statuses.iter().all(|status| [200, 503].contains(status)),
                "{statuses:?}"
            );
        }
    }
    kept_nobody_waiting(&watchdog, "judging a password while it is typed").await;
}

/// Twenty organizations with many projects each, and one with a single project, used longest ago.
async fn many(world: &World) -> Browser {
    let ada = world.person("ada").await;
    for number in 1..=20 {
        world.organization(&format!("Branch {number}"), &[("ada", "owner")]);
    }
    world.organization("Attic", &[("ada", "owner")]);
    world.runs(
        "UPDATE memberships SET last_active_at = last_active_at - interval '1 day' \
         FROM organizations WHERE organizations.id = organization_id AND organizations.name = 'Attic'; \
         INSERT INTO projects (id, organization_id, name, visibility, created_by, form_key) \
         SELECT gen_random_uuid(), organizations.id, 'aa ab ac ad ae ' || n, 'private', primary_owner_id, gen_random_uuid() \
         FROM organizations, generate_series(1, 300) n WHERE organizations.name LIKE 'Branch%'; \
         INSERT INTO projects (id, organization_id, name, visibility, created_by, form_key) \
         SELECT gen_random_uuid(), organizations.id, 'aa zz', 'private', primary_owner_id, gen_random_uuid() \
         FROM organizations WHERE organizations.name = 'Attic'; \
         INSERT INTO project_addresses (organization_id, slug, project_id, is_current, name_key) \
         SELECT organization_id, replace(name, ' ', '-'), id, true, name FROM projects; ANALYZE",
    );
    ada
}

#[derive(QueryableByName)]
struct Rows {
    #[diesel(sql_type = BigInt)]
    read: i64,
}

/// Rows of words that this connection has read so far.
fn read_so_far(connection: &mut PgConnection) -> QueryResult<i64> {
    let query = "SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::bigint AS read \
         FROM pg_stat_xact_user_tables WHERE relname IN ('member_words', 'project_words')";
    Ok(diesel::sql_query(query).get_result::<Rows>(connection)?.read)
}

/// COST-3: a search has one budget of rows, however many organizations there are, and finds a rare word in all of
/// them.
#[actix_web::test]
async fn cost_3_all_organizations_share_one_budget() {
    let (world, _) = watched().await;
    let _ada = many(&world).await;
    for (typed, expected) in [("aa ab ac ad ae yy", None), ("aa ab", Some("aa ab ac")), ("aa zz", Some("aa zz"))] {
        let by = world
            .db
            .without_authorization(|connection| session::for_seed(connection, &Username::parse("ada").unwrap()))
            .await;
        let by: May<Search> = by.expect("an answer").expect("somebody");
        let looked = world.db.read(&by, move |read| {
            read.connection().batch_execute("BEGIN")?;
            let before = read_so_far(read.connection())?;
            let names = names_found(read, typed)?;
            let after = read_so_far(read.connection())?;
            read.connection().batch_execute("COMMIT")?;
            Ok((names, after - before))
        });
        let (names, read) = looked.await.expect("names");
        assert_eq!(
            names.first().map(|name| &name[..expected.unwrap_or_default().len()]),
            expected,
            "{typed}: {names:?}"
        );
        // 2,000 rows, each compared with the five other words at most.
        assert!(read < 12_500, "{typed} reads {read} rows");
    }
}

/// COST-3: the person who searches often at once waits behind their own searches alone.
#[actix_web::test]
async fn cost_3_many_searches_of_one_person_keep_nobody_waiting() {
    let (world, watchdog) = watched().await;
    let (ada, grace) = (many(&world).await, world.person("grace").await);
    begins(&world, &watchdog).await;
    let mut statuses = Vec::new();
    while !statuses.contains(&429) {
        let searches = join_all((0..24).map(|_| ada.gets("/search?q=aa+ab+ac+ad+ae+zz")));
        let (found, other) = join(searches, grace.gets("/dashboard")).await;
        other.status(200);
        for answer in found {
            if answer.status == 429 {
                answer.reads("search again");
                assert!(!answer.header("retry-after").is_empty());
            }
            statuses.push(answer.status);
        }
        assert!(statuses.len() < 2_000, "nobody counts");
    }
    assert!(statuses.iter().all(|status| matches!(status, 200 | 429)), "{statuses:?}");
    grace.gets("/search?q=aa").await.status(200);
}

/// COST-4: a list is read where that keeps nobody waiting, and no further than lists may go.
#[actix_web::test]
async fn cost_4_a_long_list_keeps_nobody_waiting() {
    let (world, watchdog) = watched().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    let path = "/analytical-engines/invitations/several";
    begins(&world, &watchdog).await;
    for field in ["addresses", "file"] {
        for text in texts(1_900_000) {
            let named = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            let mut fields = vec![named("role", "member"), named("days", "7")];
            fields.push(named(field, &text));
            let list = || {
                let request = world.raw("POST", path).from_our_page().header("cookie", &ada.cookies());
                let request = request.header("content-type", &multipart::content_type());
                request.body(multipart::body(&fields, &[])).sends()
            };
            for answer in answered(&world, vec![list(), list()]).await {
                assert!(matches!(answer.status, 303 | 422 | 429), "{field}: {}", answer.status);
            }
            kept_nobody_waiting(
                &watchdog,
                &format!("a long list in {field}: {:?}", text.chars().take(5).collect::<String>()),
            )
            .await;
        }
    }
    // So many fields that reading them alone would take long.
    let many: Vec<(String, String)> = (0..10_000).map(|n| (format!("f{n}"), String::new())).collect();
    let request = world.raw("POST", path).from_our_page().header("cookie", &ada.cookies());
    let request = request.header("content-type", &multipart::content_type());
    request.body(multipart::body(&many, &[])).sends().await.status(413);
    kept_nobody_waiting(&watchdog, "a form of many fields").await;
}

/// D-12: versions are no card number, for the database either.
#[actix_web::test]
async fn d_12_versions_are_no_card_number() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    let versions = "Supports Python 3.8 3.9 3.10 3.11 3.12 3.13";
    ada.opens("/analytical-engines/new-project").await.fills("Project Name", "Fine").fills("Description", versions);
    ada.presses("Create Project").await.status(200).reads(versions);
    for text in ["20261130212500123", "1 2 3 4 5 6 7 8 9 10 11 12 13 14", "4111 1111 1111 1112", "9780306406157"] {
        world.runs(&format!("UPDATE projects SET description = '{text}'"));
    }
    for number in [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        "3782 822463 10005",
        "x 5555555555554444, y",
        "2223003122003222",
        "6759649826438453",
        "30569309025904",
    ] {
        let statement = format!("UPDATE projects SET description = '{number}'");
        let refused = world.connection().batch_execute(&statement).expect_err(number);
        assert!(refused.to_string().contains("hold_no_card_number"), "{number}");
    }
}
