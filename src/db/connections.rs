//! What every connection is told when it is opened, and how its server is found to be gone.

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::r2d2::CustomizeConnection;

/// What every connection is told when it is opened. A page reads few rows: to compile its statement takes longer than to
/// run it, and an external server does that by default, on a wrong estimate too. A statement is planned once for all
/// values, unless the database says otherwise: each looks rows up by their keys, so no value has a better plan, and to
/// plan it takes longer than to run it (tests/flows/plans.rs holds both kinds of plans to few rows).
const SETTINGS: &str = "SET client_min_messages = 'warning'; SET timezone = 'UTC'; SET jit = off; \
    SELECT set_config('plan_cache_mode', 'force_generic_plan', false) WHERE current_setting('plan_cache_mode') = 'auto'";

/// What every connection is told when it is opened: nobody waits for long. A statement ends before a request gives
/// up on a server that does not answer (see [`super::patience`]).
pub(super) const TIMEOUTS: &str =
    "SET statement_timeout = '4s'; SET lock_timeout = '2s'; SET idle_in_transaction_session_timeout = '10s'";

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
pub(super) struct Customs;

impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for Customs {
    fn on_acquire(&self, connection: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        connection.batch_execute(&format!("{TIMEOUTS}; {SETTINGS}")).map_err(diesel::r2d2::Error::QueryError)
    }
}

/// Whether several connections at this address have one process of PostgreSQL in turn: a pooler stands between, and hands
/// out a process for one transaction. What a connection was told and prepared is gone with the next one, then. Whoever
/// cannot connect is told so elsewhere.
pub(super) fn is_shared(url: &str) -> bool {
    let url = within_reach(url);
    let (Ok(mut one), Ok(mut other)) = (PgConnection::establish(&url), PgConnection::establish(&url)) else {
        return false;
    };
    // Not prepared under a name: that would be there already, where a process is shared.
    let process = |connection: &mut PgConnection| {
        diesel::sql_query("SELECT pg_backend_pid() AS number").get_result::<Process>(connection)
    };
    matches!((process(&mut one), process(&mut other)), (Ok(one), Ok(other)) if one.number == other.number)
}

#[derive(QueryableByName)]
struct Process {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    number: i32,
}

/// How libpq finds out that a server or the way to it is gone: within seconds, not after the hours of the system's
/// defaults. Without a meaning where the server is reached through a socket of the file system.
const REACH: [(&str, &str); 5] = [
    ("connect_timeout", "3"),
    ("tcp_user_timeout", "5000"),
    ("keepalives_idle", "5"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "2"),
];

/// An address of a database, as a URL or in words, with the time limits that it does not set by itself.
pub(super) fn within_reach(url: &str) -> String {
    let is_url = url.starts_with("postgres://") || url.starts_with("postgresql://");
    let missing = REACH.iter().filter(|(name, _)| !url.contains(&format!("{name}=")));
    let said: Vec<String> = missing.map(|(name, value)| format!("{name}={value}")).collect();
    match (is_url, said.is_empty()) {
        (_, true) => url.to_owned(),
        (false, false) => format!("{url} {}", said.join(" ")),
        (true, false) if url.contains('?') => format!("{url}&{}", said.join("&")),
        (true, false) => format!("{url}?{}", said.join("&")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_the_limits_that_it_does_not_set() {
        let url = within_reach("postgres://a@b/c");
        assert!(url.starts_with("postgres://a@b/c?connect_timeout=3&tcp_user_timeout=5000&"), "{url}");
        let url = within_reach("postgresql://a@/c?host=%2Fd&connect_timeout=9");
        assert!(url.starts_with("postgresql://a@/c?host=%2Fd&connect_timeout=9&tcp_user_timeout=5000&"), "{url}");
        let words = within_reach("host=b dbname=c tcp_user_timeout=1");
        assert!(words.starts_with("host=b dbname=c tcp_user_timeout=1 connect_timeout=3 keepalives_idle=5"), "{words}");
    }
}
