//! Deletion against all that goes on.

use roster::authority::Role;
use roster::ids::{FormKey, InvitationId};
use roster::invitations::acceptance::accept;
use roster::invitations::rules::Recipient;
use roster::invitations::{Terms, invite};
use roster::members::{change_role, leave};
use roster::organizations::{self, ManageSettings, OrganizationSettings, change_settings, delete};
use roster::projects::{self, rules as project};
use roster::text::{EmailAddress, Slug, Title};

use super::{Fate, Race, assert_sound, dependents, invited, iterations, name, rounds, tries, within};
use crate::shared::World;

/// ORG-08: while one owner deletes an organization, another invites, an invited person accepts, a member
/// creates a project, another one leaves, one is made an owner, and the settings are changed. Each of
/// them is done before, or finds nothing; nothing remains that belongs to nothing.
///
/// Fails without `.for_no_key_update()` in `members::store::lock`.
#[actix_web::test]
async fn org_08_deletion_against_everything() {
    let world = World::new().await;
    world.ignores_emails();
    for who in ["ada", "alan", "grace", "joan", "marie"] {
        world.account(who).await;
    }
    let people = [("ada", "owner"), ("alan", "owner"), ("grace", "member"), ("joan", "member")];
    let slugs = rounds(&world, iterations(), &people);
    world.runs(
        "INSERT INTO invitations (id, organization_id, email, role, inviter_id, form_key, expires_at) \
         SELECT gen_random_uuid(), organizations.id, 'marie@example.org', 'member', primary_owner_id, gen_random_uuid(), \
            roster_now() + interval '7 days' FROM organizations",
    );
    let mut late = 0;
    let race = Race::new();
    for (n, slug) in slugs.iter().enumerate() {
        // Somebody who works all day has their allowances back.
        if n % 50 == 0 {
            world.runs("DELETE FROM throttles");
        }
        let id = world.texts(&format!(
            "SELECT invitations.id::text AS text FROM invitations JOIN organization_addresses USING (organization_id) WHERE slug = '{slug}'"
        ));
        let ada = within(&world, "ada", slug).await;
        let (invites, promotes) = (within(&world, "alan", slug).await, within(&world, "alan", slug).await);
        let moves = within::<ManageSettings>(&world, "alan", slug).await;
        let (creates, leaves) = (within(&world, "grace", slug).await, within(&world, "joan", slug).await);
        let accepts = invited(&world, "marie", InvitationId::parse(&id.concat()).unwrap()).await;

        let fate = organizations::DeletionMode::after(if n % 2 == 0 { 0 } else { 14 });
        let invitee =
            Recipient { email: EmailAddress::parse(&format!("guest{n}@example.org")).unwrap(), role: Role::Member };
        let terms = Terms { form: FormKey::fresh(), days: 7, last_day: None };
        let settings = OrganizationSettings {
            name: Title::parse("Moved").unwrap(),
            slug: Slug::parse(&format!("moved-{n}")).unwrap(),
            version: 1,
        };
        let details = project::ProjectDetails {
            name: Title::parse("Mill").unwrap(),
            description: project::Description::default(),
            web_address: project::WebAddress::default(),
            visibility: project::Visibility::Private,
        };
        let db = &world.db;
        let others = async {
            tokio::join!(
                tries(db, &invites, move |tx| invite(tx, &invitee, &terms)),
                tries(db, &accepts, accept),
                tries(db, &creates, move |tx| projects::create(tx, FormKey::fresh(), &details)),
                tries(db, &leaves, |tx| leave(tx, &dependents())),
                tries(db, &promotes, |tx| change_role(tx, &dependents(), &name("grace"), Role::Owner, true)),
                tries(db, &moves, move |tx| change_settings(tx, &settings)),
            )
        };
        let deletes = tries(db, &ada, move |tx| delete(tx, fate));
        let (deleted, others) = race.run(deletes, others).await;
        assert_eq!(deleted, Fate::Done);
        for fate in [others.0, others.1, others.2, others.3, others.4, others.5] {
            assert!(matches!(fate, Fate::Done | Fate::TooLate), "{fate:?}");
            late += usize::from(fate == Fate::TooLate);
        }
    }
    assert!((iterations() / 2..6 * iterations() - iterations() / 2).contains(&late), "no race: {late} came too late");

    assert_sound(&world);
    assert_eq!(world.number("SELECT count(*) AS number FROM organizations"), iterations() as i64 / 2);
    assert_eq!(world.number("SELECT count(*) AS number FROM organizations WHERE deleted_at IS NULL"), 0);
    // Nobody did anything after the end.
    let after = world.texts(
        "SELECT later.kind AS text FROM history later JOIN history gone USING (organization_id) \
         WHERE gone.kind = 'organization_deleted' AND later.at > gone.at AND later.kind NOT IN ('invitation_ended', 'organization_erased')",
    );
    assert_eq!(after, [""; 0]);
}
