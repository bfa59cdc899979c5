//! What is remembered of accounts.

pub mod addresses;
pub mod begun_sign_ins;
pub mod clock;
pub mod credentials;
pub mod deeds;
pub mod devices;
pub mod holdings;
pub mod lapsed;
pub mod operator;
pub mod passkeys;
pub mod profile;
pub mod recovery;
pub mod registrations;
pub mod second_factors;
pub mod signed_in;

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::db::{Stop, roster_now};
use crate::ids::{AccountId, PasswordResetId, PictureId, SessionId};
use crate::prepared;
use crate::schema::{accounts, email_addresses, password_resets, sessions, usernames};
use crate::text::{EmailAddress, Username};
use crate::views::live_sessions;

/// A session that lies idle for so long ends, in hours: a week, so that a weekend and a holiday on either
/// side of it sign nobody out (ASVS 7.3.1).
pub const IDLE_HOURS: i32 = 7 * 24;

/// A session and whose it is: what admission needs to know, in one query with whatever else a scope asks.
#[derive(Clone, Debug, Queryable, Selectable, QueryableByName)]
#[diesel(table_name = live_sessions)]
pub struct Presence {
    /// Who.
    #[diesel(sql_type = SqlUuid)]
    pub account_id: AccountId,
    /// By which name.
    #[diesel(sql_type = Text)]
    pub username: String,
    /// As others read it.
    #[diesel(sql_type = Nullable<Text>)]
    pub display_name: Option<String>,
    /// Where their clock stands.
    #[diesel(sql_type = Text)]
    pub time_zone: String,
    /// How they read dates and times.
    #[diesel(sql_type = Text)]
    pub time_format: String,
    /// Where their picture is.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub picture_id: Option<PictureId>,
    /// The session.
    #[diesel(select_expression = live_sessions::id, sql_type = SqlUuid)]
    pub session_id: SessionId,
    /// When it was last used.
    #[diesel(sql_type = Timestamptz)]
    pub last_seen_at: DateTime<Utc>,
    /// When the password was last given in it.
    #[diesel(sql_type = Timestamptz)]
    pub password_given_at: DateTime<Utc>,
    /// What time it is.
    #[diesel(select_expression = roster_now(), sql_type = Timestamptz)]
    pub now: DateTime<Utc>,
}

/// The session behind a token's hash, if it lasts and its account is not suspended.
pub fn presence(connection: &mut PgConnection, token_hash: &[u8]) -> Result<Option<Presence>, Stop> {
    Ok(live_sessions::table
        .filter(live_sessions::token_hash.eq(token_hash))
        .select(Presence::as_select())
        .first(connection)
        .optional()?)
}

/// Marks a session as used now, so that it lies idle from now on.
pub fn touch(connection: &mut PgConnection, session: SessionId) -> Result<(), Stop> {
    prepared!(
        "UPDATE sessions SET last_seen_at = roster_now(), expires_at = least(ends_at, roster_now() + make_interval(hours => $2)) \
         WHERE id = $1",
    )
    .bind::<SqlUuid, _>(session)
    .bind::<Integer, _>(IDLE_HOURS)
    .execute(connection)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = Timestamptz)]
    now: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    stands: bool,
}

/// Locks an account's row, and answers the time if it is neither suspended nor, when a session is
/// named, signed out.
pub fn lock(
    connection: &mut PgConnection,
    account: AccountId,
    session: Option<SessionId>,
) -> Result<Option<DateTime<Utc>>, Stop> {
    let locked = prepared!(
        "SELECT roster_now() AS now, suspended_at IS NULL AND ($2 IS NULL OR EXISTS ( \
             SELECT FROM sessions WHERE sessions.id = $2 AND account_id = accounts.id AND expires_at > roster_now())) AS stands \
         FROM accounts WHERE id = $1 FOR NO KEY UPDATE",
    )
    .bind::<SqlUuid, _>(account)
    .bind::<Nullable<SqlUuid>, _>(session)
    .get_result::<Locked>(connection)
    .optional()?;
    Ok(locked.filter(|locked| locked.stands).map(|locked| locked.now))
}

/// The hash of an account's password.
pub fn password_hash(connection: &mut PgConnection, account: AccountId) -> Result<Option<String>, Stop> {
    Ok(accounts::table.find(account).select(accounts::password_hash).first(connection).optional()?)
}

/// What signing in compares with.
#[derive(Queryable)]
pub struct Credentials {
    /// Whose.
    pub account: AccountId,
    /// By which name.
    pub username: String,
    /// The hash of the password.
    pub password_hash: String,
    /// Whether the account may sign in.
    pub is_suspended: bool,
}

/// The account that signs in by a username, or by a confirmed address.
pub fn find_credentials(connection: &mut PgConnection, login: &str) -> Result<Option<Credentials>, Stop> {
    let login = login.trim().to_ascii_lowercase();
    let columns = (accounts::id, accounts::username, accounts::password_hash, accounts::suspended_at.is_not_null());
    let found = if login.contains('@') {
        email_addresses::table
            .inner_join(accounts::table)
            .filter(email_addresses::address.eq(login))
            .select(columns)
            .first(connection)
            .optional()?
    } else {
        accounts::table.filter(accounts::username.eq(login)).select(columns).first(connection).optional()?
    };
    Ok(found)
}

/// The account of a name, and the time.
pub fn find_by_username(
    connection: &mut PgConnection,
    username: &Username,
) -> Result<Option<(AccountId, DateTime<Utc>)>, Stop> {
    Ok(accounts::table
        .filter(accounts::username.eq(username.as_str()))
        .filter(accounts::suspended_at.is_null())
        .select((accounts::id, roster_now()))
        .first(connection)
        .optional()?)
}

/// Whose an address is: the account, its name, and its primary address.
pub fn find_by_address(
    connection: &mut PgConnection,
    address: &EmailAddress,
) -> Result<Option<(AccountId, Username)>, Stop> {
    let found: Option<(AccountId, String)> = email_addresses::table
        .inner_join(accounts::table)
        .filter(email_addresses::address.eq(address.as_str()))
        .select((accounts::id, accounts::username))
        .first(connection)
        .optional()?;
    Ok(found.map(|(account, username)| (account, Username::stored(username))))
}

/// The confirmed addresses of an account, the primary one first.
pub fn addresses(connection: &mut PgConnection, account: AccountId) -> Result<Vec<EmailAddress>, Stop> {
    let found: Vec<String> = email_addresses::table
        .filter(email_addresses::account_id.eq(account))
        .order((email_addresses::is_primary.desc(), email_addresses::address))
        .select(email_addresses::address)
        .load(connection)?;
    Ok(found.into_iter().map(EmailAddress::stored).collect())
}

/// Whether a username is taken.
pub fn is_taken(connection: &mut PgConnection, username: &Username) -> Result<bool, Stop> {
    let taken = usernames::table
        .find(username.as_str())
        .filter(usernames::held_until.is_null().or(usernames::held_until.ge(roster_now().nullable())));
    Ok(diesel::select(diesel::dsl::exists(taken)).get_result(connection)?)
}

/// Whether there is any account.
pub fn is_anybody_here(connection: &mut PgConnection) -> Result<bool, Stop> {
    Ok(diesel::select(diesel::dsl::exists(accounts::table.select(accounts::id))).get_result(connection)?)
}

/// Begins a session.
pub fn begin_session(
    connection: &mut PgConnection,
    token_hash: &[u8],
    account: AccountId,
    device: &str,
    source: &str,
    until: DateTime<Utc>,
    idle_until: DateTime<Utc>,
) -> Result<SessionId, Stop> {
    let id = SessionId::fresh();
    diesel::insert_into(sessions::table)
        .values((
            sessions::token_hash.eq(token_hash),
            sessions::id.eq(id),
            sessions::account_id.eq(account),
            sessions::device.eq(device),
            sessions::source.eq(source),
            sessions::expires_at.eq(idle_until.min(until)),
            sessions::ends_at.eq(until),
        ))
        .execute(connection)?;
    Ok(id)
}

/// Ends one session.
pub fn end_session(connection: &mut PgConnection, session: Option<SessionId>) -> Result<(), Stop> {
    diesel::delete(sessions::table.filter(sessions::id.nullable().eq(session))).execute(connection)?;
    Ok(())
}

/// Ends every session of an account.
pub fn end_sessions(connection: &mut PgConnection, account: AccountId) -> Result<(), Stop> {
    diesel::delete(sessions::table.filter(sessions::account_id.eq(account))).execute(connection)?;
    Ok(())
}

/// Takes a name for an account that has none of it yet, or had it before; answers false when it is
/// somebody else's, or still held.
pub fn claim_username(connection: &mut PgConnection, account: AccountId, username: &Username) -> Result<bool, Stop> {
    let claimed = prepared!(
        "INSERT INTO usernames (name, account_id) VALUES ($1, $2) \
         ON CONFLICT ON CONSTRAINT usernames_belong_to_one_account DO UPDATE SET account_id = $2, held_until = NULL \
         WHERE usernames.account_id = $2 OR usernames.held_until < roster_now()",
    )
    .bind::<Text, _>(username.as_str())
    .bind::<SqlUuid, _>(account)
    .execute(connection)?;
    Ok(claimed == 1)
}

/// Makes an account, unless its name is taken.
pub fn open(
    connection: &mut PgConnection,
    username: &Username,
    password_hash: &str,
) -> Result<Option<AccountId>, Stop> {
    let account = AccountId::fresh();
    if !claim_username(connection, account, username)? {
        return Ok(None);
    }
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(account),
            accounts::username.eq(username.as_str()),
            accounts::password_hash.eq(password_hash),
        ))
        .execute(connection)?;
    Ok(Some(account))
}

/// Gives a proven address to an account, unless it is somebody's already.
pub fn add_address(
    connection: &mut PgConnection,
    account: AccountId,
    address: &EmailAddress,
    is_primary: bool,
) -> Result<bool, Stop> {
    let added = diesel::insert_into(email_addresses::table)
        .values((
            email_addresses::address.eq(address.as_str()),
            email_addresses::account_id.eq(account),
            email_addresses::is_primary.eq(is_primary),
        ))
        .on_conflict(email_addresses::address)
        .do_nothing()
        .execute(connection)?;
    Ok(added == 1)
}

/// Opens the one permission to choose a new password, for whoever reads an address of the account; an older one is
/// replaced.
pub fn open_reset(
    connection: &mut PgConnection,
    whose: Option<(AccountId, &EmailAddress)>,
    until: DateTime<Utc>,
) -> Result<PasswordResetId, Stop> {
    let id = PasswordResetId::fresh();
    let (account, address) = (whose.map(|(account, _)| account), whose.map(|(_, address)| address.as_str()));
    diesel::delete(password_resets::table.filter(password_resets::account_id.eq(account))).execute(connection)?;
    diesel::insert_into(password_resets::table)
        .values((
            password_resets::id.eq(id),
            password_resets::account_id.eq(account),
            password_resets::address.eq(address),
            password_resets::expires_at.eq(until),
        ))
        .execute(connection)?;
    Ok(id)
}

/// Whose new password a permission is for, while it lasts.
pub fn find_reset(connection: &mut PgConnection, id: PasswordResetId) -> Result<Option<(AccountId, Username)>, Stop> {
    let found: Option<(AccountId, String)> = password_resets::table
        .inner_join(accounts::table)
        .filter(password_resets::id.eq(id))
        .filter(password_resets::expires_at.gt(roster_now()))
        .select((accounts::id, accounts::username))
        .first(connection)
        .optional()?;
    Ok(found.map(|(account, username)| (account, Username::stored(username))))
}

/// Takes the permission: whoever comes second finds none. Answers where its link went, if that is known.
pub fn claim_reset(connection: &mut PgConnection, id: PasswordResetId) -> Result<Option<Option<EmailAddress>>, Stop> {
    let claimed: Option<Option<String>> =
        diesel::delete(password_resets::table.find(id).filter(password_resets::expires_at.gt(roster_now())))
            .returning(password_resets::address)
            .get_result(connection)
            .optional()?;
    Ok(claimed.map(|address| address.map(EmailAddress::stored)))
}

/// Keeps the hash of a new password.
pub fn set_password(connection: &mut PgConnection, account: AccountId, password_hash: &str) -> Result<(), Stop> {
    diesel::update(accounts::table.find(account)).set(accounts::password_hash.eq(password_hash)).execute(connection)?;
    Ok(())
}
