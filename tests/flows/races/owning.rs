//! Owners at one another.

use roster::authority::{May, Role};
use roster::members::{Leave, ManageMembers, change_role, hand_over, leave, remove};

use super::{Fate, Race, assert_sound, dependents, iterations, name, rounds, tries, within};
use crate::shared::World;

/// The people: ada is the primary owner, alan and grace are owners.
const OWNERS: [(&str, &str); 3] = [("ada", "owner"), ("alan", "owner"), ("grace", "owner")];

async fn world() -> (World, Vec<String>) {
    let world = World::new().await;
    world.ignores_emails();
    for (who, _) in OWNERS {
        world.account(who).await;
    }
    let slugs = rounds(&world, iterations(), &OWNERS);
    (world, slugs)
}

/// Removes somebody, or makes them a member.
async fn ends(world: &World, by: &May<ManageMembers>, whom: &'static str, removes: bool) -> Fate {
    if removes {
        tries(&world.db, by, move |tx| remove(tx, &dependents(), &name(whom))).await
    } else {
        tries(&world.db, by, move |tx| change_role(tx, &dependents(), &name(whom), Role::Member, true)).await
    }
}

/// Who of two won, when exactly one may.
fn one_winner(one: &Fate, other: &Fate) {
    let fates = [one, other];
    assert_eq!(fates.iter().filter(|fate| ***fate == Fate::Done).count(), 1, "{fates:?}");
    assert!(!fates.iter().any(|fate| matches!(fate, Fate::Failed(_))), "{fates:?}");
}

/// MEM-01, MEM-10: two owners demote or remove each other at the same moment, in every combination. One
/// of them wins; the other is no longer an owner, and is shown so.
///
/// Fails without `.for_no_key_update()` in `members::store::lock`; and without the comparison with
/// `standing.allows(need)` in `OrganizationMember::secure`.
#[actix_web::test]
async fn mem_01_two_owners_at_each_other() {
    let (world, slugs) = world().await;
    let race = Race::new();
    for (n, slug) in slugs.iter().enumerate() {
        let (alan, grace) =
            (within::<ManageMembers>(&world, "alan", slug).await, within::<ManageMembers>(&world, "grace", slug).await);
        let (one, other) =
            race.run(ends(&world, &alan, "grace", n % 2 == 0), ends(&world, &grace, "alan", n % 4 < 2)).await;
        one_winner(&one, &other);
    }
    assert_sound(&world);
    // Besides the primary owner, one is left as an owner in each.
    assert_eq!(
        world.number("SELECT count(*) AS number FROM memberships WHERE role = 'owner'"),
        2 * iterations() as i64
    );
    assert_eq!(
        world.number("SELECT count(*) AS number FROM history WHERE kind IN ('removed', 'role_changed')"),
        iterations() as i64
    );
}

/// MEM-01: the primary owner and an owner remove each other: the primary owner stays, in any order.
///
/// Fails without the first `if` of `OwnershipRules::without` (the constraint
/// `organizations_primary_owner_is_an_owner` then refuses what the rule would have).
#[actix_web::test]
async fn mem_01_the_primary_owner_outlasts_every_race() {
    let (world, slugs) = world().await;
    let race = Race::new();
    for (n, slug) in slugs.iter().enumerate() {
        let (ada, alan) =
            (within::<ManageMembers>(&world, "ada", slug).await, within::<ManageMembers>(&world, "alan", slug).await);
        let (up, down) = race
            .run(
                tries(&world.db, &alan, |tx| remove(tx, &dependents(), &name("ada"))),
                ends(&world, &ada, "alan", n % 2 == 0),
            )
            .await;
        assert_eq!(down, Fate::Done);
        assert!(matches!(up, Fate::Refused(_) | Fate::TooLate), "{up:?}");
    }
    assert_sound(&world);
}

/// MEM-09, MEM-10: the organization is handed over to an owner who at that moment leaves, is made a member,
/// or is removed. Either they are the primary owner now and still here, or it was not handed over.
///
/// Fails without `.for_no_key_update()` in `members::store::lock` (the constraint
/// `organizations_primary_owner_is_an_owner` then speaks in place of the rule).
#[actix_web::test]
async fn mem_10_handing_over_to_somebody_who_parts() {
    let (world, slugs) = world().await;
    let mut handed_over = 0;
    let race = Race::new();
    for (n, slug) in slugs.iter().enumerate() {
        let ada = within(&world, "ada", slug).await;
        let alan = within::<ManageMembers>(&world, "alan", slug).await;
        let grace = within::<Leave>(&world, "grace", slug).await;
        let handing = tries(&world.db, &ada, |tx| hand_over(tx, &name("grace")));
        let parting = async {
            match n % 3 {
                0 => tries(&world.db, &grace, |tx| leave(tx, &dependents())).await,
                which => ends(&world, &alan, "grace", which == 1).await,
            }
        };
        let (handing, parting) = race.run(handing, parting).await;
        one_winner(&handing, &parting);
        handed_over += i64::from(handing == Fate::Done);
    }
    assert_sound(&world);
    let resting = world.number(
        "SELECT count(*) AS number FROM organizations JOIN accounts ON accounts.id = primary_owner_id WHERE username = 'grace'",
    );
    assert_eq!(resting, handed_over);
}

/// MEM-09: the primary owner presses Hand Over in one tab and Leave in another. They leave only if they
/// had handed over before.
///
/// Fails without the `if` of `OwnershipRules::left_by`.
#[actix_web::test]
async fn mem_09_handing_over_and_leaving_at_once() {
    let (world, slugs) = world().await;
    let race = Race::new();
    for slug in &slugs {
        let (hands_over, leaves) = (within(&world, "ada", slug).await, within::<Leave>(&world, "ada", slug).await);
        let handing = tries(&world.db, &hands_over, |tx| hand_over(tx, &name("alan")));
        let leaving = tries(&world.db, &leaves, |tx| leave(tx, &dependents()));
        let (handing, leaving) = race.run(handing, leaving).await;
        assert_eq!(handing, Fate::Done);
        assert!(matches!(leaving, Fate::Done | Fate::Refused(_)), "{leaving:?}");
    }
    assert_sound(&world);
}
