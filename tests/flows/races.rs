//! Two who are at the same thing at once, on connections of their own. Each test says which line to
//! delete to see it fail.
//!
//! Most act through the domain functions, as the seeds do, so that many rounds fit into a few seconds.

mod account_deletion;
mod creating;
mod deleting;
mod expiry;
mod naming;
mod owning;
mod saving;
mod suspension;
mod undo;
mod waiting;

use std::cell::Cell;
use std::fmt::Debug;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

use roster::accounts::{CurrentAccount, session};
use roster::app;
use roster::authority::{Action, May};
use roster::db::{Change, Db, DbError, Lockable, Verdict, WriteTx};
use roster::ids::InvitationId;
use roster::invitations::{self, Invitee};
use roster::members::{self, MembershipDependents, OrganizationMember};
use roster::text::{Slug, Username};

use crate::shared::World;

/// How often each is tried: `ROSTER_TEST_ROUNDS` times, or 40.
pub(crate) fn iterations() -> usize {
    static ITERATIONS: OnceLock<usize> = OnceLock::new();
    *ITERATIONS.get_or_init(|| {
        let named = std::env::var("ROSTER_TEST_ROUNDS").ok();
        named.map_or(40, |named| named.parse().expect("ROSTER_TEST_ROUNDS to be a number"))
    })
}

tokio::task_local! {
    /// Which side of a race a task runs for.
    static SIDE: Side;
}

/// One side of a round.
#[derive(Clone)]
pub(crate) struct Side {
    number: usize,
    /// The side that was first to act under the lock, or 0.
    first: Arc<AtomicUsize>,
}

impl Side {
    /// The side that the current task runs for.
    pub(crate) fn current() -> Option<Self> {
        SIDE.try_with(Clone::clone).ok()
    }

    /// Notes that this side acts now.
    pub(crate) fn acts(&self) {
        let _ = self.first.compare_exchange(0, self.number, Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// Two acts at the same moment, round after round. At its end either must have been the first several times: where only
/// one order ever happens, nothing is raced.
pub(crate) struct Race {
    rounds: Cell<usize>,
    firsts: [Cell<usize>; 2],
}

impl Race {
    pub(crate) fn new() -> Self {
        Self { rounds: Cell::new(0), firsts: [Cell::new(0), Cell::new(0)] }
    }

    /// Runs both at once. The one that begins is often the first, so they take turns, in an order that has nothing to
    /// do with what tests choose by the parity of their rounds.
    pub(crate) async fn run<A, B>(&self, one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
        let first = Arc::new(AtomicUsize::new(0));
        let side = |number| Side { number, first: Arc::clone(&first) };
        let (one, other) = (SIDE.scope(side(1), one), SIDE.scope(side(2), other));
        let round = self.rounds.replace(self.rounds.get() + 1);
        let outcome = if round.count_ones().is_multiple_of(2) {
            tokio::join!(one, other)
        } else {
            let (other, one) = tokio::join!(other, one);
            (one, other)
        };
        if let Some(first) = self.firsts.get(first.load(Ordering::Relaxed).wrapping_sub(1)) {
            first.set(first.get() + 1);
        }
        outcome
    }
}

impl Drop for Race {
    fn drop(&mut self) {
        let (rounds, firsts) = (self.rounds.get(), self.firsts.each_ref().map(Cell::get));
        let least = (rounds / 20).max(1);
        assert!(
            thread::panicking() || firsts.iter().all(|first| *first >= least),
            "no race: of {rounds} rounds one side was first in {}, the other in {}",
            firsts[0],
            firsts[1]
        );
    }
}

/// How one of two fared.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    /// It was done.
    Done,
    /// The rules refused it.
    Refused(String),
    /// There is nothing here for them any more, or they may not any more.
    TooLate,
    /// What must not happen: the page would have been a failure of ours.
    Failed(String),
}

/// Does an action, and says how it went.
async fn tries<A, T, R>(
    db: &Db,
    by: &May<A>,
    verb: impl Fn(&mut WriteTx<A>) -> Verdict<Change<T>, R> + Send + 'static,
) -> Fate
where
    A: Action<Scope: Lockable>,
    T: Send + 'static,
    R: Debug + Send + 'static,
{
    let side = Side::current();
    let verb = move |tx: &mut WriteTx<A>| {
        if let Some(side) = &side {
            side.acts();
        }
        verb(tx)
    };
    match db.write(by, verb).await {
        Ok(Ok(_)) => Fate::Done,
        Ok(Err(refusal)) => Fate::Refused(format!("{refusal:?}")),
        Err(DbError::NotFound | DbError::Forbidden | DbError::SignedOut) => Fate::TooLate,
        Err(stop) => Fate::Failed(format!("{stop:?}")),
    }
}

/// Somebody in an organization, admitted before the race begins.
async fn within<A: Action<Scope = OrganizationMember>>(world: &World, who: &str, slug: &str) -> May<A> {
    let (username, slug) = (name(who), Slug::parse(slug).unwrap());
    let admitted =
        world.db.without_authorization(move |connection| members::for_seed(connection, &username, &slug)).await;
    admitted.unwrap().expect("somebody who may")
}

/// Somebody at their invitation, admitted before the race begins.
async fn invited<A: Action<Scope = Invitee>>(world: &World, who: &str, id: InvitationId) -> May<A> {
    let username = name(who);
    let admitted =
        world.db.without_authorization(move |connection| invitations::for_seed(connection, &username, id)).await;
    admitted.unwrap().expect("somebody who is invited")
}

/// Somebody by themselves, admitted before the race begins.
async fn alone<A: Action<Scope = CurrentAccount>>(world: &World, who: &str) -> May<A> {
    let username = name(who);
    let admitted = world.db.without_authorization(move |connection| session::for_seed(connection, &username)).await;
    admitted.unwrap().expect("somebody")
}

/// One person for each round, `guest-0` and so on with another beginning, put there behind the pages.
fn people(world: &World, beginning: &str, count: usize) -> Vec<String> {
    world.runs(&format!(
        "WITH people AS (INSERT INTO accounts (id, username, password_hash) \
            SELECT gen_random_uuid(), '{beginning}-' || n, '$argon2id$' FROM generate_series(0, {count} - 1) n RETURNING id, username) \
         INSERT INTO email_addresses (address, account_id, is_primary) SELECT username || '@example.org', id, true FROM people"
    ));
    (0..count).map(|n| format!("{beginning}-{n}")).collect()
}

/// Seats each of some people in the organization of their round.
fn seats(world: &World, beginning: &str, role: &str) {
    world.runs(&format!(
        "INSERT INTO memberships (organization_id, account_id, role) SELECT organization_addresses.organization_id, accounts.id, '{role}' \
         FROM accounts JOIN organization_addresses ON slug = replace(username, '{beginning}-', 'round-') WHERE username LIKE '{beginning}-%'; \
         UPDATE organizations SET member_count = (SELECT count(*) FROM memberships WHERE organization_id = organizations.id)"
    ));
}

fn name(who: &str) -> Username {
    Username::parse(who).unwrap()
}

fn dependents() -> MembershipDependents {
    app::membership_dependents()
}

/// One organization for each round, `round-0` and so on, of the same people; the first is the primary
/// owner.
fn rounds(world: &World, count: usize, people: &[(&str, &str)]) -> Vec<String> {
    let number = people.len();
    let mut statements = format!(
        "BEGIN; INSERT INTO organizations (id, name, primary_owner_id, form_key, member_count) \
         SELECT gen_random_uuid(), 'Round ' || n, accounts.id, gen_random_uuid(), {number} \
         FROM accounts, generate_series(0, {count} - 1) n WHERE username = '{}'; \
         INSERT INTO organization_addresses SELECT replace(lower(name), ' ', '-'), id, true FROM organizations;",
        people[0].0
    );
    for (who, role) in people {
        statements.push_str(&format!(
            "INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, accounts.id, '{role}' \
             FROM organizations, accounts WHERE username = '{who}';"
        ));
    }
    world.runs(&format!("{statements} COMMIT"));
    (0..count).map(|n| format!("round-{n}")).collect()
}

/// What must be so in every organization, whatever was raced: somebody owns it, it rests on an owner,
/// and it knows how many belong to it.
fn assert_sound(world: &World) {
    let unsound = world.texts(
        "SELECT name AS text FROM organizations WHERE NOT EXISTS (SELECT FROM memberships WHERE organization_id = organizations.id \
            AND account_id = primary_owner_id AND role = 'owner' AND suspended_at IS NULL) \
         OR member_count <> (SELECT count(*) FROM memberships WHERE organization_id = organizations.id)",
    );
    assert_eq!(unsound, [""; 0]);
}
