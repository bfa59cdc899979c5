//! Forgetting what has lapsed, a bounded number of rows at a time.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::Stop;
use super::prepared::Prepared;

/// Rows that one statement deletes: so few that none holds its locks for long, and none runs into the
/// limit of a statement's time.
pub const BATCH: usize = 2_000;

/// Batches that one sweep deletes at most: what is left goes with the next one.
const BATCHES: usize = 500;

/// Rows that lapse: their table, and the condition under which they are deleted (see [`forget`]).
pub type Lapsing = (&'static str, &'static str);

/// Deletes every row of a table that meets a condition (constants of ours, both), a batch at a time. Of
/// two sweepers neither waits for rows that the other has in hand. Returns how many rows.
///
/// The condition asks the time as `(SELECT roster_now())`: asked once, so that an index finds the rows.
pub fn forget(connection: &mut PgConnection, table: &str, condition: &str) -> Result<usize, Stop> {
    let statement = format!(
        "DELETE FROM {table} WHERE ctid = ANY (ARRAY( \
             SELECT ctid FROM {table} WHERE {condition} LIMIT {BATCH} FOR UPDATE SKIP LOCKED))"
    );
    let mut forgotten = 0;
    for _ in 0..BATCHES {
        let some = Prepared::put_together(statement.clone()).execute(connection)?;
        forgotten += some;
        if some < BATCH {
            break;
        }
    }
    Ok(forgotten)
}
