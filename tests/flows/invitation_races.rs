//! Two people at one invitation at the same moment, on real connections, many times over.
//!
//! Each says which line to delete to see it fail.

use std::convert::Infallible;

use roster::app;
use roster::authority::{Action, May, Role};
use roster::db::{Change, DbError, Lockable, Verdict, WriteTx};
use roster::ids::{FormKey, InvitationId};
use roster::invitations::acceptance::{self, AcceptInvitation};
use roster::invitations::rules::Recipient;
use roster::invitations::{self, CancelInvitation, InviteMembers, Terms};
use roster::members::{self, ManageMembers, MembershipChange, OrganizationMember};
use roster::organizations::{self, DeleteOrganization, DeletionMode};
use roster::text::{EmailAddress, Slug, Username};

use super::races::{Race, Side, iterations};
use crate::shared::World;

/// Ada and charles own Analytical Engines; grace and mary have accounts.
async fn world() -> World {
    let world = World::new().await;
    world.ignores_emails();
    for person in ["ada", "charles", "grace", "mary"] {
        world.account(person).await;
    }
    world.organization("Analytical Engines", &[("ada", "owner"), ("charles", "owner")]);
    world
}

fn slug() -> Slug {
    Slug::parse("analytical-engines").unwrap()
}

fn name(who: &str) -> Username {
    Username::parse(who).unwrap()
}

async fn within<A: Action<Scope = OrganizationMember>>(world: &World, who: &str) -> Option<May<A>> {
    let who = name(who);
    world.db.without_authorization(move |connection| members::for_seed(connection, &who, &slug())).await.unwrap()
}

async fn at_invitation(world: &World, who: &str, id: InvitationId) -> Option<May<AcceptInvitation>> {
    let who = name(who);
    world.db.without_authorization(move |connection| invitations::for_seed(connection, &who, id)).await.unwrap()
}

/// Does an action in a task of its own, so that two meet at the lock.
fn starts<A, T, R>(
    world: &World,
    by: May<A>,
    verb: impl Fn(&mut WriteTx<A>) -> Verdict<Change<T>, R> + Send + 'static,
) -> tokio::task::JoinHandle<Result<Result<T, R>, DbError>>
where
    A: Action<Scope: Lockable>,
    T: Send + 'static,
    R: Send + 'static,
{
    let (db, side) = (world.db.clone(), Side::current());
    let verb = move |tx: &mut WriteTx<A>| {
        if let Some(side) = &side {
            side.acts();
        }
        verb(tx)
    };
    tokio::spawn(async move { db.write(&by, verb).await })
}

/// A machine that breaks is no outcome of a race; that there is nothing any more is one.
fn calm<T>(outcome: Result<T, DbError>) -> Option<T> {
    match outcome {
        Ok(value) => Some(value),
        Err(DbError::NotFound | DbError::Forbidden | DbError::SignedOut) => None,
        Err(stop) => panic!("{stop}"),
    }
}

async fn invite(world: &World, who: &str, address: &str) -> InvitationId {
    let invitee = Recipient { email: EmailAddress::parse(address).unwrap(), role: Role::Member };
    let terms = Terms { form: FormKey::fresh(), days: 7, last_day: None };
    let by: May<InviteMembers> = within(world, who).await.expect("an owner");
    // The daily limits are another story.
    world.runs("DELETE FROM throttles");
    let sent = world.db.write(&by, move |tx| invitations::invite(tx, &invitee, &terms)).await.unwrap();
    sent.expect("an invitation").id
}

/// Everybody but the founders is gone again, and nothing is open.
fn clears(world: &World) {
    world.runs(
        "DELETE FROM memberships USING accounts WHERE account_id = accounts.id AND username IN ('grace', 'mary'); \
         DELETE FROM invitations; UPDATE organizations SET member_count = (SELECT count(*) FROM memberships WHERE organization_id = organizations.id)",
    );
}

/// What must hold after every round: who is a member accepted, and who accepted is a member.
fn holds(world: &World) {
    let odd = world.number(
        "SELECT count(*) AS number FROM invitations WHERE (ended_how IS NOT DISTINCT FROM 'accepted') <> EXISTS ( \
         SELECT FROM memberships JOIN accounts ON accounts.id = account_id \
         WHERE memberships.organization_id = invitations.organization_id AND username || '@example.org' = email)",
    );
    assert_eq!(
        odd,
        0,
        "{:?}",
        world.texts("SELECT email || ' ' || coalesce(ended_how, 'open') AS text FROM invitations")
    );
    let miscounted = world.number(
        "SELECT count(*) AS number FROM organizations WHERE member_count <> \
         (SELECT count(*) FROM memberships WHERE organization_id = organizations.id)",
    );
    assert_eq!(miscounted, 0);
}

/// INV-12. Delete the filter on `ended_at` from `store::claim` and from `store::cancel`, and the lock
/// from `Invited::secure`, to see it fail.
#[actix_web::test]
async fn accept_against_cancel() {
    let world = world().await;
    let (mut accepted, mut cancelled) = (0, 0);
    let race = Race::new();
    for _ in 0..iterations() {
        let id = invite(&world, "ada", "grace@example.org").await;
        let grace = at_invitation(&world, "grace", id).await.expect("an invited person");
        let ada: May<CancelInvitation> = within(&world, "ada").await.expect("an owner");
        let accepting = async { starts(&world, grace, acceptance::accept).await.unwrap() };
        let cancelling = async { starts(&world, ada, move |tx| invitations::cancel(tx, id)).await.unwrap() };
        let (accepted_now, cancelled_now) = race.run(accepting, cancelling).await;
        let joined = matches!(calm(accepted_now), Some(Ok(_)));
        let taken_back = matches!(calm(cancelled_now), Some(Ok(_)));
        assert!(joined != taken_back, "joined: {joined}, cancelled: {taken_back}");
        accepted += usize::from(joined);
        cancelled += usize::from(taken_back);
        holds(&world);
        clears(&world);
    }
    assert_eq!(accepted + cancelled, iterations());
}

/// INV-11. Delete the filter on `ended_at` from `store::claim`, and the lock from `Invited::secure`, to
/// see it fail.
#[actix_web::test]
async fn double_accept() {
    let world = world().await;
    for _ in 0..iterations() {
        let id = invite(&world, "ada", "grace@example.org").await;
        let mut tabs = Vec::new();
        for _ in 0..4 {
            tabs.push(at_invitation(&world, "grace", id).await.expect("an invited person"));
        }
        let accepting: Vec<_> = tabs.into_iter().map(|tab| starts(&world, tab, acceptance::accept)).collect();
        let mut joined = 0;
        for tab in accepting {
            joined += usize::from(matches!(calm(tab.await.unwrap()), Some(Ok(acceptance::Welcome::Joined))));
        }
        assert_eq!(joined, 1);
        holds(&world);
        let told = world.number(
            "SELECT count(*) AS number FROM outbox WHERE kind = 'membership' AND facts->>'for_themselves' = 'true'",
        );
        assert_eq!(told, 1, "the person is told once");
        world.runs("DELETE FROM outbox");
        clears(&world);
    }
}

/// INV-39. Delete the index `invitations_one_open_per_address` and the lock from `OrganizationMember::secure` to see
/// it fail.
#[actix_web::test]
async fn twenty_identical_invites() {
    let world = world().await;
    for _ in 0..iterations() / 10 {
        let mut inviting = Vec::new();
        for turn in 0..20 {
            let by: May<InviteMembers> =
                within(&world, if turn % 2 == 0 { "ada" } else { "charles" }).await.expect("an owner");
            let typed = if turn % 3 == 0 { "GRACE@example.org" } else { "grace@Example.org" };
            let invitee = Recipient { email: EmailAddress::parse(typed).unwrap(), role: Role::Member };
            let terms = Terms { form: FormKey::fresh(), days: 7, last_day: None };
            inviting.push(starts(&world, by, move |tx| invitations::invite(tx, &invitee, &terms)));
        }
        let mut sent = 0;
        for one in inviting {
            sent += usize::from(calm(one.await.unwrap()).is_some_and(|verdict| verdict.is_ok()));
        }
        assert_eq!(sent, 1);
        assert_eq!(world.number("SELECT count(*) AS number FROM invitations"), 1);
        assert_eq!(world.number("SELECT count(*) AS number FROM outbox WHERE kind = 'invitation'"), 1);
        world.runs("DELETE FROM outbox; DELETE FROM throttles");
        clears(&world);
    }
}

/// ORG-08. Delete the lock from `Invited::secure` to see it fail.
#[actix_web::test]
async fn deletion_against_accept() {
    let world = world().await;
    let race = Race::new();
    for _ in 0..iterations() {
        let id = invite(&world, "ada", "grace@example.org").await;
        let grace = at_invitation(&world, "grace", id).await.expect("an invited person");
        let ada: May<DeleteOrganization> = within(&world, "ada").await.expect("an owner");
        let fate = DeletionMode::Hidden { days: 14 };
        let deleting = async { starts(&world, ada, move |tx| organizations::delete(tx, fate)).await.unwrap() };
        let accepting = async { starts(&world, grace, acceptance::accept).await.unwrap() };
        let (deleted, accepted) = race.run(deleting, accepting).await;
        let deleted: Option<Result<_, Infallible>> = calm(deleted);
        assert!(deleted.is_some());
        let joined = calm(accepted).is_some_and(|accepted| accepted.is_ok());
        // A person who came too late finds it open again when the organization is restored.
        let open = world.number("SELECT count(*) AS number FROM invitations WHERE ended_at IS NULL");
        assert_eq!(open, i64::from(!joined));
        holds(&world);
        world.runs("UPDATE organizations SET deleted_at = NULL, erase_at = NULL");
        clears(&world);
    }
}

/// INV-15. Delete what asks for the inviter's role from `store::find_invited`, and the lock from
/// `Invited::secure`, to see it fail.
#[actix_web::test]
async fn demotion_of_the_inviter_against_accept() {
    let world = world().await;
    let race = Race::new();
    for _ in 0..iterations() {
        let id = invite(&world, "charles", "grace@example.org").await;
        let grace = at_invitation(&world, "grace", id).await.expect("an invited person");
        let ada: May<ManageMembers> = within(&world, "ada").await.expect("an owner");
        let demotes = |tx: &mut WriteTx<_>| {
            members::change_role(tx, &app::membership_dependents(), &name("charles"), Role::Member, true)
        };
        let demoting = async { starts(&world, ada, demotes).await.unwrap() };
        let accepting = async { starts(&world, grace, acceptance::accept).await.unwrap() };
        let (demoted, accepted) = race.run(demoting, accepting).await;
        assert!(matches!(calm(demoted), Some(Ok(_))));
        let joined = matches!(calm(accepted), Some(Ok(_)));
        holds(&world);
        // A person who joined did so while charles was an owner: the invitation was accepted, not ended.
        let how = world.texts("SELECT ended_how AS text FROM invitations");
        assert_eq!(how, [if joined { "accepted" } else { "inviter_lost_ownership" }]);
        world.runs("UPDATE memberships SET role = 'owner' FROM accounts WHERE account_id = accounts.id AND username = 'charles'");
        clears(&world);
    }
}

/// What would end is shown from the same rows that end.
#[actix_web::test]
async fn what_is_told_is_what_ends() {
    let world = world().await;
    invite(&world, "charles", "grace@example.org").await;
    let charles: May<ManageMembers> = within(&world, "charles").await.expect("an owner");
    let told = world.db.read(&charles, |read| {
        use roster::authority::OrganizationScope;
        use roster::db::Queries;
        let (organization, account) = (read.scope().organization_id(), read.scope().me().account());
        app::membership_dependents().would_end(
            read.connection(),
            organization,
            &[account],
            MembershipChange::Membership,
        )
    });
    let told = told.await.unwrap();
    assert!(told.len() == 1 && told[0].contains("grace@example.org"), "{told:?}");
}
