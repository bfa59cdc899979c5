//! Suspending against whatever the suspended do at that moment.

use roster::authority::Role;
use roster::ids::FormKey;
use roster::invitations::rules::Recipient;
use roster::invitations::{InviteMembers, Terms, invite};
use roster::members::suspension::suspend;
use roster::members::{ManageMembers, change_role, hand_over};
use roster::text::EmailAddress;

use super::{Fate, Race, assert_sound, dependents, iterations, name, rounds, tries, within};
use crate::shared::World;

async fn world() -> (World, Vec<String>) {
    let world = World::new().await;
    world.ignores_emails();
    for who in ["ada", "alan", "grace"] {
        world.account(who).await;
    }
    let slugs = rounds(&world, iterations(), &[("ada", "owner"), ("alan", "owner"), ("grace", "owner")]);
    (world, slugs)
}

/// MEM-01, MEM-06: two owners suspend each other at the same moment, or one suspends while the other takes a role.
/// One wins; the other can do nothing any more.
///
/// Fails without the comparison with `standing.allows(need)` in `OrganizationMember::secure`.
#[actix_web::test]
async fn mem_06_two_owners_suspend_each_other() {
    let (world, slugs) = world().await;
    let race = Race::new();
    for (n, slug) in slugs.iter().enumerate() {
        let alan = within::<ManageMembers>(&world, "alan", slug).await;
        let grace = within::<ManageMembers>(&world, "grace", slug).await;
        let one = tries(&world.db, &alan, |tx| suspend(tx, &dependents(), &name("grace")));
        let other = async {
            match n % 2 {
                0 => tries(&world.db, &grace, |tx| suspend(tx, &dependents(), &name("alan"))).await,
                _ => {
                    tries(&world.db, &grace, |tx| change_role(tx, &dependents(), &name("alan"), Role::Viewer, true))
                        .await
                }
            }
        };
        let fates = race.run(one, other).await;
        let done = [&fates.0, &fates.1].into_iter().filter(|fate| **fate == Fate::Done).count();
        assert!(done == 1 && [&fates.0, &fates.1].contains(&&Fate::TooLate), "{fates:?}");
    }
    assert_sound(&world);
}

/// MEM-09: the organization is handed over to an owner who is suspended at that moment: never does it rest on
/// somebody without access.
///
/// Fails without the question for `is_suspended` in `OwnershipRules::handed_to` (the constraint
/// `organizations_primary_owner_is_an_owner` then speaks in place of the rule).
#[actix_web::test]
async fn mem_09_handing_over_to_somebody_who_is_suspended() {
    let (world, slugs) = world().await;
    let race = Race::new();
    for slug in &slugs {
        let ada = within(&world, "ada", slug).await;
        let alan = within::<ManageMembers>(&world, "alan", slug).await;
        let handing = tries(&world.db, &ada, |tx| hand_over(tx, &name("grace")));
        let suspending = tries(&world.db, &alan, |tx| suspend(tx, &dependents(), &name("grace")));
        let (handing, suspending) = race.run(handing, suspending).await;
        let refused = |fate: &Fate| matches!(fate, Fate::Refused(_));
        assert!(
            handing == Fate::Done && refused(&suspending) || suspending == Fate::Done && refused(&handing),
            "{handing:?} {suspending:?}"
        );
    }
    assert_sound(&world);
}

/// INV-15, MEM-06: an owner invites at the moment at which they are suspended: no open invitation of theirs is left.
///
/// Fails without `dependents.end` in `members::suspending::suspend`.
#[actix_web::test]
async fn inv_15_inviting_while_one_is_suspended() {
    let (world, slugs) = world().await;
    let race = Race::new();
    for (n, slug) in slugs.iter().enumerate() {
        let alan = within::<InviteMembers>(&world, "alan", slug).await;
        let grace = within::<ManageMembers>(&world, "grace", slug).await;
        let email = EmailAddress::parse(&format!("guest{n}@example.org")).unwrap();
        let invitee = Recipient { email, role: Role::Member };
        // More than an allowance is tried: that it is used up is no part of this race.
        world.runs("DELETE FROM throttles");
        let terms = Terms { form: FormKey::fresh(), days: 7, last_day: None };
        let inviting = tries(&world.db, &alan, move |tx| invite(tx, &invitee, &terms));
        let suspending = tries(&world.db, &grace, |tx| suspend(tx, &dependents(), &name("alan")));
        let (inviting, suspending) = race.run(inviting, suspending).await;
        assert_eq!(suspending, Fate::Done);
        assert!(matches!(inviting, Fate::Done | Fate::TooLate), "{inviting:?}");
    }
    assert_sound(&world);
    assert_eq!(world.number("SELECT count(*) AS number FROM invitations WHERE ended_at IS NULL"), 0);
}
