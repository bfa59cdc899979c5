//! Many who want the same URL.

use futures_util::future::join_all;
use roster::accounts::session;
use roster::ids::FormKey;
use roster::organizations::{
    CreateOrganization, ManageSettings, NewOrganization, OrganizationSettings, change_settings, create,
};
use roster::text::{Slug, Title};

use super::{Fate, Race, assert_sound, iterations, name, rounds, tries, within};
use crate::shared::World;

fn title(text: &str) -> Title {
    Title::parse(text).unwrap()
}

fn url(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

/// ORG-05: twenty people want the same URL at the same moment. One gets it; nineteen are shown, beside
/// the field, that it is taken.
///
/// Fails without the `filter` in `organizations::store::give_address`: then anyone who comes last takes it
/// from the person who came first.
#[actix_web::test]
async fn org_05_twenty_identical_urls() {
    let world = World::new().await;
    let mut people = Vec::new();
    for n in 0..20 {
        let who = format!("person{n}");
        world.account(&who).await;
        let username = name(&who);
        let admitted = world
            .db
            .without_authorization(move |connection| session::for_seed::<CreateOrganization>(connection, &username))
            .await;
        people.push(admitted.unwrap().expect("somebody"));
    }
    for round in 0..iterations() {
        // A person who begins often wins, and nobody founds more than twenty a day: they take turns.
        people.rotate_left(1);
        let fates = join_all(people.iter().map(|by| {
            let founding = NewOrganization {
                name: title("Wanted"),
                slug: url(&format!("wanted-{round}")),
                form_key: FormKey::fresh(),
            };
            tries(&world.db, by, move |tx| create(tx, &founding))
        }));
        let (done, told): (Vec<_>, Vec<_>) = fates.await.into_iter().partition(|fate| *fate == Fate::Done);
        assert_eq!(done.len(), 1, "{told:?}");
        assert!(told.iter().all(|fate| *fate == Fate::Refused("Taken".to_owned())), "{told:?}");
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM organizations"), iterations() as i64);
    assert_eq!(
        world.number("SELECT count(*) AS number FROM organization_addresses WHERE is_current"),
        iterations() as i64
    );
    assert_sound(&world);
}

/// ORG-05: two organizations move to the same URL. One has it; the other stays where it was, and can be
/// found there.
///
/// Fails without the `filter` in `organizations::store::give_address`.
#[actix_web::test]
async fn org_05_two_organizations_move_to_one_url() {
    let world = World::new().await;
    world.ignores_emails().account("ada").await;
    let slugs = rounds(&world, 2 * iterations(), &[("ada", "owner")]);
    let race = Race::new();
    for (round, pair) in slugs.chunks(2).enumerate() {
        let moves = async |slug: &str| {
            let by = within::<ManageSettings>(&world, "ada", slug).await;
            let wished =
                OrganizationSettings { name: title("Moved"), slug: url(&format!("wanted-{round}")), version: 1 };
            (by, wished)
        };
        let ((one, wish), (other, wishes)) = (moves(&pair[0]).await, moves(&pair[1]).await);
        let fates = race
            .run(
                tries(&world.db, &one, move |tx| change_settings(tx, &wish)),
                tries(&world.db, &other, move |tx| change_settings(tx, &wishes)),
            )
            .await;
        let fates = [fates.0, fates.1];
        assert_eq!(fates.iter().filter(|fate| **fate == Fate::Done).count(), 1, "{fates:?}");
        assert!(fates.contains(&Fate::Refused("Taken".to_owned())), "{fates:?}");
    }
    let homeless = world.number(
        "SELECT count(*) AS number FROM organizations WHERE NOT EXISTS \
         (SELECT FROM organization_addresses WHERE organization_id = organizations.id AND is_current)",
    );
    assert_eq!(homeless, 0);
    assert_eq!(world.number("SELECT count(*) AS number FROM organizations WHERE name = 'Moved'"), iterations() as i64);
}
