//! The end of an account against all that goes on (MEM-19).

use roster::account_deletion::{DeleteAccount, delete_account};
use roster::authority::May;
use roster::ids::{FormKey, InvitationId};
use roster::invitations::acceptance::accept;
use roster::members::{hand_over, remove};
use roster::organizations::{CreateOrganization, NewOrganization, create};
use roster::text::{Slug, Title};

use super::{
    Fate, Race, alone, assert_sound, dependents, invited, iterations, name, people, rounds, seats, tries, within,
};
use crate::shared::World;

async fn closes(world: &World, by: &May<DeleteAccount>) -> Fate {
    tries(&world.db, by, |tx| delete_account(tx, &dependents())).await
}

async fn world(people: &[(&str, &str)]) -> World {
    let world = World::new().await;
    world.ignores_emails();
    for (who, _) in people {
        world.account(who).await;
    }
    rounds(&world, iterations(), people);
    world
}

fn count(world: &World, of: &str) -> i64 {
    world.number(&format!("SELECT count(*) AS number FROM {of}"))
}

/// Somebody accepts an invitation in one window, and deletes the account in another. It is deleted in any
/// case, and leaves nothing behind: no seat, and no number that counts it.
///
/// Fails without `FOR NO KEY UPDATE` in `accounts::store::lock`.
#[actix_web::test]
async fn mem_19_an_account_goes_while_it_joins() {
    let world = world(&[("ada", "owner")]).await;
    let guests = people(&world, "guest", iterations());
    world.runs(
        "INSERT INTO invitations (id, organization_id, email, role, inviter_id, form_key, expires_at) \
         SELECT gen_random_uuid(), organizations.id, replace(slug, 'round-', 'guest-') || '@example.org', 'owner', primary_owner_id, \
            gen_random_uuid(), roster_now() + interval '7 days' \
         FROM organizations JOIN organization_addresses ON organization_id = organizations.id",
    );
    let mut joined = 0;
    let race = Race::new();
    for guest in &guests {
        let id = world.texts(&format!("SELECT id::text AS text FROM invitations WHERE email = '{guest}@example.org'"));
        let accepts = invited(&world, guest, InvitationId::parse(&id.concat()).unwrap()).await;
        let by = alone(&world, guest).await;
        let (closed, accepted) = race.run(closes(&world, &by), tries(&world.db, &accepts, accept)).await;
        assert_eq!(closed, Fate::Done);
        assert!(matches!(accepted, Fate::Done | Fate::TooLate), "{accepted:?}");
        joined += i64::from(accepted == Fate::Done);
    }
    assert_sound(&world);
    assert_eq!((count(&world, "accounts"), count(&world, "memberships")), (1, iterations() as i64));
    assert_eq!(count(&world, "history WHERE kind = 'left'"), joined);
    assert_eq!(count(&world, "history WHERE kind = 'account_deleted'"), iterations() as i64);
}

/// The primary owner hands over to somebody who at that moment deletes their account: one of the two is
/// refused, and every organization rests on somebody who is there.
///
/// Fails without `.for_no_key_update()` in `members::store::lock_all`: then it is the database that refuses
/// (`organizations_primary_owner_is_an_owner`), and the page is a failure of ours.
#[actix_web::test]
async fn mem_19_an_account_goes_while_it_is_handed_an_organization() {
    let world = world(&[("ada", "owner")]).await;
    let owners = people(&world, "owner", iterations());
    seats(&world, "owner", "owner");
    let mut closed_first = 0;
    let race = Race::new();
    for (n, owner) in owners.iter().enumerate() {
        let ada = within(&world, "ada", &format!("round-{n}")).await;
        let (to, by) = (name(owner), alone(&world, owner).await);
        let handing = tries(&world.db, &ada, move |tx| hand_over(tx, &to));
        let fates = race.run(closes(&world, &by), handing).await;
        let refused = |why: &str| Fate::Refused(why.to_owned());
        match &fates {
            (Fate::Done, handed) => assert_eq!(*handed, refused("NotAnOwner")),
            (closed, handed) => assert_eq!((closed, handed), (&refused("InTheWay"), &Fate::Done)),
        }
        closed_first += i64::from(fates.0 == Fate::Done);
    }
    assert_sound(&world);
    assert_eq!(count(&world, "accounts"), 1 + iterations() as i64 - closed_first);
}

/// An owner removes somebody who at that moment deletes their account: it ends once, and is counted once.
///
/// Fails without `.for_no_key_update()` in `members::store::lock_all`: then the membership is counted out twice.
#[actix_web::test]
async fn mem_19_an_account_goes_while_it_is_removed() {
    let world = world(&[("ada", "owner"), ("alan", "owner")]).await;
    let guests = people(&world, "guest", iterations());
    seats(&world, "guest", "member");
    let mut removed = 0;
    let race = Race::new();
    for (n, guest) in guests.iter().enumerate() {
        let alan = within(&world, "alan", &format!("round-{n}")).await;
        let (whom, by) = (name(guest), alone(&world, guest).await);
        let removing = tries(&world.db, &alan, move |tx| remove(tx, &dependents(), &whom));
        let (closed, removing) = race.run(closes(&world, &by), removing).await;
        assert_eq!(closed, Fate::Done);
        assert!(removing == Fate::Done || removing == Fate::Refused("NotAMember".to_owned()), "{removing:?}");
        removed += i64::from(removing == Fate::Done);
    }
    assert_sound(&world);
    assert_eq!((count(&world, "accounts"), count(&world, "memberships")), (2, 2 * iterations() as i64));
    assert_eq!(count(&world, "history WHERE kind = 'left'"), iterations() as i64 - removed);
}

/// Somebody founds an organization in one window, and deletes the account in another: one of the two is
/// refused.
///
/// Fails without `FOR NO KEY UPDATE` in `accounts::store::lock`: then it is the database that refuses
/// (`memberships_have_an_account`).
#[actix_web::test]
async fn mem_19_an_account_goes_while_it_founds() {
    let world = World::new().await;
    world.ignores_emails();
    let founders = people(&world, "founder", iterations());
    let mut founded = 0;
    let race = Race::new();
    for (n, founder) in founders.iter().enumerate() {
        let founds = alone::<CreateOrganization>(&world, founder).await;
        let by = alone(&world, founder).await;
        let slug = Slug::parse(&format!("works-{n}")).unwrap();
        let founding = NewOrganization { name: Title::parse("Works").unwrap(), slug, form_key: FormKey::fresh() };
        let founding = tries(&world.db, &founds, move |tx| create(tx, &founding));
        match race.run(closes(&world, &by), founding).await {
            (Fate::Done, founding) => assert_eq!(founding, Fate::TooLate),
            (closed, founding) => {
                assert_eq!((closed, founding), (Fate::Refused("InTheWay".to_owned()), Fate::Done));
                founded += 1;
            }
        }
    }
    assert_sound(&world);
    assert_eq!((count(&world, "accounts"), count(&world, "organizations")), (founded, founded));
}

/// Two who belong to the same organizations delete their accounts at once: neither waits for the other in a
/// circle, whichever way the organizations were made.
///
/// Fails when `members::store::lock_all` orders by `random()`: PostgreSQL tells of deadlocks. Without any order
/// it happens to find the rows of both in the same one; that is luck, and the order makes it a promise.
#[actix_web::test]
async fn mem_19_two_accounts_go_from_the_same_organizations() {
    let world = world(&[("ada", "owner")]).await;
    let iterations = iterations();
    let (ones, others) = (people(&world, "one", iterations), people(&world, "other", iterations));
    // Each pair in five organizations, joined in opposite orders.
    for (beginning, sign) in [("one", ""), ("other", "-")] {
        world.runs(&format!(
            "INSERT INTO memberships (organization_id, account_id, role) \
             SELECT organization_addresses.organization_id, accounts.id, 'owner' FROM accounts, generate_series(0, 4) step \
             JOIN organization_addresses ON true WHERE username LIKE '{beginning}-%' \
                AND slug = 'round-' || (replace(username, '{beginning}-', '')::integer + step * 7) % {iterations} ORDER BY {sign}step; \
             UPDATE organizations SET member_count = (SELECT count(*) FROM memberships WHERE organization_id = organizations.id)"
        ));
    }
    let race = Race::new();
    for (one, other) in ones.iter().zip(&others) {
        let (first, second) = (alone(&world, one).await, alone(&world, other).await);
        let fates = race.run(closes(&world, &first), closes(&world, &second)).await;
        assert_eq!(fates, (Fate::Done, Fate::Done));
    }
    assert_sound(&world);
    assert_eq!((count(&world, "accounts"), count(&world, "memberships")), (1, iterations as i64));
    assert_eq!(count(&world, "history WHERE kind = 'left'"), 10 * iterations as i64);
    let deadlocks = "SELECT deadlocks AS number FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(world.number(deadlocks), 0);
}
