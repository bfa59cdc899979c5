//! A write that waits while its author loses the right to it.

use std::cell::Cell;

use diesel::connection::SimpleConnection;

use super::{iterations, rounds};
use crate::shared::{Answer, Browser, World};

/// Lets somebody post while the organization's row is locked, changes something behind the lock once the
/// post waits for it, and answers what the post came to.
async fn meanwhile(
    world: &World,
    holder: &mut diesel::PgConnection,
    slug: &str,
    change: &str,
    who: &Browser,
    path: &str,
    fields: &[(&str, &str)],
) -> Answer {
    holder
        .batch_execute(&format!(
            "BEGIN; SELECT FROM organizations WHERE id = (SELECT organization_id FROM organization_addresses WHERE slug = '{slug}') FOR UPDATE"
        ))
        .unwrap();
    let answered = Cell::new(false);
    let posting = async {
        let answer = who.posts(path, fields).await;
        answered.set(true);
        answer
    };
    let changing = async {
        let mut watcher = world.connection();
        loop {
            let waiting = "SELECT count(*) AS number FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
            let waiting: Number = diesel::RunQueryDsl::get_result(diesel::sql_query(waiting), &mut watcher).unwrap();
            if waiting.number > 0 {
                break;
            }
            assert!(!answered.get(), "{path} waits for nobody");
            tokio::task::yield_now().await;
        }
        holder.batch_execute(&format!("{change}; COMMIT")).unwrap();
    };
    tokio::join!(posting, changing).0
}

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

/// MEM-06: an owner is made a member while their own post waits for the lock: it was allowed when it came,
/// and is refused when its turn comes. Nothing of it is done.
///
/// Fails without the comparison with `standing.allows(need)` in `OrganizationMember::secure`.
#[actix_web::test]
async fn mem_06_an_owner_is_demoted_while_they_wait() {
    let world = World::new().await;
    let alan = world.person("alan").await;
    for who in ["ada", "grace"] {
        world.account(who).await;
    }
    let mut holder = world.connection();
    for slug in rounds(&world, iterations(), &[("ada", "owner"), ("alan", "owner"), ("grace", "member")]) {
        let demoted = format!(
            "UPDATE memberships SET role = 'member' WHERE account_id = (SELECT id FROM accounts WHERE username = 'alan') \
             AND organization_id = (SELECT organization_id FROM organization_addresses WHERE slug = '{slug}')"
        );
        let key = "01900000-0000-7000-8000-000000000001";
        let posts: [(&str, &[(&str, &str)]); 5] = [
            ("members/grace/role", &[("role", "owner")]),
            ("members/grace/removal", &[]),
            ("invitations", &[("email", "spy@example.org"), ("role", "owner"), ("form_key", key)]),
            ("settings", &[("name", "Mine"), ("slug", "mine"), ("version", "1")]),
            ("deletion", &[]),
        ];
        let round: usize = slug.rsplit('-').next().unwrap().parse().unwrap();
        let (rest, fields) = posts[round % posts.len()];
        let answer = meanwhile(&world, &mut holder, &slug, &demoted, &alan, &format!("/{slug}/{rest}"), fields).await;
        answer.status(403).reads("You may not do this");
    }
    // Nothing happened but what the tests did behind the application's back.
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE organization_id IS NOT NULL"), 0);
    assert_eq!(world.number("SELECT count(*) AS number FROM invitations"), 0);
    assert_eq!(world.number("SELECT count(*) AS number FROM memberships WHERE role = 'owner'"), iterations() as i64);
}

/// MEM-06, MEM-04: the same for somebody who is removed, signed out or suspended, and for an organization
/// that is deleted.
///
/// Fails without the `exists` over `sessions`, or the two filters above it, in `members::store::find_again`.
#[actix_web::test]
async fn mem_06_somebody_is_removed_while_they_wait() {
    let world = World::new().await;
    let (alan, joan) = (world.person("alan").await, world.person("joan").await);
    let (marie, vera) = (world.person("marie").await, world.person("vera").await);
    world.account("ada").await;
    let people = [("ada", "owner"), ("alan", "member"), ("joan", "member"), ("marie", "member"), ("vera", "member")];
    let mut holder = world.connection();
    let slugs = rounds(&world, 4, &people);
    let account = |who: &str| format!("(SELECT id FROM accounts WHERE username = '{who}')");
    let ways = [
        (
            &alan,
            format!(
                "DELETE FROM memberships WHERE account_id = {}; UPDATE organizations SET member_count = 4",
                account("alan")
            ),
        ),
        (&joan, format!("DELETE FROM sessions WHERE account_id = {}", account("joan"))),
        (&marie, "UPDATE accounts SET suspended_at = roster_now() WHERE username = 'marie'".to_owned()),
        (
            &vera,
            "UPDATE organizations SET deleted_at = roster_now(), erase_at = roster_now() + interval '1 day'".to_owned(),
        ),
    ];
    for ((who, change), slug) in ways.iter().zip(&slugs) {
        let key = "01900000-0000-7000-8000-000000000001";
        let project = [("name", "Mill"), ("visibility", "private"), ("form_key", key)];
        let path = format!("/{slug}/projects");
        let answer = meanwhile(&world, &mut holder, slug, change, who, &path, &project).await;
        assert!(matches!(answer.status, 303 | 404), "{}", answer.text());
        assert!(!answer.location().starts_with("/round"), "{change}: {}", answer.location());
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM projects"), 0);
}
