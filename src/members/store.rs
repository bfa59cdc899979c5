//! What is remembered of memberships.
//!
//! Of the organization's own row this feature writes what rests on its people: the primary owner and
//! the number of members.

mod admission;
mod changed;
mod deleted;
mod limiting;
mod listing;
mod mail;
mod undoings;
mod who_can;

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::Within;
use super::protection::SeatChange;
use super::rules::limiting::LastDay;
use super::rules::{Roster, Seat};
use crate::authority::{Act, Role, Standing, WithinOrganization};
use crate::db::{Asking, Stop, Work, lasts, roster_now};
use crate::has_access;
use crate::ids::{AccountId, OrganizationId, PictureId};
use crate::prepared;
use crate::schema::{accounts, email_addresses, memberships, organization_addresses, organizations};
use crate::text::{EmailAddress, PersonName, Slug, Title, Username};
use crate::views::active_memberships;
pub use admission::{Found, find, find_again, find_by_slug, lock, touch};
pub use changed::last_change;
pub use deleted::recently_deleted;
pub use limiting::{one_ended, one_to_call_to_mind, restore, set_end, suspend_ended, take_reminder_of_end, whose_seat};
pub use listing::{PeoplePage, Person, people};
pub use mail::{MyMail, choose_mail, is_owners, my_mail, owners_to_tell, people_to_tell};
pub use undoings::{end_undoing, find_undoing, keep, reseat, still_open};
pub use who_can::some_who_may;

/// What the rules need to know, from under the lock.
pub fn roster<A: Act<Scope = Within>>(work: &mut Work<A>) -> Result<Roster, Stop> {
    Ok(Roster::under_lock(work.scope().primary_owner(), Some(work.scope().me().account())))
}

/// Whether a membership itself gives no access, whatever is true of the account: what Suspend and Restore change. Who
/// may act is another question, and `has_access!` answers it.
macro_rules! suspended_here {
    () => {
        diesel::dsl::not(memberships::is_in_force.and(lasts(memberships::ends_at)))
    };
}

/// The seat of a person here.
pub fn seat_of<A: Act<Scope: WithinOrganization>>(work: &mut Work<A>, person: &Username) -> Result<Option<Seat>, Stop> {
    let organization = work.scope().organization_id();
    let found: Option<SeatRow> = memberships::table
        .inner_join(accounts::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(accounts::username.eq(person.as_str()))
        .select((memberships::account_id, memberships::role, suspended_here!(), memberships::ends_at))
        .first(work.connection())
        .optional()?;
    Ok(found.map(seated))
}

/// Whose, as what, whether it gives no access for now, and when it ends.
type SeatRow = (AccountId, String, bool, Option<DateTime<Utc>>);

fn seated((account, role, is_suspended, ends_at): SeatRow) -> Seat {
    Seat { account, role: Role::stored(&role), is_suspended, last_day: ends_at.map(LastDay::stored) }
}

/// The role of an account in an organization.
pub fn role_of(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: AccountId,
) -> Result<Option<Role>, Stop> {
    let role: Option<String> =
        memberships::table.find((organization, account)).select(memberships::role).first(connection).optional()?;
    Ok(role.map(|role| Role::stored(&role)))
}

/// Whether an account may act in an organization now.
pub fn may_act(connection: &mut PgConnection, organization: OrganizationId, account: AccountId) -> Result<bool, Stop> {
    let active = active_memberships::table.find((organization, account));
    Ok(diesel::select(diesel::dsl::exists(active)).get_result(connection)?)
}

/// Whether an address belongs to someone in an organization.
pub fn includes(
    connection: &mut PgConnection,
    organization: OrganizationId,
    address: &EmailAddress,
) -> Result<bool, Stop> {
    let found = memberships::table
        .inner_join(email_addresses::table.on(email_addresses::account_id.eq(memberships::account_id)))
        .filter(memberships::organization_id.eq(organization))
        .filter(email_addresses::address.eq(address.as_str()));
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(connection)?)
}

/// Those of some addresses that belong to someone in an organization.
pub fn among(
    connection: &mut PgConnection,
    organization: OrganizationId,
    addresses: &[&str],
) -> Result<Vec<String>, Stop> {
    Ok(memberships::table
        .inner_join(email_addresses::table.on(email_addresses::account_id.eq(memberships::account_id)))
        .filter(memberships::organization_id.eq(organization))
        .filter(email_addresses::address.eq_any(addresses))
        .select(email_addresses::address)
        .load(connection)?)
}

/// The primary addresses of an organization's people.
pub fn addresses(
    connection: &mut PgConnection,
    organization: OrganizationId,
) -> Result<Vec<(AccountId, EmailAddress)>, Stop> {
    let found: Vec<(AccountId, String)> = memberships::table
        .inner_join(email_addresses::table.on(email_addresses::account_id.eq(memberships::account_id)))
        .filter(memberships::organization_id.eq(organization))
        .filter(email_addresses::is_primary)
        .select((memberships::account_id, email_addresses::address))
        .order(memberships::joined_at)
        .load(connection)?;
    Ok(found.into_iter().map(|(account, address)| (account, EmailAddress::stored(address))).collect())
}

/// The primary address of an account.
pub fn primary_address(connection: &mut PgConnection, account: AccountId) -> Result<Option<EmailAddress>, Stop> {
    let found: Option<String> = email_addresses::table
        .filter(email_addresses::account_id.eq(account))
        .filter(email_addresses::is_primary)
        .select(email_addresses::address)
        .first(connection)
        .optional()?;
    Ok(found.map(EmailAddress::stored))
}

/// Gives a seat to someone who has none. Answers whether they had none.
pub fn seat(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: AccountId,
    role: Role,
    invited_by: Option<AccountId>,
    last_day: Option<LastDay>,
) -> Result<bool, Stop> {
    let seated = diesel::insert_into(memberships::table)
        .values((
            memberships::organization_id.eq(organization),
            memberships::account_id.eq(account),
            memberships::role.eq(role.key()),
            memberships::invited_by.eq(invited_by.map(AccountId::uuid)),
            memberships::ends_at.eq(last_day.map(LastDay::ends_at)),
        ))
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(seated == 1)
}

/// Takes a seat away.
pub fn unseat(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: AccountId,
    _change: SeatChange,
) -> Result<(), Stop> {
    diesel::delete(memberships::table.find((organization, account))).execute(connection)?;
    Ok(())
}

/// Keeps the number of members right.
pub fn count(connection: &mut PgConnection, organization: OrganizationId, more: i32) -> Result<(), Stop> {
    diesel::update(organizations::table.find(organization))
        .set(organizations::member_count.eq(organizations::member_count + more))
        .execute(connection)?;
    Ok(())
}

/// Gives a seat another role. Answers the one it had.
pub fn set_role(
    connection: &mut PgConnection,
    seat: (OrganizationId, AccountId),
    role: Role,
    _change: SeatChange,
) -> Result<Role, Stop> {
    let had = role_of(connection, seat.0, seat.1)?.unwrap_or(role);
    diesel::update(memberships::table.find(seat)).set(memberships::role.eq(role.key())).execute(connection)?;
    Ok(had)
}

/// Takes the access of a seat.
pub fn suspend(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: AccountId,
    _change: SeatChange,
) -> Result<(), Stop> {
    diesel::update(memberships::table.find((organization, account)))
        .filter(memberships::suspended_at.is_null())
        .set(memberships::suspended_at.eq(roster_now().nullable()))
        .execute(connection)?;
    Ok(())
}

/// Rests the organization on another owner. The database takes it only from here: see
/// `primary_owner_is_handed_over_openly` in the migrations.
pub fn set_primary_owner(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: AccountId,
) -> Result<(), Stop> {
    prepared!("SELECT set_config('roster.hand_over', $1, true)")
        .bind::<diesel::sql_types::Text, _>(organization.to_string())
        .execute(connection)?;
    diesel::update(organizations::table.find(organization))
        .set(organizations::primary_owner_id.eq(account))
        .execute(connection)?;
    Ok(())
}

/// Rows of a list that is no page of a longer one, at most.
pub const LISTED: i64 = 200;

/// An organization in somebody's list of their own.
#[derive(Clone, Debug)]
pub struct Mine {
    /// The organization.
    pub organization: OrganizationId,
    /// Its name.
    pub name: Title,
    /// Its current URL.
    pub slug: Slug,
    /// What they are in it.
    pub standing: Standing,
    /// As what, suspended or not.
    pub role: Role,
    /// How many belong to it.
    pub member_count: i32,
    /// Whether it has another owner who is not suspended and has no end date, and could take over.
    pub has_other_owner: bool,
    /// When it is erased, if it was deleted.
    pub erase_at: Option<DateTime<Utc>>,
    /// Where its picture is.
    pub picture: Option<PictureId>,
}

/// The columns of an organization in somebody's list: id, name, URL, where its picture is; role, whether
/// suspended, on whom it rests; how many belong, whether there is another owner, when it is erased.
type MineRow = (
    (OrganizationId, String, String, Option<PictureId>),
    (String, bool, AccountId),
    (i32, bool, Option<DateTime<Utc>>),
);

/// The organizations of an account, by name: at most so many of those that are there; or all, those that were deleted
/// and can be restored included.
pub fn mine(connection: &mut PgConnection, account: AccountId, most: Option<i64>) -> Result<Vec<Mine>, Stop> {
    let mine = memberships::table
        .inner_join(organizations::table.on(organizations::id.eq(memberships::organization_id)))
        .inner_join(
            organization_addresses::table.on(organization_addresses::organization_id
                .eq(memberships::organization_id.nullable())
                .and(organization_addresses::is_current)),
        )
        .filter(memberships::account_id.eq(account))
        .order((organizations::name, organizations::id))
        .select((
            (organizations::id, organizations::name, organization_addresses::slug, organizations::picture_id),
            (memberships::role, diesel::dsl::not(has_access!()), organizations::primary_owner_id),
            (
                organizations::member_count,
                diesel::dsl::exists(
                    active_memberships::table
                        .filter(active_memberships::organization_id.eq(memberships::organization_id))
                        .filter(active_memberships::role.eq(Role::Owner.key()))
                        .filter(active_memberships::is_lasting)
                        .filter(active_memberships::account_id.ne(account)),
                ),
                organizations::erase_at,
            ),
        ))
        .into_boxed();
    let found: Vec<MineRow> = match most {
        Some(most) => mine.filter(organizations::deleted_at.is_null()).limit(most).load(connection)?,
        None => mine.load(connection)?,
    };
    let mine = found.into_iter().map(
        |(
            (organization, name, slug, picture),
            (role, is_suspended, primary_owner),
            (member_count, has_other_owner, erase_at),
        )| Mine {
            organization,
            name: Title::stored(name),
            slug: Slug::stored(slug),
            standing: super::standing(&role, primary_owner == account, is_suspended),
            role: Role::stored(&role),
            member_count,
            has_other_owner,
            erase_at,
            picture,
        },
    );
    Ok(mine.collect())
}

/// The name and the current URL of an organization that is not deleted.
pub fn names_of(connection: &mut PgConnection, organization: OrganizationId) -> Result<Option<(Title, Slug)>, Stop> {
    let found: Option<(String, String)> = organizations::table
        .inner_join(
            organization_addresses::table.on(organization_addresses::organization_id
                .eq(organizations::id.nullable())
                .and(organization_addresses::is_current)),
        )
        .filter(organizations::id.eq(organization))
        .filter(organizations::deleted_at.is_null())
        .select((organizations::name, organization_addresses::slug))
        .first(connection)
        .optional()?;
    Ok(found.map(|(name, slug)| (Title::stored(name), Slug::stored(slug))))
}

/// Locks every organization an account belongs to, deleted or not, in ascending order of their ids: rows
/// are locked in the order in which they are found. Answers which they are.
pub fn lock_all(connection: &mut PgConnection, account: AccountId) -> Result<Vec<OrganizationId>, Stop> {
    let places = memberships::table.filter(memberships::account_id.eq(account)).select(memberships::organization_id);
    Ok(organizations::table
        .filter(organizations::id.eq_any(places))
        .order(organizations::id)
        .select(organizations::id)
        .for_no_key_update()
        .load(connection)?)
}

/// The other owners of an organization on whom it could rest, neither suspended nor with an end date, with both their
/// names, by username.
pub fn other_owners(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: AccountId,
) -> Result<Vec<(Username, Option<PersonName>)>, Stop> {
    let found: Vec<(String, Option<String>)> = active_memberships::table
        .inner_join(accounts::table.on(accounts::id.eq(active_memberships::account_id)))
        .filter(active_memberships::organization_id.eq(organization))
        .filter(active_memberships::role.eq(Role::Owner.key()))
        .filter(active_memberships::is_lasting)
        .filter(active_memberships::account_id.ne(account))
        .order(accounts::username)
        .limit(LISTED)
        .select((accounts::username, accounts::display_name))
        .load(connection)?;
    Ok(found.into_iter().map(|(name, called)| (Username::stored(name), called.map(PersonName::stored))).collect())
}

/// Somebody whom a page is about.
#[derive(Clone, Debug)]
pub struct Member {
    pub account: AccountId,
    /// As they wish to be called, if they have said so.
    pub called: Option<PersonName>,
    pub role: Role,
    pub last_day: Option<LastDay>,
}

/// A member by username.
pub fn member_by_name(
    connection: &mut PgConnection,
    organization: OrganizationId,
    person: &Username,
) -> Result<Option<Member>, Stop> {
    type Row = (AccountId, Option<String>, String, Option<DateTime<Utc>>);
    let found: Option<Row> = memberships::table
        .inner_join(accounts::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(accounts::username.eq(person.as_str()))
        .select((memberships::account_id, accounts::display_name, memberships::role, memberships::ends_at))
        .first(connection)
        .optional()?;
    Ok(found.map(|(account, called, role, ends_at)| Member {
        account,
        called: called.map(PersonName::stored),
        role: Role::stored(&role),
        last_day: ends_at.map(LastDay::stored),
    }))
}

/// One of several whom a request named.
#[derive(Clone, Debug)]
pub struct Chosen {
    pub username: Username,
    /// As they wish to be called, if they have said so.
    pub called: Option<PersonName>,
    /// Where the uploaded picture is.
    pub picture: Option<PictureId>,
    pub seat: Seat,
}

/// Those of some usernames who are members.
pub fn members_by_name(
    connection: &mut PgConnection,
    organization: OrganizationId,
    people: &[Username],
) -> Result<Vec<Chosen>, Stop> {
    type Found = (String, Option<String>, Option<PictureId>, SeatRow);
    let names: Vec<&str> = people.iter().map(Username::as_str).collect();
    let found: Vec<Found> = memberships::table
        .inner_join(accounts::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(accounts::username.eq_any(names))
        .select((
            accounts::username,
            accounts::display_name,
            accounts::picture_id,
            (memberships::account_id, memberships::role, suspended_here!(), memberships::ends_at),
        ))
        .load(connection)?;
    let chosen = found.into_iter().map(|(username, called, picture, row)| Chosen {
        username: Username::stored(username),
        called: called.map(PersonName::stored),
        picture,
        seat: seated(row),
    });
    Ok(chosen.collect())
}
