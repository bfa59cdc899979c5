//! The end of a membership against whatever is done at that moment.

use chrono::TimeDelta;
use roster::members::expiry::limit;
use roster::members::rules::expiry::LastDay;
use roster::members::suspension::restore;
use roster::members::{HandOver, ManageMembers, hand_over};

use super::{Fate, Race, assert_sound, iterations, name, rounds, tries, within};
use crate::shared::{World, start};

/// MEM-09: an owner gets an end date while the organization is handed over to them: it never rests on somebody who
/// goes.
///
/// Fails without the question for `last_day` in `OwnershipRules::handed_to` (the constraint
/// `organizations_primary_owner_is_an_owner` then speaks in place of the rule).
#[actix_web::test]
async fn mem_09_handing_over_to_somebody_who_is_limited() {
    let world = World::new().await;
    world.ignores_emails();
    for who in ["ada", "alan", "grace"] {
        world.account(who).await;
    }
    let slugs = rounds(&world, iterations(), &[("ada", "owner"), ("alan", "owner"), ("grace", "owner")]);
    let last_day =
        LastDay::stored((start() + TimeDelta::days(30)).date_naive().and_hms_opt(0, 0, 0).unwrap().and_utc());
    let race = Race::new();
    for slug in &slugs {
        let ada = within::<HandOver>(&world, "ada", slug).await;
        let alan = within::<ManageMembers>(&world, "alan", slug).await;
        let fates = race
            .run(
                tries(&world.db, &ada, |tx| hand_over(tx, &name("grace"))),
                tries(&world.db, &alan, move |tx| limit(tx, &name("grace"), Some(last_day))),
            )
            .await;
        match fates {
            (Fate::Done, Fate::Refused(why)) if why == "PrimaryOwner" => {}
            (Fate::Refused(why), Fate::Done) if why == "Limited" => {}
            fates => panic!("{fates:?}"),
        }
    }
    let limited = "SELECT count(*) AS number FROM memberships JOIN organizations ON organizations.id = organization_id \
                   AND primary_owner_id = account_id WHERE ends_at IS NOT NULL";
    assert_eq!(world.number(limited), 0);
    assert_sound(&world);
}

/// Two owners restore somebody with two ends: one end holds, told once.
///
/// Fails without the question for `is_suspended` in `suspending::restore`.
#[actix_web::test]
async fn two_owners_restore_somebody_with_two_ends() {
    let world = World::new().await;
    world.ignores_emails();
    for who in ["ada", "alan", "grace"] {
        world.account(who).await;
    }
    let slugs = rounds(&world, iterations(), &[("ada", "owner"), ("alan", "owner"), ("grace", "member")]);
    world.runs("UPDATE memberships SET suspended_at = roster_now() WHERE role = 'member'");
    let midnight = |days| (start() + TimeDelta::days(days)).date_naive().and_hms_opt(0, 0, 0).unwrap().and_utc();
    let (one, other) = (LastDay::stored(midnight(30)), LastDay::stored(midnight(60)));
    let race = Race::new();
    for slug in &slugs {
        let ada = within::<ManageMembers>(&world, "ada", slug).await;
        let alan = within::<ManageMembers>(&world, "alan", slug).await;
        let fates = race
            .run(
                tries(&world.db, &ada, move |tx| restore(tx, &name("grace"), Some(one))),
                tries(&world.db, &alan, move |tx| restore(tx, &name("grace"), Some(other))),
            )
            .await;
        assert_eq!((fates.0, fates.1), (Fate::Done, Fate::Done));
    }
    let rounds = i64::try_from(iterations()).unwrap();
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind = 'restored'"), rounds);
}
