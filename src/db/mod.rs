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
//! 2. A transaction about an account starts with the account's row; one about both takes the account's
//!    first.
//! 3. None takes two of a kind, so there is no other order to get wrong. Two kinds of transaction aside:
//!    whoever deletes their account, and the operator who suspends one, take the account's row and then every
//!    organization it belongs to, in ascending order of their ids. All others hold one organization and wait
//!    for no second, so only such transactions can meet, and they meet in the same order.
//! 4. What ends or claims something is one conditional statement that returns the row; no row means
//!    that somebody else was first.

mod change;
mod connections;
mod crowds;
pub mod embedded;
pub mod erasing;
pub mod failures;
mod patience;
mod posting;
pub mod prepared;
mod stop;
pub mod sweep;
pub mod throttle;
mod work;

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

use crate::authority::{Act, Machine, May, Scope};
pub use change::Change;
use connections::{Customs, TIMEOUTS, within_reach};
use crowds::Crowds;
use patience::{Patience, SEATED_WITHIN, Watch};
pub use stop::{CONFLICTS, Stop, Verdict, refused_by};
use work::attempt;
pub use work::{Asking, Read, Work};

/// The migrations, inside the binary.
const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// Any number that no other program on the same server uses: one Roster migrates at a time.
const MIGRATION_LOCK: i64 = 0x0005_2057_4552;

/// How often a transaction is tried that lost against another through no fault of its own.
const TRIES: u32 = 3;

/// A scope whose authority can be read again under a lock.
pub trait Secure: Scope {
    /// Takes the lock behind which the act happens, and reads the scope anew. An act that is allowed
    /// no more is [`Stop::NotHere`], [`Stop::NotYours`] or [`Stop::SignedOut`].
    fn secure(&self, need: Self::Need, connection: &mut PgConnection) -> Result<Self, Stop>;
}

/// A scope whose authority can be read again without a lock, for what is looked at long after its request
/// was admitted.
pub trait Lasting: Scope {
    /// Reads the scope anew, and gives the proof again. An act that is allowed no more is refused as by
    /// [`Secure::secure`].
    fn still<A: Act<Scope = Self>>(&self, connection: &mut PgConnection) -> Result<May<A>, Stop>;
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

    /// Whether a membership with this end has not come to it: compared with every question for authority.
    fn lasts(ends_at: diesel::sql_types::Nullable<diesel::sql_types::Timestamptz>) -> diesel::sql_types::Bool;

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
    crowds: Crowds,
    /// As many calls run at once as there are connections.
    seats: Arc<Semaphore>,
}

/// A pool could not be made, or a migration failed.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
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
    /// [`DbError::Shared`] behind such a pooler. Whether there is a database is for [`Db::connect`] to say.
    pub fn refuse_shared(url: &str) -> Result<(), DbError> {
        if connections::is_shared(url) { Err(DbError::Shared) } else { Ok(()) }
    }

    /// Opens `size` connections to the database at `url`, or says why not within five seconds.
    pub fn connect(url: &str, size: u32) -> Result<Self, DbError> {
        let queries = Arc::new(AtomicU64::new(0));
        let pool = Pool::builder()
            .max_size(size)
            .min_idle(Some(size.min(2)))
            .connection_timeout(Duration::from_secs(2))
            .connection_customizer(Box::new(Customs))
            // A connection that has broken is noticed when it is used: see `blocking`.
            .test_on_check_out(false)
            .build(ConnectionManager::new(within_reach(url)))
            .map_err(|error| DbError::Unreachable(error.to_string()))?;
        let unreachable = |error: &dyn std::fmt::Display| DbError::Unreachable(error.to_string());
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
            crowds: Crowds::default(),
            seats: Arc::new(Semaphore::new(usize::try_from(size).unwrap_or(1))),
        })
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
        let place = self.crowds.join(&**by).await?;
        let by = by.again();
        let done = self.blocking(move |connection, patience| {
            // Given back by the work, and not by a request that may be dropped before it.
            let _place = &place;
            for tried in 1.. {
                match attempt(connection, &by, patience, &verb) {
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
        Q: FnOnce(&mut Read<A>) -> Result<T, Stop> + Clone + Send + 'static,
    {
        let by = by.again();
        self.blocking(move |connection, _| question.clone()(&mut Read { connection, by: by.again() })).await
    }

    /// Looks at what the act may see now: its authority is read again first.
    pub async fn read_again<A, T, Q>(&self, by: &May<A>, question: Q) -> Result<T, Stop>
    where
        A: Act<Scope: Lasting>,
        T: Send + 'static,
        Q: FnOnce(&mut Read<A>) -> Result<T, Stop> + Clone + Send + 'static,
    {
        let by = by.again();
        self.blocking(move |connection, _| {
            let by = by.still(connection)?;
            question.clone()(&mut Read { connection, by })
        })
        .await
    }

    /// Asks without a proof: for admission, which makes the proofs, and for machinery (the outbox,
    /// throttles). Features use [`Db::read`] and [`Db::change`]; a test holds them to it.
    pub async fn unproven<T, Q>(&self, question: Q) -> Result<T, Stop>
    where
        T: Send + 'static,
        Q: FnOnce(&mut PgConnection) -> Result<T, Stop> + Clone + Send + 'static,
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
    pub fn about_now(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::seconds(self.offset.load(Ordering::Relaxed))
    }

    /// Runs a closure with a connection where it may block. It is not cancelled when the one who
    /// asked goes away: a change is made or not made, never half. A server that says nothing is not waited
    /// for: see [`patience`].
    ///
    /// Connections are not tried before they are used. One that broke while nobody used it, when its server was started
    /// again say, fails at its first statement; then nothing was done, and the call is made once more.
    async fn blocking<T, Q>(&self, question: Q) -> Result<T, Stop>
    where
        T: Send + 'static,
        Q: Fn(&mut PgConnection, &Patience) -> Result<T, Stop> + Send + 'static,
    {
        let seat = timeout(SEATED_WITHIN, Arc::clone(&self.seats).acquire_owned()).await;
        let Ok(Ok(seat)) = seat else { return Err(Stop::Away("every connection is in use".to_owned())) };
        let (db, patience) = (self.clone(), Patience::default());
        let waiting = patience.clone();
        let call = tokio::task::spawn_blocking(move || {
            let _seat = seat;
            patience.begins();
            let connection = db.pool.get().map_err(|error| Stop::Away(error.to_string()))?;
            match db.call(connection, &patience, &question) {
                Err(Stop::Away(_)) if !patience.is_answered() => {
                    patience.begins();
                    db.call(db.live_connection()?, &patience, &question)
                }
                answer => answer,
            }
        });
        waiting.wait(call).await
    }

    fn call<T>(
        &self,
        mut connection: Pooled,
        patience: &Patience,
        question: &impl Fn(&mut PgConnection, &Patience) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let connection = &mut *connection;
        if self.moved.load(Ordering::Relaxed) {
            connection.set_instrumentation(|_: InstrumentationEvent<'_>| {});
            let ahead = self.offset.load(Ordering::Relaxed);
            connection.batch_execute(&format!("SET roster.clock_offset = '{ahead}'"))?;
        }
        patience.ends();
        if patience.is_given_up() {
            return Err(Stop::Away("nobody waits for it any more".to_owned()));
        }
        connection.set_instrumentation(Watch::over(patience, &self.queries));
        question(connection, patience).map_err(|stop| match connection.is_broken() {
            true => Stop::Away(stop.to_string()),
            false => stop,
        })
    }

    /// A connection that was tried. Those that have broken are dropped on the way.
    fn live_connection(&self) -> Result<Pooled, Stop> {
        for _ in 0..=self.pool.max_size() {
            let mut connection = self.pool.get().map_err(|error| Stop::Away(error.to_string()))?;
            if connection.ping().is_ok() {
                return Ok(connection);
            }
        }
        Err(Stop::Away("no connection lives".to_owned()))
    }
}
