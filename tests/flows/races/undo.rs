//! Undoing against what happens at that moment.

use roster::authority::Role;
use roster::ids::{FormKey, UndoId};
use roster::invitations::rules::Recipient;
use roster::invitations::{InviteMembers, Terms, invite};
use roster::members::ManageMembers;
use roster::members::undo::undo;
use roster::organizations::{self, delete};
use roster::text::EmailAddress;

use super::{Fate, Race, assert_sound, dependents, iterations, rounds, tries, within};
use crate::shared::World;

/// Organizations of ada and alan, out of each of which grace was removed just now.
async fn world() -> (World, Vec<(String, UndoId)>) {
    let world = World::new().await;
    world.ignores_emails();
    for who in ["ada", "alan", "grace"] {
        world.account(who).await;
    }
    let slugs = rounds(&world, iterations(), &[("ada", "owner"), ("alan", "owner")]);
    world.runs(
        "INSERT INTO undoings (id, organization_id, account_id, role, joined_at, last_active_at) \
         SELECT gen_random_uuid(), organizations.id, accounts.id, 'member', roster_now(), roster_now() \
         FROM organizations, accounts WHERE username = 'grace'",
    );
    let with_ids = slugs.into_iter().map(|slug| {
        let id = world.texts(&format!(
            "SELECT undoings.id::text AS text FROM undoings JOIN organization_addresses USING (organization_id) WHERE slug = '{slug}'"
        ));
        (slug, UndoId::parse(&id.concat()).unwrap())
    });
    let with_ids = with_ids.collect();
    (world, with_ids)
}

/// MEM-17: two owners undo the same removal: it is done once, and counted once.
///
/// Fails without `.for_no_key_update()` in `members::store::lock`.
#[actix_web::test]
async fn mem_17_undoing_twice_at_once() {
    let (world, rounds) = world().await;
    let race = Race::new();
    for (slug, id) in &rounds {
        let (ada, alan, id) = (within(&world, "ada", slug).await, within(&world, "alan", slug).await, *id);
        let fates = race
            .run(
                tries(&world.db, &ada, move |tx| undo(tx, &dependents(), id)),
                tries(&world.db, &alan, move |tx| undo(tx, &dependents(), id)),
            )
            .await;
        assert_eq!(fates, (Fate::Done, Fate::Done));
    }
    assert_sound(&world);
    let told = world.number("SELECT count(*) AS number FROM history WHERE kind = 'removal_undone'");
    assert_eq!(told, iterations() as i64);
}

/// INV-16: a removal is undone while the removed person is invited again: one of the two is refused, and nobody is a
/// member with an open invitation.
///
/// Fails without the question `open_to` in `invitations::dependents`.
#[actix_web::test]
async fn inv_16_undoing_while_the_person_is_invited_again() {
    let (world, rounds) = world().await;
    let race = Race::new();
    for (slug, id) in &rounds {
        world.runs("DELETE FROM throttles");
        let ada = within::<ManageMembers>(&world, "ada", slug).await;
        let alan = within::<InviteMembers>(&world, "alan", slug).await;
        let invitee = Recipient { email: EmailAddress::parse("grace@example.org").unwrap(), role: Role::Member };
        let terms = Terms { form: FormKey::fresh(), days: 7, last_day: None };
        let id = *id;
        let undoing = tries(&world.db, &ada, move |tx| undo(tx, &dependents(), id));
        let inviting = tries(&world.db, &alan, move |tx| invite(tx, &invitee, &terms));
        let (undoing, inviting) = race.run(undoing, inviting).await;
        let refused = |fate: &Fate| matches!(fate, Fate::Refused(_));
        assert!(
            undoing == Fate::Done && refused(&inviting) || inviting == Fate::Done && refused(&undoing),
            "{undoing:?} {inviting:?}"
        );
    }
    assert_sound(&world);
}

/// ORG-08: a removal is undone while the organization is deleted: it is done before, or finds nothing.
///
/// Fails without `.filter(organizations::deleted_at.is_null())` in `members::store::lock`.
#[actix_web::test]
async fn org_08_undoing_while_the_organization_is_deleted() {
    let (world, rounds) = world().await;
    let race = Race::new();
    for (n, (slug, id)) in rounds.iter().enumerate() {
        let (alan, ada, id) = (within(&world, "alan", slug).await, within(&world, "ada", slug).await, *id);
        let fate = organizations::DeletionMode::after(if n % 2 == 0 { 0 } else { 14 });
        let (undoing, deleting) = race
            .run(
                tries(&world.db, &alan, move |tx| undo(tx, &dependents(), id)),
                tries(&world.db, &ada, move |tx| delete(tx, fate)),
            )
            .await;
        assert_eq!(deleting, Fate::Done);
        assert!(matches!(undoing, Fate::Done | Fate::TooLate), "{undoing:?}");
    }
    assert_sound(&world);
}
