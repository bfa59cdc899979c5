//! The list of people: found by name and address, filtered, put in order, a page at a time, at the same cost for all.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use roster::authority::{May, Role};
use roster::db::Queries;
use roster::members::rules::listing::{By, Kind, Listing, Order, Seen};
use roster::members::{self, PeoplePage, SeeMembers};
use roster::text::{Slug, Username};

use super::acme;
use crate::shared::World;
use crate::shared::browser::Browser;

const SEARCH: &str = "Name or Email";

/// Acme with so many more members, person1 and so on, who joined and were here one day after another.
fn crowd(world: &World, members: u32) {
    world.runs(&format!(
        "WITH people AS (INSERT INTO accounts (id, username, password_hash) \
            SELECT gen_random_uuid(), 'person' || n, '$argon2id$' FROM generate_series(1, {members}) n RETURNING id, username) \
         INSERT INTO memberships (organization_id, account_id, role, joined_at, last_active_at, suspended_at) \
            SELECT organizations.id, people.id, CASE n % 100 WHEN 7 THEN 'billing' WHEN 8 THEN 'viewer' ELSE 'member' END, \
                roster_now() - interval '1 day' * (n % 700), roster_now() - interval '1 day' * (n % 200), \
                CASE n % 1000 WHEN 9 THEN roster_now() END \
            FROM organizations, people CROSS JOIN LATERAL (SELECT substr(username, 7)::int AS n) AS numbered WHERE name = 'Acme'; \
         INSERT INTO email_addresses (address, account_id, is_primary, confirmed_at) \
            SELECT username || '@example.org', id, true, roster_now() FROM accounts WHERE username LIKE 'person%'; \
         INSERT INTO second_factors (account_id, sealed_secret, confirmed_at) \
            SELECT id, repeat('x', 40)::bytea, roster_now() FROM accounts WHERE username LIKE 'person%3'; \
         UPDATE organizations SET member_count = (SELECT count(*) FROM memberships WHERE organization_id = organizations.id); ANALYZE"
    ));
}

/// The usernames on a page, in order.
fn names(browser: &Browser) -> Vec<String> {
    let page = browser.page();
    let name = |row: &scraper::ElementRef<'_>| {
        row.text().collect::<String>().split_whitespace().last().unwrap_or_default().to_owned()
    };
    page.all(".person-row .person-name").iter().map(name).map(|name| name.replace("You", "ada")).collect()
}

#[actix_web::test]
async fn people_are_found_by_name_and_by_address() {
    let (world, ada, _, grace) = acme().await;
    ada.opens("/acme/members").await.may_not("Find");
    crowd(&world, 9);
    world.runs("UPDATE accounts SET display_name = 'Émilie du Châtelet' WHERE username = 'person4'");
    ada.reloads().await.may("Find").reads_in("person5", "Last active").fills(SEARCH, "du chat").presses("Find").await;
    assert_eq!(names(&ada), ["person4"]);
    ada.holds(SEARCH, "du chat").may("Search Leave this out").fills(SEARCH, "PERSON7@").presses("Find").await;
    assert_eq!(names(&ada), ["person7"]);
    ada.follows("Clear All").await.reads_in("grace", "Member");
    ada.opens("/acme/members?q=chat+emil").await;
    assert_eq!(names(&ada), ["person4"]);
    ada.opens("/acme/members?q=nobody&kind=viewer").await.reads("No matching members").may("Without Role: Viewers");
    ada.follows("Without Search").await.follows("Clear All").await.reads_in("person8", "Viewer");
    for odd in ["%25", "_", "%27", "%00", "%40", "%E2%80%AE", "%F0%9F%9A%80", "a%20b%20c%20d%20e%20f%20g%20h"] {
        ada.opens(&format!("/acme/members?q={odd}")).await.status(200);
        ada.opens(&format!("/acme/members?sort=name&after={odd}-00000000000000000000000000000000")).await.status(200);
    }

    // INV-46: who may not see addresses finds nobody by them, and knows of nobody when they were here.
    world.runs("UPDATE email_addresses SET address = 'hidden@example.org' WHERE address = 'person7@example.org'");
    ada.opens("/acme/members?q=hidden@").await;
    assert_eq!(names(&ada), ["person7"]);
    grace.opens("/acme/members?q=hidden@").await.reads("No matching members");
    grace.opens("/acme/members?two_factor=on&seen=not-90&sort=active").await.does_not_read("Last active 2");
    grace.reads("which was left out: Two-factor, Last active, Sort by.").reads_in("person5", "Member").may("Find");
    assert_eq!(names(&grace).len(), 12);
}

#[actix_web::test]
async fn owners_filter_by_role_two_factor_and_last_visit() {
    let (world, ada, ..) = acme().await;
    crowd(&world, 209);
    let finds = async |query: &str| {
        ada.opens(&format!("/acme/members?{query}")).await.status(200);
        names(&ada)
    };
    assert_eq!(finds("kind=owner").await, ["ada", "alan"]);
    assert_eq!(finds("kind=suspended").await, ["person9"]);
    assert_eq!(finds("kind=billing&sort=name").await, ["person107", "person207", "person7"]);
    assert_eq!(finds("seen=not-90&q=person19&sort=name").await.len(), 10);
    assert_eq!(finds("seen=not-90&kind=viewer").await, ["person108"]);
    assert_eq!(finds("seen=7&kind=viewer").await, [""; 0]);
    assert_eq!(finds("seen=7&sort=active&q=person").await.len(), 13);
    assert_eq!(finds("two_factor=on&q=person1&sort=name").await.len(), 11);
    assert_eq!(finds("two_factor=on&seen=30&sort=joined-last").await, ["person3", "person13", "person23", "person203"]);
    assert_eq!(finds("kind=king&seen=0&sort=").await.len(), 25);
    ada.reads("which was left out: Role, Last active.");

    // What is changed is found as it is.
    world.runs("DELETE FROM second_factors; UPDATE accounts SET display_name = 'Aaron' WHERE username = 'person150'");
    assert_eq!(finds("two_factor=on").await, [""; 0]);
    assert_eq!(finds("sort=name").await.first().unwrap(), "person150");

    // By the form, too, which says what is chosen.
    ada.opens("/acme/members").await.chooses("Viewers").chooses("Not for 90 days").presses("Find").await;
    ada.reads("Role: Viewers").reads("Last active: Not for 90 days").holds("Role", "Viewers");
    assert_eq!(names(&ada), ["person108"]);
    ada.follows("Last active: Not for 90 days Leave this out").await;
    assert_eq!(names(&ada).len(), 3);
}

/// MEM-11: in each order everybody is once, and each order is the other turned round.
#[actix_web::test]
async fn mem_11_each_order_lists_everybody_once() {
    let (world, ada, ..) = acme().await;
    crowd(&world, 147);
    let walked = async |query: &str| {
        ada.opens(&format!("/acme/members?{query}")).await.status(200);
        let mut all = names(&ada);
        while ada.page().has_link("More people") {
            ada.follows("More people").await.status(200);
            all.extend(names(&ada));
        }
        all
    };
    let turned = |mut all: Vec<String>| {
        all.reverse();
        all
    };
    let by_name = walked("sort=name").await;
    let mut sorted = by_name.clone();
    sorted.sort();
    assert_eq!(by_name, sorted);
    for (rising, falling) in [("joined", "joined-last"), ("active", "active-last")] {
        let all = walked(&format!("sort={rising}")).await;
        assert_eq!(turned(walked(&format!("sort={falling}")).await), all);
        let mut everybody = all;
        everybody.sort();
        assert_eq!(everybody, sorted);
    }
    let mut searched = walked("sort=active-last&q=person&two_factor=off").await;
    searched.sort();
    let expected = sorted.into_iter().filter(|name| name.starts_with("person") && !name.ends_with('3'));
    assert_eq!(searched, expected.collect::<Vec<_>>());
}

#[derive(QueryableByName)]
struct Rows {
    #[diesel(sql_type = BigInt)]
    walked: i64,
    #[diesel(sql_type = BigInt)]
    fetched: i64,
}

/// What this connection has read of the tables of people since it last told the database.
fn read_so_far(connection: &mut PgConnection) -> QueryResult<Rows> {
    let query = "SELECT coalesce(sum(seq_tup_read), 0)::bigint AS walked, coalesce(sum(idx_tup_fetch), 0)::bigint AS fetched \
         FROM pg_stat_xact_user_tables WHERE relname IN ('memberships', 'member_words', 'accounts', 'email_addresses')";
    diesel::sql_query(query).get_result(connection)
}

/// A list, and how many rows of the tables of people it reads: one after another, and by index.
async fn rows_of(world: &World, by: &May<SeeMembers>, listing: Listing) -> (PeoplePage, Rows) {
    let read = world.db.read(by, move |read| {
        read.connection().batch_execute("BEGIN")?;
        let before = read_so_far(read.connection())?;
        let page = members::people(read, &listing)?;
        let after = read_so_far(read.connection())?;
        read.connection().batch_execute("COMMIT")?;
        Ok((page, Rows { walked: after.walked - before.walked, fetched: after.fetched - before.fetched }))
    });
    read.await.expect("rows")
}

async fn for_seed(world: &World) -> May<SeeMembers> {
    let names = (Username::parse("ada").unwrap(), Slug::parse("acme").unwrap());
    let by = world.db.without_authorization(move |connection| members::for_seed(connection, &names.0, &names.1)).await;
    by.expect("an answer").expect("somebody")
}

/// Somebody of a crowd, by what lists ask of them.
struct Someone {
    username: String,
    role: String,
    is_in_force: bool,
    has_two_factor: bool,
    /// How many days ago they were here.
    seen: u32,
    is_rare: bool,
}

impl Someone {
    fn is_in(&self, listing: &Listing) -> bool {
        let is_typed = match listing.text.as_str() {
            "rare" => self.is_rare,
            text if text.ends_with('@') => format!("{}@", self.username) == text,
            text => self.username.starts_with(text),
        };
        let is_of_kind = match listing.kind {
            None => true,
            Some(Kind::In(role)) => self.is_in_force && self.role == role.key(),
            Some(Kind::Suspended) => !self.is_in_force,
        };
        let was_seen = match listing.seen {
            None => true,
            Some(Seen::OrganizationMember(days)) => self.seen < u32::from(days),
            Some(Seen::NotFor(days)) => self.seen >= u32::from(days),
        };
        is_typed && is_of_kind && was_seen && listing.guarded.is_none_or(|guarded| guarded == self.has_two_factor)
    }
}

/// Everybody in a crowd, in an order that rises.
fn everybody(world: &World, column: &str) -> Vec<Someone> {
    let lines = world.texts(&format!(
        "SELECT concat_ws(' ', username, role, is_in_force, has_two_factor, extract(day FROM roster_now() - last_active_at)::int, \
            display_name IS NOT NULL) AS text \
         FROM memberships JOIN accounts ON accounts.id = account_id ORDER BY {column}, account_id"
    ));
    let read = |line: &String| {
        let [username, role, is_in_force, has_two_factor, seen, is_rare] =
            line.split(' ').collect::<Vec<_>>().try_into().expect("six columns");
        Someone {
            username: username.to_owned(),
            role: role.to_owned(),
            is_in_force: is_in_force == "t",
            has_two_factor: has_two_factor == "t",
            seen: seen.parse().expect("a number"),
            is_rare: is_rare == "t",
        }
    };
    lines.iter().map(read).collect()
}

/// DOS-03: whatever is asked, no table is gone through, and a bounded number of rows is read. What is found is what one
/// finds who looks at everybody; where a page says that it is not full, it is the beginning of that.
#[actix_web::test]
async fn dos_03_no_list_reads_more_rows_than_it_may() {
    // Of eight kinds of people twice a thousand, and a thousand that what is typed finds.
    const MOST: i64 = 18_500;
    let (world, ada, ..) = acme().await;
    crowd(&world, 30_000);
    let by = for_seed(&world).await;
    // 500 of them, who are too many to be sorted at once, and too few to fill a page where the list is gone through.
    world.runs(
        "UPDATE accounts SET display_name = 'Rare' WHERE username ~ '^person[0-9]*[05]0$' AND id::text < '8'; ANALYZE",
    );
    let by_column = [By::Name, By::Joined, By::Active].map(|by| {
        let column = match by {
            By::Name => "memberships.name",
            By::Joined => "joined_at",
            By::Active => "last_active_at",
        };
        (by, everybody(&world, column))
    });
    let (mut too_much, mut otherwise, mut partial) = (Vec::new(), Vec::new(), 0);
    for text in ["", "person", "person29", "person299", "person7@", "p", "rare"] {
        for order in Order::ALL {
            let (_, all) = by_column.iter().find(|(by, _)| *by == order.by()).expect("each order");
            for (kind, guarded, seen) in [
                (None, None, None),
                (Some(Kind::In(Role::Member)), None, None),
                (Some(Kind::In(Role::Billing)), Some(true), None),
                (Some(Kind::Suspended), None, Some(Seen::OrganizationMember(90))),
                (None, Some(false), Some(Seen::NotFor(90))),
                (None, Some(false), Some(Seen::OrganizationMember(7))),
                (None, None, Some(Seen::OrganizationMember(7))),
            ] {
                let listing = Listing { text: text.to_owned(), kind, guarded, seen, order, after: None };
                let (page, rows) = rows_of(&world, &by, listing.clone()).await;
                if rows.walked > 0 || rows.fetched > MOST {
                    too_much.push(format!("{} and {} by index: {listing:?}", rows.walked, rows.fetched));
                }
                let fitting =
                    all.iter().filter(|someone| someone.is_in(&listing)).map(|someone| someone.username.as_str());
                let fitting: Vec<&str> = if order.is_falling() { fitting.rev().collect() } else { fitting.collect() };
                let found: Vec<&str> = page.people.iter().map(|person| person.username.as_str()).collect();
                let expected = if page.is_partial { found.len() } else { fitting.len().min(25) };
                partial += usize::from(page.is_partial);
                if found.len() > fitting.len() || found != fitting[..expected] {
                    otherwise.push(format!("{} of {}: {listing:?}", found.len(), fitting.len()));
                }
            }
        }
    }
    assert!(too_much.is_empty(), "{}", too_much.join("\n"));
    assert!(otherwise.is_empty(), "{}", otherwise.join("\n"));
    assert!((1..40).contains(&partial), "{partial} pages that are not full");
    // Hours may have passed since she was here last: what is noted of that is none of the list's.
    ada.opens("/acme/members").await.status(200);
    for query in ["", "?q=person&sort=name", "?kind=viewer&two_factor=off&seen=90&sort=active&q=per", "?q=person7@"] {
        let path = format!("/acme/members{query}");
        let asked = world.queries_of(async { ada.opens(&path).await.status(200) }).await;
        assert_eq!(asked, 3, "{path}");
    }
}
