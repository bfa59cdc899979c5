//! How often something may be done, counted in the database so that all nodes count together.
//!
//! The generic cell rate algorithm: of each allowance only the moment is kept at which it is whole
//! again. One statement asks and takes.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Double, Timestamptz};
use sha2::{Digest, Sha256};

use super::Stop;
use super::sweep::{Lapsing, forget};
use crate::prepared;

/// So many times in so long, evenly refilled.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    /// How many at once, when none was used.
    pub times: u32,
    /// How long it takes to refill all of them.
    pub per: Duration,
}

impl Allowance {
    /// So many an hour.
    pub const fn hourly(times: u32) -> Self {
        Self { times, per: Duration::from_secs(3600) }
    }

    /// So many a day.
    pub const fn daily(times: u32) -> Self {
        Self { times, per: Duration::from_secs(24 * 3600) }
    }

    /// So many in so many minutes.
    pub const fn within_minutes(times: u32, minutes: u64) -> Self {
        Self { times, per: Duration::from_secs(minutes * 60) }
    }

    /// The seconds in which one is refilled.
    fn one(&self) -> f64 {
        self.per.as_secs_f64() / f64::from(self.times.max(1))
    }
}

/// Nothing is left of an allowance until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted {
    /// When to try again.
    pub until: DateTime<Utc>,
}

impl Exhausted {
    /// "in 5 minutes", for a sentence that says when to try again.
    pub fn wait(&self, now: DateTime<Utc>) -> String {
        let seconds = (self.until - now).num_seconds().max(1);
        let (count, unit) = match seconds {
            ..60 => (seconds, "second"),
            60..3600 => ((seconds + 59) / 60, "minute"),
            3600..172_800 => ((seconds + 3599) / 3600, "hour"),
            _ => ((seconds + 86_399) / 86_400, "day"),
        };
        format!("in {count} {unit}{}", if count == 1 { "" } else { "s" })
    }

    /// Whole seconds to wait, for a `Retry-After` header.
    pub fn seconds(&self, now: DateTime<Utc>) -> u64 {
        u64::try_from((self.until - now).num_seconds()).unwrap_or(0).max(1)
    }
}

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = Timestamptz)]
    full_at: DateTime<Utc>,
}

/// The key of the allowance that `about` names. Its parts are length-prefixed, so that no two allowances
/// share a key; hashed, so that the table names nobody.
fn key(about: &[&str]) -> Vec<u8> {
    let key = about.iter().fold(Sha256::new(), |hash, part| {
        hash.chain_update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes()).chain_update(part)
    });
    key.finalize().to_vec()
}

/// Takes one from the allowance that `about` (what, and whose) names. Inside a transaction that is
/// rolled back, nothing was taken.
pub fn take(
    connection: &mut PgConnection,
    about: &[&str],
    allowance: Allowance,
) -> Result<Result<(), Exhausted>, Stop> {
    let (key, whole, one) = (key(about), allowance.per.as_secs_f64(), allowance.one());
    let taken = prepared!(
        "INSERT INTO throttles (key, full_at) VALUES ($1, roster_now() + make_interval(secs => $2)) \
         ON CONFLICT ON CONSTRAINT throttles_have_one_row_each DO UPDATE \
         SET full_at = greatest(throttles.full_at, roster_now()) + make_interval(secs => $2) \
         WHERE greatest(throttles.full_at, roster_now()) + make_interval(secs => $2) <= roster_now() + make_interval(secs => $3) \
         RETURNING full_at",
    )
    .bind::<Binary, _>(&key)
    .bind::<Double, _>(one)
    .bind::<Double, _>(whole)
    .get_result::<Taken>(connection)
    .optional()?;
    if taken.is_some() {
        return Ok(Ok(()));
    }
    let until = prepared!(
        "SELECT full_at + make_interval(secs => $2) - make_interval(secs => $3) AS full_at FROM throttles WHERE key = $1",
    )
    .bind::<Binary, _>(&key)
    .bind::<Double, _>(one)
    .bind::<Double, _>(whole)
    .get_result::<Taken>(connection)?
    .full_at;
    Ok(Err(Exhausted { until }))
}

/// Takes one from each of several allowances, or from none. They are taken in the order given: give the
/// same kinds always in the same order, so that two who are at it cannot wait for each other.
pub fn take_each(
    connection: &mut PgConnection,
    allowances: &[(&[&str], Allowance)],
) -> Result<Result<(), Exhausted>, Stop> {
    let taken = connection.transaction(|connection| {
        for (about, allowance) in allowances {
            take(connection, about, *allowance)?.map_err(Refused::Exhausted)?;
        }
        Ok(())
    });
    match taken {
        Ok(()) => Ok(Ok(())),
        Err(Refused::Exhausted(exhausted)) => Ok(Err(exhausted)),
        Err(Refused::Stop(stop)) => Err(stop),
    }
}

/// Why what was taken is put back.
enum Refused {
    Exhausted(Exhausted),
    Stop(Stop),
}

impl From<Stop> for Refused {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<diesel::result::Error> for Refused {
    fn from(error: diesel::result::Error) -> Self {
        Self::Stop(error.into())
    }
}

/// Gives one back that was taken: it turned out to be none of what the allowance is there to slow down.
pub fn give_back(connection: &mut PgConnection, about: &[&str], allowance: Allowance) -> Result<(), Stop> {
    prepared!("UPDATE throttles SET full_at = full_at - make_interval(secs => $2) WHERE key = $1")
        .bind::<Binary, _>(&key(about))
        .bind::<Double, _>(allowance.one())
        .execute(connection)?;
    Ok(())
}

/// Allowances that are whole again.
pub const LAPSING: &[Lapsing] = &[("throttles", "full_at < (SELECT roster_now())")];

/// Forgets the allowances that are whole again. Returns how many.
pub fn forget_whole(connection: &mut PgConnection) -> Result<usize, Stop> {
    LAPSING.iter().try_fold(0, |sum, (table, condition)| Ok(sum + forget(connection, table, condition)?))
}
