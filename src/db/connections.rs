//! What every connection is told when it is opened, and what is counted on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::connection::{Instrumentation, InstrumentationEvent, SimpleConnection};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::r2d2::CustomizeConnection;

/// What every connection is told when it is opened: nobody waits for long.
pub(super) const TIMEOUTS: &str =
    "SET statement_timeout = '5s'; SET lock_timeout = '2s'; SET idle_in_transaction_session_timeout = '10s'";

/// How many seconds the settings of a connection move its clock: `roster.clock_offset`, which `roster_now` adds. Tests
/// set it, so that they start at the same moment on every date; elsewhere it is not set, which means 0.
pub(super) fn clock_offset(connection: &mut PgConnection) -> QueryResult<i64> {
    diesel::select(current_setting("roster.clock_offset", true))
        .get_result::<Option<String>>(connection)
        .map(|offset| offset.and_then(|offset| offset.parse().ok()).unwrap_or(0))
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// A setting of the server, the database or the connection.
    fn current_setting(
        name: diesel::sql_types::Text,
        missing_ok: diesel::sql_types::Bool,
    ) -> diesel::sql_types::Nullable<diesel::sql_types::Text>;
}

/// Makes a new connection ours.
#[derive(Debug)]
pub(super) struct Customs {
    pub(super) queries: Arc<AtomicU64>,
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
