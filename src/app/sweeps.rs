//! What is done every ten minutes: forgetting, reminding, ending, erasing.
//!
//! Each sweep is on its own: one that fails, or panics, is logged and counted, and the next one begins. None
//! holds its locks for long: what is deleted goes in batches, what is decided goes row by row.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use super::membership_dependents;
use super::workers::told;
use crate::db::sweep::{Lapsing, forget};
use crate::db::{Db, DbError, failures, throttle};
use crate::{accounts, invitations, mail, members, organizations, reviews};

/// The rows that lapse, of every feature.
fn lapsing() -> impl Iterator<Item = Lapsing> {
    let all: [&[Lapsing]; 6] = [
        accounts::LAPSING,
        members::undo::LAPSING,
        invitations::worker::LAPSING,
        mail::worker::LAPSING,
        throttle::LAPSING,
        &[failures::LAPSING],
    ];
    all.into_iter().flatten().copied()
}

/// Sweeps once.
pub async fn sweep(db: &Db) {
    // In this order: those with somebody who waits for them first.
    one("end memberships", members::expiry::end_due(db, &membership_dependents())).await;
    one("remind of ends", members::expiry::remind_due(db)).await;
    one("remind of invitations", invitations::reminders::remind_due(db)).await;
    one("remind of reviews", reviews::reminders::remind_due(db)).await;
    for (table, condition) in lapsing() {
        one(table, db.without_authorization(move |connection| forget(connection, table, condition))).await;
    }
    one("erase organizations", organizations::erase_due(db)).await;
}

/// One sweep.
async fn one(sweep: &'static str, work: impl Future<Output = Result<usize, DbError>>) {
    let failed = match AssertUnwindSafe(work).catch_unwind().await {
        Ok(Ok(rows)) => {
            tracing::debug!(sweep, rows, "swept");
            return;
        }
        Ok(Err(error)) => error.to_string(),
        Err(panic) => format!("panicked: {}", told(&*panic)),
    };
    metrics::counter!("roster_sweep_failures_total", "sweep" => sweep).increment(1);
    tracing::error!(sweep, failed, "a sweep failed, and is tried again with the next");
}
