//! The only place that opens a transaction.
//!
//! [`Db::change`] takes a [`May`], begins, takes the lock that serialises all writes to the same
//! organization (or account), reads the authority again under it, and hands the verb a [`Work`]
//! stamped with the act. The verb answers with a [`Change`]: the value, what happened, and the
//! letters. All of it is committed, or none.
//!
//! # Locks
//! 1. A transaction that changes anything inside an organization starts with the organization's row,
//!    `FOR NO KEY UPDATE`: inserts into child tables take `FOR KEY SHARE` on it and are not in the
//!    way, where `FOR UPDATE` would be.
//! 2. A transaction about an account alone starts with the account's row.
//! 3. None takes two of a kind, so there is no order to get wrong.
//! 4. What ends or claims something is one conditional statement that returns the row; no row means
//!    that somebody else was first.

pub mod embedded;
pub mod throttle;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::connection::{Instrumentation, InstrumentationEvent, SimpleConnection};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool, PooledConnection};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use serde_json::Value;
use tokio::sync::Notify;

use crate::authority::{Act, Machine, May, Scope};
use crate::history::{Event, Happened};
use crate::ids::{AccountId, EventId, LetterId, OrganizationId};
use crate::post::Envelope;
use crate::schema::{history, outbox};
use crate::text::Username;

/// The migrations, inside the binary.
const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// Any number that no other program on the same server uses: one Roster migrates at a time.
const MIGRATION_LOCK: i64 = 0x0005_2057_4552;

/// How often a transaction is tried that lost against another through no fault of its own.
const TRIES: u32 = 3;

/// Why the machine could not do its part. What a person may be refused is never a `Stop`.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// The database does not answer, or not in time.
    #[error("the database is away: {0}")]
    Away(String),
    /// Somebody else held the lock for too long.
    #[error("somebody else holds the lock")]
    Busy,
    /// A statement failed.
    #[error(transparent)]
    Database(DieselError),
    /// The authority was taken away before the lock was ours: there is nothing here for this person.
    #[error("not here any more")]
    NotHere,
    /// The authority shrank before the lock was ours.
    #[error("not allowed any more")]
    NotYours,
    /// The session ended before the lock was ours.
    #[error("signed out meanwhile")]
    SignedOut,
    /// Something that cannot be, told to the log.
    #[error("{0}")]
    Broken(String),
}

impl From<DieselError> for Stop {
    fn from(error: DieselError) -> Self {
        match &error {
            DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                _,
            ) => Self::Away(error.to_string()),
            DieselError::DatabaseError(DatabaseErrorKind::Unknown, told) if told.message().contains("lock timeout") => {
                Self::Busy
            }
            DieselError::DatabaseError(_, told) if told.message().contains("server closed the connection") => {
                Self::Away(error.to_string())
            }
            _ => Self::Database(error),
        }
    }
}

impl Stop {
    /// Whether the same transaction may succeed at once: it was the victim of another.
    fn passes(&self) -> bool {
        match self {
            Self::Database(DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _)) => true,
            Self::Database(DieselError::DatabaseError(_, told)) => told.message().contains("deadlock detected"),
            _ => false,
        }
    }
}

/// The name of the constraint that refused a statement, for turning it into a refusal.
pub fn refused_by(error: &DieselError) -> Option<&str> {
    match error {
        DieselError::DatabaseError(_, told) => told.constraint_name(),
        _ => None,
    }
}

/// The answer of a verb: the outer result is the machine's, for `?`; the inner one the house's, for
/// `match`.
pub type Verdict<T, R> = Result<Result<T, R>, Stop>;

/// A scope whose authority can be read again under a lock.
pub trait Secure: Scope {
    /// Takes the lock behind which the act happens, and reads the scope anew. An act that is allowed
    /// no more is [`Stop::NotHere`], [`Stop::NotYours`] or [`Stop::SignedOut`].
    fn secure(&self, need: Self::Need, connection: &mut PgConnection) -> Result<Self, Stop>;
}

impl Secure for Machine {
    fn secure(&self, (): (), connection: &mut PgConnection) -> Result<Self, Stop> {
        Ok(self.at(now(connection)?))
    }
}

/// The clock by which everything expires.
pub fn now(connection: &mut PgConnection) -> Result<DateTime<Utc>, Stop> {
    Ok(diesel::select(roster_now()).get_result(connection)?)
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// The time, told by the database: by it alone things expire.
    fn roster_now() -> diesel::sql_types::Timestamptz;
}

/// What a verb has changed: the value, what happened, and the letters that say so. There is none
/// without an event, except for what was so already.
#[derive(Debug)]
pub struct Change<T> {
    value: T,
    events: Vec<Event>,
    envelopes: Vec<Envelope>,
}

impl<T> Change<T> {
    /// A change, and what is written of it.
    pub fn recorded(value: T, happened: Happened) -> Self {
        Self { value, events: vec![happened.into()], envelopes: Vec::new() }
    }

    /// Nothing new: what was asked for was so already, by an earlier click or another tab.
    pub const fn already(value: T) -> Self {
        Self { value, events: Vec::new(), envelopes: Vec::new() }
    }

    /// One more thing that happened with it.
    #[must_use]
    pub fn and(mut self, happened: Happened) -> Self {
        self.events.push(happened.into());
        self
    }

    /// Says whose history this belongs to, where the act's scope cannot know.
    #[must_use]
    pub fn within(mut self, organization: OrganizationId) -> Self {
        for event in &mut self.events {
            event.organization.get_or_insert(organization);
        }
        self
    }

    /// Says who did it, where the act's scope cannot know yet.
    #[must_use]
    pub fn by(mut self, account: AccountId, username: &Username) -> Self {
        for event in &mut self.events {
            event.by.get_or_insert_with(|| (account, username.clone()));
        }
        self
    }

    /// A letter that says so.
    #[must_use]
    pub fn mailing(mut self, envelope: Envelope) -> Self {
        self.envelopes.push(envelope);
        self
    }

    /// Letters that say so.
    #[must_use]
    pub fn mailing_all(mut self, envelopes: impl IntoIterator<Item = Envelope>) -> Self {
        self.envelopes.extend(envelopes);
        self
    }

    /// What another verb changed with it, in the same transaction.
    #[must_use]
    pub fn with<U>(mut self, other: Change<U>) -> Self {
        self.events.extend(other.events);
        self.envelopes.extend(other.envelopes);
        self
    }

    /// The same change with another value to answer with.
    pub fn map<U>(self, turn: impl FnOnce(T) -> U) -> Change<U> {
        Change { value: turn(self.value), events: self.events, envelopes: self.envelopes }
    }
}

/// A transaction that may do the act `A`, and nothing else.
///
/// ```compile_fail,E0308
/// use roster::invitations::{self, Terms, rules::Invitee};
/// use roster::{db::Work, members::SeeMembers};
/// fn sneak(work: &mut Work<SeeMembers>, whom: &Invitee, terms: &Terms) {
///     let _ = invitations::invite(work, whom, terms);
/// }
/// ```
pub struct Work<'c, A: Act> {
    connection: &'c mut PgConnection,
    scope: A::Scope,
}

/// A connection for looking at what the act `A` may see. It opens no transaction: a page asks few
/// questions, and each sees one moment.
pub struct Read<'c, A: Act> {
    connection: &'c mut PgConnection,
    by: May<A>,
}

/// What reading and writing have in common, for questions that both ask.
pub trait Asking {
    /// The act behind it.
    type Act: Act;

    /// The connection, for a feature's store.
    fn connection(&mut self) -> &mut PgConnection;

    /// Who asks, and where.
    fn scope(&self) -> &<Self::Act as Act>::Scope;
}

impl<A: Act> Asking for Work<'_, A> {
    type Act = A;

    fn connection(&mut self) -> &mut PgConnection {
        self.connection
    }

    fn scope(&self) -> &A::Scope {
        &self.scope
    }
}

impl<A: Act> Asking for Read<'_, A> {
    type Act = A;

    fn connection(&mut self) -> &mut PgConnection {
        self.connection
    }

    fn scope(&self) -> &A::Scope {
        &self.by
    }
}

impl<A: Act> Work<'_, A> {
    /// The moment the lock was taken.
    pub fn now(&self) -> DateTime<Utc> {
        self.scope.now()
    }
}

impl<A: Act> Read<'_, A> {
    /// The moment the request was admitted.
    pub fn now(&self) -> DateTime<Utc> {
        self.by.now()
    }
}

/// How Roster reaches its database.
#[derive(Clone)]
pub struct Db {
    pool: Pool<ConnectionManager<PgConnection>>,
    queries: Arc<AtomicU64>,
    offset: Arc<AtomicI64>,
    posted: Arc<Notify>,
}

/// A pool could not be made, or a migration failed.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// Nobody answers at the address.
    #[error("cannot reach the database: {0}")]
    Unreachable(String),
    /// A migration failed.
    #[error("cannot migrate the database: {0}")]
    Migration(String),
}

impl Db {
    /// Opens `size` connections to the database at `url`, or says why not within five seconds.
    pub fn connect(url: &str, size: u32) -> Result<Self, DbError> {
        let queries = Arc::new(AtomicU64::new(0));
        let pool = Pool::builder()
            .max_size(size)
            .min_idle(Some(size.min(2)))
            .connection_timeout(Duration::from_secs(2))
            .connection_customizer(Box::new(Customs { queries: Arc::clone(&queries) }))
            .build(ConnectionManager::new(url))
            .map_err(|error| DbError::Unreachable(error.to_string()))?;
        Ok(Self { pool, queries, offset: Arc::default(), posted: Arc::default() })
    }

    /// Brings the schema up to date, one Roster at a time.
    pub fn migrate(&self) -> Result<usize, DbError> {
        let failed = |error: &dyn std::fmt::Display| DbError::Migration(error.to_string());
        let mut connection = self.pool.get().map_err(|error| DbError::Unreachable(error.to_string()))?;
        // Migrations may take longer than a page may.
        connection
            .batch_execute(&format!(
                "SET statement_timeout = 0; SET lock_timeout = 0; SELECT pg_advisory_lock({MIGRATION_LOCK})"
            ))
            .map_err(|error| failed(&error))?;
        let done = connection.run_pending_migrations(MIGRATIONS).map(|done| done.len()).map_err(|error| failed(&error));
        connection
            .batch_execute(&format!("SELECT pg_advisory_unlock({MIGRATION_LOCK}); {TIMEOUTS}"))
            .map_err(|error| failed(&error))?;
        done
    }

    /// Does the act: see the module.
    pub async fn change<A, T, R, V>(&self, by: &May<A>, verb: V) -> Verdict<T, R>
    where
        A: Act<Scope: Secure>,
        T: Send + 'static,
        R: Send + 'static,
        V: Fn(&mut Work<A>) -> Verdict<Change<T>, R> + Send + 'static,
    {
        let by = by.again();
        let done = self.blocking(move |connection| {
            for tried in 1.. {
                match attempt(connection, &by, &verb) {
                    Err(stop) if stop.passes() && tried < TRIES => {}
                    answer => return answer,
                }
            }
            Err(Stop::Busy)
        });
        let done = done.await;
        self.posted.notify_one();
        done
    }

    /// Waits until something may have been put into the outbox.
    pub async fn posted(&self) {
        self.posted.notified().await;
    }

    /// Looks at what the act may see.
    pub async fn read<A, T, Q>(&self, by: &May<A>, question: Q) -> Result<T, Stop>
    where
        A: Act,
        T: Send + 'static,
        Q: FnOnce(&mut Read<A>) -> Result<T, Stop> + Send + 'static,
    {
        let by = by.again();
        self.blocking(move |connection| question(&mut Read { connection, by })).await
    }

    /// Asks without a proof: for admission, which makes the proofs, and for machinery (the outbox,
    /// throttles). Features use [`Db::read`] and [`Db::change`]; a test holds them to it.
    pub async fn unproven<T, Q>(&self, question: Q) -> Result<T, Stop>
    where
        T: Send + 'static,
        Q: FnOnce(&mut PgConnection) -> Result<T, Stop> + Send + 'static,
    {
        self.blocking(question).await
    }

    /// Statements sent so far, transaction brackets and pings aside: the tests hold pages to few.
    pub fn queries(&self) -> u64 {
        self.queries.load(Ordering::Relaxed)
    }

    /// Moves this Roster's clock, for demonstrations and tests: see `roster_now` in the migrations.
    pub fn set_clock(&self, ahead: TimeDelta) {
        self.offset.store(ahead.num_seconds(), Ordering::Relaxed);
    }

    /// The moment it is for this Roster, without asking the database: for machinery alone.
    pub fn about_now(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::seconds(self.offset.load(Ordering::Relaxed))
    }

    /// Runs a closure with a connection where it may block. It is not cancelled when the one who
    /// asked goes away: a change is made or not made, never half.
    async fn blocking<T, Q>(&self, question: Q) -> Result<T, Stop>
    where
        T: Send + 'static,
        Q: FnOnce(&mut PgConnection) -> Result<T, Stop> + Send + 'static,
    {
        let db = self.clone();
        let told = tokio::task::spawn_blocking(move || question(&mut *db.connection()?)).await;
        told.unwrap_or_else(|error| Err(Stop::Broken(error.to_string())))
    }

    fn connection(&self) -> Result<PooledConnection<ConnectionManager<PgConnection>>, Stop> {
        let mut connection = self.pool.get().map_err(|error| Stop::Away(error.to_string()))?;
        let ahead = self.offset.load(Ordering::Relaxed);
        if ahead != 0 {
            connection.batch_execute(&format!("SET roster.clock_offset = '{ahead}'"))?;
        }
        Ok(connection)
    }
}

/// One attempt at a change.
fn attempt<A, T, R>(
    connection: &mut PgConnection,
    by: &May<A>,
    verb: &impl Fn(&mut Work<A>) -> Verdict<Change<T>, R>,
) -> Verdict<T, R>
where
    A: Act<Scope: Secure>,
{
    let outcome = connection.build_transaction().run(|connection| {
        let scope = by.secure(A::NEEDS, connection)?;
        let mut work = Work { connection, scope };
        let change = verb(&mut work)?.map_err(Abort::Refused)?;
        let Work { connection, scope } = work;
        write(connection, &scope, change.events, change.envelopes)?;
        Ok(change.value)
    });
    match outcome {
        Ok(value) => Ok(Ok(value)),
        Err(Abort::Refused(refusal)) => Ok(Err(refusal)),
        Err(Abort::Stop(stop)) => Err(stop),
    }
}

/// Why a transaction is rolled back.
enum Abort<R> {
    Refused(R),
    Stop(Stop),
}

impl<R> From<DieselError> for Abort<R> {
    fn from(error: DieselError) -> Self {
        Self::Stop(error.into())
    }
}

impl<R> From<Stop> for Abort<R> {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

/// Writes the lines of history and the letters of a change.
fn write<S: Scope>(
    connection: &mut PgConnection,
    scope: &S,
    events: Vec<Event>,
    envelopes: Vec<Envelope>,
) -> Result<(), Stop> {
    let actor = scope.actor();
    let lines: Vec<_> = events
        .into_iter()
        .map(|event| {
            let kind = event.happened.kind();
            let details = serde_json::to_value(&event.happened).unwrap_or(Value::Null);
            let (who, name) = match event.by {
                Some((account, username)) => (Some(account), username.to_string()),
                None => (actor.id, actor.name.clone()),
            };
            (
                history::id.eq(EventId::fresh()),
                history::organization_id.eq(event.organization.or_else(|| scope.organization())),
                history::actor_id.eq(who),
                history::actor_name.eq(name),
                history::kind.eq(kind),
                history::details.eq(details),
                history::source.eq(actor.source.clone()),
            )
        })
        .collect();
    if !lines.is_empty() {
        diesel::insert_into(history::table).values(lines).execute(connection)?;
    }
    // A statement takes at most 65,535 parameters.
    for some in envelopes.chunks(5_000) {
        let letters: Vec<_> = some
            .iter()
            .map(|envelope| {
                (
                    outbox::id.eq(LetterId::fresh()),
                    outbox::kind.eq(envelope.kind),
                    outbox::facts.eq(&envelope.facts),
                    outbox::recipient.eq(envelope.to.as_str()),
                    outbox::about.eq(envelope.about),
                )
            })
            .collect();
        diesel::insert_into(outbox::table).values(letters).execute(connection)?;
    }
    Ok(())
}

/// What every connection is told when it is opened: nobody waits for long.
const TIMEOUTS: &str =
    "SET statement_timeout = '5s'; SET lock_timeout = '2s'; SET idle_in_transaction_session_timeout = '10s'";

#[derive(Debug)]
struct Customs {
    queries: Arc<AtomicU64>,
}

impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for Customs {
    fn on_acquire(&self, connection: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        connection
            .batch_execute(&format!("{TIMEOUTS}; SET client_min_messages = 'warning'; SET timezone = 'UTC'"))
            .map_err(diesel::r2d2::Error::QueryError)?;
        connection.set_instrumentation(Counter { queries: Arc::clone(&self.queries) });
        Ok(())
    }
}

/// Counts the statements that cost a page its time.
struct Counter {
    queries: Arc<AtomicU64>,
}

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let told = query.to_string();
            let bracket = ["BEGIN", "COMMIT", "ROLLBACK", "SELECT 1", "SET "].iter().any(|word| told.starts_with(word));
            if !bracket {
                self.queries.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}
