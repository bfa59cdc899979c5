//! The people of an organization, as they are asked for.
//!
//! However many belong, a page reads a bounded number of rows. All orders have an index, of everybody and of those who
//! are alike in role, access and two-factor authentication; so a list that leaves out nobody, or only by these, is read
//! row by row from its place on, from each kind of people at most a page.
//!
//! What is typed, and the last activity in an order that goes by something else, have no index that is in the right
//! order. Where either finds few ([`FEW`]), those are all there are, and are sorted. Where both find many, the list is gone
//! through in its order until a page is full, as it soon is where most rows fit, and not further than [`REACH`] rows. Where
//! it is not full by then, what is found is sorted after all, as long as one of the two finds no more than that; and where
//! both find more, the page says that it is not full, and leads on.

mod statement;

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use serde::Deserialize;
use uuid::Uuid;

use super::super::rules::listing::{By, Kind, Listing, Place};
use crate::authority::{Role, Standing};
use crate::db::Stop;
use crate::db::prepared::Prepared;
use crate::ids::{AccountId, OrganizationId, PictureId};
use crate::members::rules::limiting::LastDay;
use crate::members::standing;
use crate::text::{EmailAddress, PersonName, Username};
use crate::web::paging::Cursor;
use statement::Statement;

/// People on a page: each takes several lines, and on a phone half a screen.
const PAGE: usize = 25;

/// So few are sorted without a look at whether that is needed.
const FEW: usize = 250;

/// So many rows of one kind are gone through for a page, where no index has just those that are wanted.
const REACH: usize = 1000;

/// Someone in an organization's list of people.
#[derive(Clone, Debug)]
pub struct Person {
    /// Who.
    pub account: AccountId,
    /// By which name.
    pub username: Username,
    /// As they wish to be called, if they have said so.
    pub display_name: Option<PersonName>,
    /// The primary address, for those who may see it.
    pub address: Option<EmailAddress>,
    /// Their role.
    pub role: Role,
    /// What they are here, by it.
    pub standing: Standing,
    /// Since when.
    pub joined_at: DateTime<Utc>,
    /// When they were last here, for those who may see it.
    pub last_active_at: DateTime<Utc>,
    /// Where their picture is.
    pub picture: Option<PictureId>,
    /// The last day of the membership, if it ends.
    pub last_day: Option<LastDay>,
}

/// A page of people, and where the next begins.
pub struct PeoplePage {
    /// The people, in the order that was asked for.
    pub people: Vec<Person>,
    /// Where the next page begins, if there is one.
    pub next: Option<Place>,
    /// Whether the page is not full though there may be more: enough was gone through for one page.
    pub is_partial: bool,
}

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Text)]
    found: String,
}

#[derive(Deserialize)]
struct Found {
    people: Vec<FoundPerson>,
    /// Where the list was gone through to, if enough was for one page.
    reached: Option<Reached>,
}

#[derive(Deserialize)]
struct FoundPerson {
    account_id: AccountId,
    username: Username,
    display_name: Option<PersonName>,
    address: Option<EmailAddress>,
    picture_id: Option<PictureId>,
    role: String,
    name: String,
    joined_at: DateTime<Utc>,
    last_active_at: DateTime<Utc>,
    /// By the row alone: whose last day is over stands among those in force until a worker has been there.
    is_in_force: bool,
    ends_at: Option<DateTime<Utc>>,
}

impl FoundPerson {
    fn place(&self, by: By) -> Place {
        let key = match by {
            By::Name => Key::Name(self.name.clone()),
            By::Joined => Key::JoinedAt(self.joined_at),
            By::Active => Key::LastActiveAt(self.last_active_at),
        };
        Reached { account_id: self.account_id, key }.place()
    }
}

/// A row as far as its order knows it.
#[derive(Deserialize)]
struct Reached {
    account_id: AccountId,
    #[serde(flatten)]
    key: Key,
}

/// What an order goes by, under the name of its column.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Key {
    Name(String),
    JoinedAt(DateTime<Utc>),
    LastActiveAt(DateTime<Utc>),
}

impl Reached {
    fn place(self) -> Place {
        let id = self.account_id.uuid();
        match self.key {
            Key::Name(name) => Place::Named(name, id),
            Key::JoinedAt(at) | Key::LastActiveAt(at) => Place::At(Cursor { at, id }),
        }
    }
}

/// The kinds of people who are alike, where a list is of some of them: access, role, two-factor authentication.
fn alike(listing: &Listing) -> Vec<(bool, Role, bool)> {
    if listing.kind.is_none() && listing.guarded.is_none() {
        return Vec::new();
    }
    let wanted = |is_in_force: bool, role: Role, guarded: bool| {
        listing.guarded.is_none_or(|wanted| wanted == guarded)
            && match listing.kind {
                None => true,
                Some(Kind::In(wanted)) => is_in_force && role == wanted,
                Some(Kind::Suspended) => !is_in_force,
            }
    };
    let of_role = |role| [(true, role, true), (true, role, false), (false, role, true), (false, role, false)];
    Role::ALL.into_iter().flat_map(of_role).filter(|(force, role, guarded)| wanted(*force, *role, *guarded)).collect()
}

/// A page of an organization's people. What was typed is compared with addresses only where that is said.
pub fn people(
    connection: &mut PgConnection,
    (organization, primary_owner): (OrganizationId, AccountId),
    listing: &Listing,
    by_address: bool,
    now: DateTime<Utc>,
) -> Result<PeoplePage, Stop> {
    let alike = alike(listing);
    let in_force: Vec<bool> = alike.iter().map(|(is_in_force, ..)| *is_in_force).collect();
    let roles: Vec<&str> = alike.iter().map(|(_, role, _)| role.key()).collect();
    let guarded: Vec<bool> = alike.iter().map(|(.., guarded)| *guarded).collect();
    let (at, name, id): (Option<DateTime<Utc>>, Option<&str>, Option<Uuid>) = match &listing.after {
        None => (None, None, None),
        Some(Place::At(cursor)) => (Some(cursor.at), None, Some(cursor.id)),
        Some(Place::Named(name, id)) => (None, Some(name), Some(*id)),
    };
    let (since, before) = listing.seen.map_or((None, None), |seen| seen.bounds(now));
    let statement = Statement { listing, kinds: alike.len(), by_address }.sql();
    let told: Told = Prepared::put_together(statement)
        .bind::<SqlUuid, _>(organization)
        .bind::<Array<Bool>, _>(in_force)
        .bind::<Array<Text>, _>(roles)
        .bind::<Array<Bool>, _>(guarded)
        .bind::<Text, _>(&listing.text)
        .bind::<Nullable<Timestamptz>, _>(at)
        .bind::<Nullable<Text>, _>(name)
        .bind::<Nullable<SqlUuid>, _>(id)
        .bind::<Nullable<Timestamptz>, _>(since)
        .bind::<Nullable<Timestamptz>, _>(before)
        .get_result(connection)?;
    let found: Found = serde_json::from_str(&told.found)
        .map_err(|error| Stop::Broken(format!("the people of a list cannot be read: {error}")))?;
    Ok(page(found, primary_owner, listing.order.by(), now))
}

/// One row more than a page holds was asked for: whether there is a next page, and where it begins.
fn page(mut found: Found, primary_owner: AccountId, by: By, now: DateTime<Utc>) -> PeoplePage {
    let is_full = found.people.len() > PAGE;
    found.people.truncate(PAGE);
    let next = match found.people.last() {
        Some(last) if is_full => Some(last.place(by)),
        _ => found.reached.map(Reached::place),
    };
    let people = found.people.into_iter().map(|person| Person {
        account: person.account_id,
        username: person.username,
        display_name: person.display_name,
        address: person.address,
        standing: standing(
            &person.role,
            person.account_id == primary_owner,
            !person.is_in_force || person.ends_at.is_some_and(|ends_at| ends_at <= now),
        ),
        role: Role::stored(&person.role),
        joined_at: person.joined_at,
        last_active_at: person.last_active_at,
        picture: person.picture_id,
        last_day: person.ends_at.map(LastDay::stored),
    });
    PeoplePage { people: people.collect(), is_partial: !is_full && next.is_some(), next }
}
