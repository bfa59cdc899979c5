//! What is remembered of how people read dates and times.

use std::collections::HashMap;

use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::db::DbError;
use crate::ids::AccountId;
use crate::schema::{accounts, email_addresses};
use crate::web::clock::Clock;

/// How the people at some addresses read dates and times.
pub fn clocks(connection: &mut PgConnection, addresses: &[&str]) -> Result<HashMap<String, Clock>, DbError> {
    let found: Vec<(String, String, String)> = email_addresses::table
        .inner_join(accounts::table)
        .filter(email_addresses::address.eq_any(addresses))
        .select((email_addresses::address, accounts::time_zone, accounts::time_format))
        .load(connection)?;
    Ok(found.into_iter().map(|(address, zone, format)| (address, Clock::stored(&zone, &format))).collect())
}

/// Keeps how somebody reads dates and times; answers false when they did so already.
pub fn set_clock(connection: &mut PgConnection, account: AccountId, clock: Clock) -> Result<bool, DbError> {
    let (zone, format) = (clock.zone().name(), clock.format().key());
    let other = accounts::time_zone.ne(zone).or(accounts::time_format.ne(format));
    let changed = diesel::update(accounts::table.find(account).filter(other))
        .set((accounts::time_zone.eq(zone), accounts::time_format.eq(format)))
        .execute(connection)?;
    Ok(changed == 1)
}
