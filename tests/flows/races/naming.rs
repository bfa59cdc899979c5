//! Two who want the same name.

use roster::accounts::profile::{ChangeUsername, Profile, change_username};
use roster::authority::May;

use super::{Fate, Race, alone, iterations, name, people, tries};
use crate::shared::World;

/// Takes a name, with a profile that nobody has changed before.
async fn takes(world: &World, by: &May<ChangeUsername>, wanted: &str, version: i32) -> Fate {
    let wished = Profile { display_name: None, username: name(wanted), version };
    tries(&world.db, by, move |tx| change_username(tx, &wished)).await
}

/// Who of two won, when exactly one may; the other is shown that the name is taken.
fn one_winner(fates: &[Fate; 2]) {
    assert_eq!(fates.iter().filter(|fate| **fate == Fate::Done).count(), 1, "{fates:?}");
    assert!(fates.contains(&Fate::Refused("Taken".to_owned())), "{fates:?}");
}

/// Two people take the same name at the same moment: one that nobody had, one that was held long enough,
/// and one that is held still, which neither gets.
///
/// Fails without the `WHERE` in `accounts::store::claim_username`.
#[actix_web::test]
async fn two_people_take_one_name() {
    let world = World::new().await;
    world.ignores_emails();
    let (ones, others) = (people(&world, "one", iterations()), people(&world, "other", iterations()));
    world.runs(&format!(
        "INSERT INTO usernames (name, held_until) SELECT 'wanted-' || n, roster_now() + CASE n % 3 WHEN 1 THEN interval '-1 minute' \
         ELSE interval '1 day' END FROM generate_series(0, {} - 1) n WHERE n % 3 > 0",
        iterations()
    ));
    let race = Race::new();
    for (n, (one, other)) in ones.iter().zip(&others).enumerate() {
        let (first, second) = (alone(&world, one).await, alone(&world, other).await);
        let wanted = format!("wanted-{n}");
        let fates = race.run(takes(&world, &first, &wanted, 1), takes(&world, &second, &wanted, 1)).await;
        let fates = [fates.0, fates.1];
        match n % 3 {
            2 => assert_eq!(
                fates,
                [const { Fate::Refused(String::new()) }; 2].map(|_| Fate::Refused("Taken".to_owned()))
            ),
            _ => one_winner(&fates),
        }
    }
    // Everybody has one name, by which the register knows them.
    let astray = world.texts(
        "SELECT username AS text FROM accounts WHERE NOT EXISTS \
         (SELECT FROM usernames WHERE name = username AND account_id = accounts.id AND held_until IS NULL)",
    );
    assert_eq!(astray, [""; 0]);
    let in_use = world.number("SELECT count(*) AS number FROM usernames WHERE held_until IS NULL");
    assert_eq!(in_use, 2 * iterations() as i64);
}

/// Somebody gives a name up while another wants it, and takes it back while another wants it: the other
/// gets it at no moment.
///
/// Fails without the `WHERE` in `accounts::store::claim_username`, too.
#[actix_web::test]
async fn a_name_is_wanted_while_it_is_given_up() {
    let world = World::new().await;
    world.ignores_emails();
    let (owners, others) = (people(&world, "owner", iterations()), people(&world, "other", iterations()));
    let race = Race::new();
    for (n, (owner, other)) in owners.iter().zip(&others).enumerate() {
        let (has, wants) = (alone(&world, owner).await, alone(&world, other).await);
        let new = format!("new-{n}");
        let fates = race.run(takes(&world, &has, &new, 1), takes(&world, &wants, owner, 1)).await;
        assert_eq!(fates, (Fate::Done, Fate::Refused("Taken".to_owned())));
        let (back, wants) = (alone(&world, &new).await, alone(&world, other).await);
        let fates = race.run(takes(&world, &wants, owner, 1), takes(&world, &back, owner, 2)).await;
        assert_eq!(fates, (Fate::Refused("Taken".to_owned()), Fate::Done));
    }
    assert_eq!(
        world.number("SELECT count(*) AS number FROM usernames WHERE held_until IS NOT NULL"),
        iterations() as i64
    );
    let held = "SELECT count(*) AS number FROM usernames WHERE name LIKE 'new-%' AND held_until > roster_now() + interval '89 days'";
    assert_eq!(world.number(held), iterations() as i64);
}
