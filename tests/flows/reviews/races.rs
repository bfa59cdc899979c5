//! Two owners at the same person at once, on connections of their own.

use roster::app;
use roster::authority::{Action, May};
use roster::db::DbError;
use roster::ids::ReviewId;
use roster::members::{self, ManageMembers, OrganizationMember};
use roster::reviews::rules::DecideRefusal;
use roster::reviews::{ReviewAccess, begin, change_role, keep, remove};
use roster::text::{Slug, Username};

use super::{acme, assert_counted, decisions};
use crate::shared::World;

async fn within<A: Action<Scope = OrganizationMember>>(world: &World, who: &str) -> May<A> {
    let (who, acme) = (Username::parse(who).unwrap(), Slug::parse("acme").unwrap());
    let by = world.db.without_authorization(move |connection| members::for_seed(connection, &who, &acme)).await;
    by.unwrap().expect("an owner")
}

/// Grace is a member, and a new review is under way.
async fn anew(world: &World) -> ReviewId {
    world.runs(
        "DELETE FROM reviews; DELETE FROM throttles; \
         INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, accounts.id, 'member' \
         FROM organizations, accounts WHERE username = 'grace' ON CONFLICT DO NOTHING; \
         UPDATE memberships SET role = 'member' FROM accounts WHERE accounts.id = account_id AND username = 'grace'; \
         UPDATE organizations SET member_count = (SELECT count(*) FROM memberships WHERE organization_id = organizations.id)",
    );
    world.db.write(&within::<ReviewAccess>(world, "ada").await, begin).await.unwrap().unwrap()
}

/// One keeps, the other removes: the first one decides, the other is refused with who was first, and the membership is
/// as was decided.
///
/// Fails without `AND decision IS NULL` in `reviews::store::deciding::decide`.
#[actix_web::test]
async fn keeping_and_removing_at_once() {
    let (world, ..) = acme().await;
    world.ignores_emails();
    let (mut kept, mut removed) = (0, 0);
    for round in 0..100 {
        let id = anew(&world).await;
        let (ada, alan): (May<ManageMembers>, May<ManageMembers>) =
            (within(&world, "ada").await, within(&world, "alan").await);
        let grace = || Username::parse("grace").unwrap();
        let keeping = world.db.write(&ada, move |tx| keep(tx, id, &[grace()]));
        let removing = world.db.write(&alan, move |tx| remove(tx, &app::membership_dependents(), id, &grace()));
        let (keeping, removing) = if round % 2 == 0 {
            tokio::join!(keeping, removing)
        } else {
            let (removing, keeping) = tokio::join!(removing, keeping);
            (keeping, removing)
        };
        let told = decisions(&world)[2].clone();
        let belongs = world.number(
            "SELECT count(*) AS number FROM memberships JOIN accounts ON accounts.id = account_id WHERE username = 'grace'",
        );
        match (keeping.unwrap(), removing.unwrap()) {
            (Ok(1), Err(DecideRefusal::Decided(_, Some(who), false))) if who == "ada" => {
                assert_eq!((told.as_str(), belongs), ("grace kept ada", 1), "{round}");
                kept += 1;
            }
            (Err(DecideRefusal::Decided(_, Some(who), false)), Ok(_)) if who == "alan" => {
                assert_eq!((told.as_str(), belongs), ("grace removed alan", 0), "{round}");
                removed += 1;
            }
            other => panic!("{round}: {other:?}, {told}"),
        }
        assert_counted(&world);
    }
    assert!(kept >= 5 && removed >= 5, "no race: kept {kept} times, removed {removed} times");
}

/// A role is given in the review while the person leaves: it is given before they go, or they are gone.
#[actix_web::test]
async fn changing_while_the_person_leaves() {
    let (world, ..) = acme().await;
    world.ignores_emails();
    let mut changed = 0;
    for round in 0..100 {
        let id = anew(&world).await;
        let (alan, grace) =
            (within::<ManageMembers>(&world, "alan").await, within::<members::Leave>(&world, "grace").await);
        let changing = world.db.write(&alan, move |tx| {
            let grace = Username::parse("grace").unwrap();
            change_role(tx, &app::membership_dependents(), id, &grace, roster::authority::Role::Viewer, true)
        });
        let leaving = world.db.write(&grace, move |tx| members::leave(tx, &app::membership_dependents()));
        let (changing, leaving) = if round % 2 == 0 {
            tokio::join!(changing, leaving)
        } else {
            let (leaving, changing) = tokio::join!(leaving, changing);
            (changing, leaving)
        };
        assert!(leaving.unwrap().is_ok(), "{round}");
        let told = decisions(&world)[2].clone();
        match changing.unwrap() {
            Ok(_) => {
                assert_eq!(told, "grace changed viewer alan", "{round}");
                changed += 1;
            }
            Err(_) => assert_eq!(told, "grace gone", "{round}"),
        }
        assert_counted(&world);
    }
    assert!((5..95).contains(&changed), "no race: changed {changed} times");
}

/// A person who is no owner any more when their turn comes decides nothing.
#[actix_web::test]
async fn whoever_lost_the_right_decides_nothing() {
    let (world, ..) = acme().await;
    world.ignores_emails();
    let id = anew(&world).await;
    let alan: May<ManageMembers> = within(&world, "alan").await;
    world.runs(
        "UPDATE memberships SET role = 'member' FROM accounts WHERE accounts.id = account_id AND username = 'alan'",
    );
    let grace = || Username::parse("grace").unwrap();
    let kept = world.db.write(&alan, move |tx| keep(tx, id, &[grace()])).await;
    assert!(matches!(kept, Err(DbError::Forbidden)));
    let removed = world.db.write(&alan, move |tx| remove(tx, &app::membership_dependents(), id, &grace())).await;
    assert!(matches!(removed, Err(DbError::Forbidden)));
    assert_eq!(decisions(&world)[2], "grace");
}
