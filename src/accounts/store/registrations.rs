//! What is remembered of registrations: the address to prove, and the username that was wished for.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::db::{DbError, roster_now};
use crate::ids::RegistrationId;
use crate::schema::registrations;
use crate::text::{EmailAddress, Username};

/// A registration whose link works.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Which.
    pub id: RegistrationId,
    /// The address that the link proves.
    pub email: EmailAddress,
    /// The name that was wished for.
    pub username: Username,
    /// Until when the link works.
    pub expires_at: DateTime<Utc>,
}

type Row = (RegistrationId, String, String, DateTime<Utc>);

impl Registration {
    fn of((id, email, username, expires_at): Row) -> Self {
        Self { id, email: EmailAddress::stored(email), username: Username::stored(username), expires_at }
    }
}

/// Stores a registration.
pub fn register(
    connection: &mut PgConnection,
    email: &EmailAddress,
    username: &Username,
    until: DateTime<Utc>,
) -> Result<RegistrationId, DbError> {
    let id = RegistrationId::fresh();
    diesel::insert_into(registrations::table)
        .values((
            registrations::id.eq(id),
            registrations::email.eq(email.as_str()),
            registrations::username.eq(username.as_str()),
            registrations::expires_at.eq(until),
        ))
        .execute(connection)?;
    Ok(id)
}

/// A registration that has not expired.
pub fn find(connection: &mut PgConnection, id: RegistrationId) -> Result<Option<Registration>, DbError> {
    let found: Option<Row> = registrations::table
        .find(id)
        .filter(registrations::expires_at.gt(roster_now()))
        .select((registrations::id, registrations::email, registrations::username, registrations::expires_at))
        .first(connection)
        .optional()?;
    Ok(found.map(Registration::of))
}

/// The newest registration of a name and an address that waits for its link.
pub fn find_newest(
    connection: &mut PgConnection,
    username: &Username,
    email: &EmailAddress,
) -> Result<Option<Registration>, DbError> {
    let found: Option<Row> = registrations::table
        .filter(registrations::username.eq(username.as_str()))
        .filter(registrations::email.eq(email.as_str()))
        .filter(registrations::expires_at.gt(roster_now()))
        .order(registrations::id.desc())
        .select((registrations::id, registrations::email, registrations::username, registrations::expires_at))
        .first(connection)
        .optional()?;
    Ok(found.map(Registration::of))
}

/// Takes all registrations of an address, which is about to have an account: anyone who comes second
/// finds none. All at once, since two that took one each would then wait for one another's.
pub fn claim_all(connection: &mut PgConnection, email: &EmailAddress) -> Result<Vec<RegistrationId>, DbError> {
    Ok(diesel::delete(registrations::table.filter(registrations::email.eq(email.as_str())))
        .returning(registrations::id)
        .get_results(connection)?)
}
