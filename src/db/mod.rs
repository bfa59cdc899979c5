//! The only place that opens a transaction.
//!
//! [`Db::write`] takes a [`May`], begins, takes the lock that serialises all writes to the same
//! organization (or account), reads the authority again under it, and hands the domain function a [`WriteTx`]
//! stamped with the action. The domain function answers with a [`Change`]: the value, what happened, and the
//! emails. All of it is committed, or none.
//!
//! # Locks
//! 1. A transaction that changes anything inside an organization starts with the organization's row,
//!    `FOR NO KEY UPDATE`: inserts into child tables take `FOR KEY SHARE` on it and are not in the
//!    way, where `FOR UPDATE` would be.
//! 2. A transaction about an account starts with the account's row; one about both takes the account's
//!    first.
//! 3. None takes two of a kind, so there is no other order to get wrong. Two kinds of transaction aside:
//!    the person who deletes their account, and the operator who suspends one, take the account's row and then every
//!    organization it belongs to, in ascending order of their ids. All others hold one organization and wait
//!    for no second, so only such transactions can meet, and they meet in the same order.
//! 4. What ends or claims something is one conditional statement that returns the row; no row means
//!    that somebody else was first.

mod call_deadline;
mod change;
mod connections;
pub mod embedded;
mod enqueue;
pub mod erasing;
mod error;
pub mod failures;
mod lock_queues;
pub mod prepared;
pub mod sweep;
pub mod throttle;
mod transaction;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::connection::{InstrumentationEvent, SimpleConnection};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool, PooledConnection, R2D2Connection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use tokio::sync::{Notify, Semaphore};
use tokio::time::timeout;

use crate::authority::{Action, May, Scope, SystemActor};
use call_deadline::{CallDeadline, SEATED_WITHIN, Watch};
pub use change::Change;
use connections::{ConnectionSetup, TIMEOUTS, within_reach};
pub use error::{CONFLICTS, DbError, Verdict, refused_by};
use lock_queues::LockQueues;
use transaction::attempt;
pub use transaction::{Queries, ReadTx, WriteTx};

/// The migrations, inside the binary.
const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// Any number that no other program on the same server uses: one Roster migrates at a time.
const MIGRATION_LOCK: i64 = 0x0005_2057_4552;

/// How often a transaction is tried that lost against another through no error of its own.
const TRIES: u32 = 3;

/// A scope whose authority can be read again under a lock.
pub trait Lockable: Scope {
    /// Takes the lock behind which the action happens, and reads the scope again. An act that is allowed
    /// no longer is [`DbError::NotFound`], [`DbError::Forbidden`] or [`DbError::SignedOut`].
    fn lock_and_reload(&self, need: Self::Need, connection: &mut PgConnection) -> Result<Self, DbError>;
}

/// A scope whose authority can be read again without a lock, for what is looked at long after its request
/// was admitted.
pub trait Revalidate: Scope {
    /// Reads the scope again, and gives the proof again. An act that is no longer allowed is refused as by
    /// [`Lockable::lock_and_reload`].
    fn reload<A: Action<Scope = Self>>(&self, connection: &mut PgConnection) -> Result<May<A>, DbError>;
}

impl Lockable for SystemActor {
    fn lock_and_reload(&self, (): (), connection: &mut PgConnection) -> Result<Self, DbError> {
        Ok(self.at(now(connection)?))
    }
}

/// The clock by which everything expires.
pub fn now(connection: &mut PgConnection) -> Result<DateTime<Utc>, DbError> {
    Ok(diesel::select(roster_now()).get_result(connection)?)
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// The time, given by the database: by it alone things expire.
    fn roster_now() -> diesel::sql_types::Timestamptz;

    /// Whether a membership with this end has not come to it: compared with every question for authority.
    #[sql_name = "lasts"]
    fn is_live(ends_at: diesel::sql_types::Nullable<diesel::sql_types::Timestamptz>) -> diesel::sql_types::Bool;

    /// Whether a background task may try a row: it is neither put off after a failure nor set aside ([`failures`]).
    fn may_be_tried(
        task: diesel::sql_types::Text,
        subject: diesel::sql_types::Uuid,
        within: diesel::sql_types::Uuid,
    ) -> diesel::sql_types::Bool;
}

/// A connection that goes back to the pool.
type Pooled = PooledConnection<ConnectionManager<PgConnection>>;

/// How Roster reaches its database.
#[derive(Clone)]
pub struct Db {
    pool: Pool<ConnectionManager<PgConnection>>,
    queries: Arc<AtomicU64>,
    /// How far the database's own settings move its clock, in seconds.
    base: i64,
    /// How far the clock of this Roster is moved, in seconds.
    offset: Arc<AtomicI64>,
    /// Whether the clock was ever moved: from then on connections of the pool may still hold another time.
    moved: Arc<AtomicBool>,
    posted: Arc<Notify>,
    lock_queues: LockQueues,
    /// As many calls run at once as there are connections.
    seats: Arc<Semaphore>,
}

/// A pool could not be made, or a migration failed.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nobody answers at the address.
    #[error("cannot reach the database: {0}")]
    Unreachable(String),
    /// A pooler hands out connections for a transaction each.
    #[error(
        "DATABASE_URL leads to a pooler in transaction or statement mode, which forgets what a connection was told: \
         let it pool sessions (in PgBouncer: pool_mode = session), or name PostgreSQL itself"
    )]
    Shared,
    /// A migration failed.
    #[error("cannot migrate the database: {0}")]
    Migration(String),
}

impl Db {
    /// Refuses a database behind a pooler that shares connections between transactions.
    ///
    /// # Errors
    ///
    /// [`ConnectError::Shared`] behind such a pooler. Whether there is a database is for [`Db::connect`] to say.
    pub fn refuse_shared(url: &str) -> Result<(), ConnectError> {
        if connections::is_shared(url) { Err(ConnectError::Shared) } else { Ok(()) }
    }

    /// Opens `size` connections to the database at `url`, or says why not within five seconds.
    pub fn connect(url: &str, size: u32) -> Result<Self, ConnectError> {
        let queries = Arc::new(AtomicU64::new(0));
        let pool = Pool::builder()
            .max_size(size)
            .min_idle(Some(size.min(2)))
            .connection_timeout(Duration::from_secs(2))
            .connection_customizer(Box::new(ConnectionSetup))
            // A connection that has broken is noticed when it is used: see `blocking`.
            .test_on_check_out(false)
            .build(ConnectionManager::new(within_reach(url)))
            .map_err(|error| ConnectError::Unreachable(error.to_string()))?;
        let unreachable = |error: &dyn std::fmt::Display| ConnectError::Unreachable(error.to_string());
        let mut connection = pool.get().map_err(|error| unreachable(&error))?;
        let base = connections::clock_offset(&mut connection).map_err(|error| unreachable(&error))?;
        drop(connection);
        Ok(Self {
            pool,
            queries,
            base,
            offset: Arc::new(AtomicI64::new(base)),
            moved: Arc::default(),
            posted: Arc::default(),
            lock_queues: LockQueues::default(),
            seats: Arc::new(Semaphore::new(usize::try_from(size).unwrap_or(1))),
        })
    }

    /// Brings the schema up to date, one Roster at a time.
    pub fn migrate(&self) -> Result<usize, ConnectError> {
        let failed = |error: &dyn std::fmt::Display| ConnectError::Migration(error.to_string());
        let mut connection = self.pool.get().map_err(|error| ConnectError::Unreachable(error.to_string()))?;
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

    /// Does the action: see the module.
    pub async fn write<A, T, R, V>(&self, by: &May<A>, verb: V) -> Verdict<T, R>
    where
        A: Action<Scope: Lockable>,
        T: Send + 'static,
        R: Send + 'static,
        V: Fn(&mut WriteTx<A>) -> Verdict<Change<T>, R> + Send + 'static,
    {
        let place = self.lock_queues.join(&**by).await?;
        let by = by.again();
        let done = self.blocking(move |connection, deadline| {
            // Given back by the work, and not by a request that may be dropped before it.
            let _place = &place;
            for tried in 1.. {
                match attempt(connection, &by, deadline, &verb) {
                    Err(error) if error.passes() && tried < TRIES => {}
                    answer => return answer,
                }
            }
            Err(DbError::LockTimeout)
        });
        let done = done.await;
        self.posted.notify_one();
        done
    }

    /// Waits until something may have been put into the outbox.
    pub async fn outbox_filled(&self) {
        self.posted.notified().await;
    }

    /// Looks at what the action may see.
    pub async fn read<A, T, Q>(&self, by: &May<A>, question: Q) -> Result<T, DbError>
    where
        A: Action,
        T: Send + 'static,
        Q: FnOnce(&mut ReadTx<A>) -> Result<T, DbError> + Clone + Send + 'static,
    {
        let by = by.again();
        self.blocking(move |connection, _| question.clone()(&mut ReadTx { connection, by: by.again() })).await
    }

    /// Looks at what the action may see now: its authority is read again first.
    pub async fn read_revalidated<A, T, Q>(&self, by: &May<A>, question: Q) -> Result<T, DbError>
    where
        A: Action<Scope: Revalidate>,
        T: Send + 'static,
        Q: FnOnce(&mut ReadTx<A>) -> Result<T, DbError> + Clone + Send + 'static,
    {
        let by = by.again();
        self.blocking(move |connection, _| {
            let by = by.reload(connection)?;
            question.clone()(&mut ReadTx { connection, by })
        })
        .await
    }

    /// Asks without a proof: for admission, which makes the proofs, and for machinery (the outbox,
    /// throttles). Features use [`Db::read`] and [`Db::write`]; a test holds them to it.
    pub async fn without_authorization<T, Q>(&self, question: Q) -> Result<T, DbError>
    where
        T: Send + 'static,
        Q: FnOnce(&mut PgConnection) -> Result<T, DbError> + Clone + Send + 'static,
    {
        self.blocking(move |connection, _| question.clone()(connection)).await
    }

    /// Statements sent so far, transaction brackets aside: the tests hold pages to few.
    pub fn queries(&self) -> u64 {
        self.queries.load(Ordering::Relaxed)
    }

    /// Moves this Roster's clock ahead of its database's, for demonstrations and tests: see `roster_now` in the
    /// migrations.
    pub fn set_clock(&self, ahead: TimeDelta) {
        self.offset.store(self.base + ahead.num_seconds(), Ordering::Relaxed);
        self.moved.store(true, Ordering::Relaxed);
    }

    /// The moment it is for this Roster, without asking the database: for machinery alone.
    pub fn approximate_now(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::seconds(self.offset.load(Ordering::Relaxed))
    }

    /// Runs a closure with a connection where it may block. It is not cancelled when the one who
    /// asked goes away: a change is made or not made, never half. A server that says nothing is not waited
    /// for: see [`deadline`].
    ///
    /// Connections are not tried before they are used. One that broke while nobody used it, when its server was started
    /// again say, fails at its first statement; then nothing was done, and the call is made once more.
    async fn blocking<T, Q>(&self, question: Q) -> Result<T, DbError>
    where
        T: Send + 'static,
        Q: Fn(&mut PgConnection, &CallDeadline) -> Result<T, DbError> + Send + 'static,
    {
        let seat = timeout(SEATED_WITHIN, Arc::clone(&self.seats).acquire_owned()).await;
        let Ok(Ok(seat)) = seat else { return Err(DbError::Unavailable("every connection is in use".to_owned())) };
        let (db, deadline) = (self.clone(), CallDeadline::default());
        let waiting = deadline.clone();
        let call = tokio::task::spawn_blocking(move || {
            let _seat = seat;
            deadline.begins();
            let connection = db.pool.get().map_err(|error| DbError::Unavailable(error.to_string()))?;
            match db.call(connection, &deadline, &question) {
                Err(DbError::Unavailable(_)) if !deadline.is_answered() => {
                    deadline.begins();
                    db.call(db.live_connection()?, &deadline, &question)
                }
                answer => answer,
            }
        });
        waiting.wait(call).await
    }

    fn call<T>(
        &self,
        mut connection: Pooled,
        deadline: &CallDeadline,
        question: &impl Fn(&mut PgConnection, &CallDeadline) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        let connection = &mut *connection;
        if self.moved.load(Ordering::Relaxed) {
            connection.set_instrumentation(|_: InstrumentationEvent<'_>| {});
            let ahead = self.offset.load(Ordering::Relaxed);
            connection.batch_execute(&format!("SET roster.clock_offset = '{ahead}'"))?;
        }
        deadline.ends();
        if deadline.is_given_up() {
            return Err(DbError::Unavailable("the caller gave up".to_owned()));
        }
        connection.set_instrumentation(Watch::over(deadline, &self.queries));
        question(connection, deadline).map_err(|error| match connection.is_broken() {
            true => DbError::Unavailable(error.to_string()),
            false => error,
        })
    }

    /// A connection that was tried. Those that have broken are dropped on the way.
    fn live_connection(&self) -> Result<Pooled, DbError> {
        for _ in 0..=self.pool.max_size() {
            let mut connection = self.pool.get().map_err(|error| DbError::Unavailable(error.to_string()))?;
            if connection.ping().is_ok() {
                return Ok(connection);
            }
        }
        Err(DbError::Unavailable("no connection lives".to_owned()))
    }
}
