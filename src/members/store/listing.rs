//! The people of an organization, as they are asked for.
//!
//! However many belong, a page reads a bounded number of rows. All orders have an index, of everybody and of those who
//! are alike in role, access and two-factor authentication; so a list that leaves out nobody, or only by these, is read
//! row by row from its place on, from each kind of people at most a page.
//!
//! What is typed, and the last activity in an order that goes by something else, have no index that is in the right
//! order. Of what they find, and of what the rest leaves, at most [`REACH`] rows are read: where one of the two is
//! smaller than that, it is all there is, and is sorted. Where both are larger the list is gone through in its order, so
//! many rows at a time: there most rows fit, so it is a full page nearly always; where it is not, the page says so and
//! leads on.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use serde::Deserialize;
use uuid::Uuid;

use super::super::rules::listing::{By, Kind, Listing, Place};
use crate::authority::{Role, Standing};
use crate::db::Stop;
use crate::ids::{AccountId, OrganizationId, PictureId};
use crate::members::rules::limiting::LastDay;
use crate::members::standing;
use crate::text::{EmailAddress, PersonName, Username};
use crate::web::paging::Cursor;

/// People on a page: each takes several lines, and on a phone half a screen.
const PAGE: usize = 25;

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
    username: Username,
    display_name: Option<PersonName>,
    address: Option<EmailAddress>,
    picture_id: Option<PictureId>,
    role: String,
    #[serde(flatten)]
    at: Reached,
    /// By the row alone: whose last day is over stands among those in force until a worker has been there.
    is_in_force: bool,
    ends_at: Option<DateTime<Utc>>,
}

/// A row as far as an order knows it.
#[derive(Clone, Deserialize)]
struct Reached {
    account_id: AccountId,
    name: String,
    joined_at: DateTime<Utc>,
    last_active_at: DateTime<Utc>,
}

impl Reached {
    fn place(&self, by: By) -> Place {
        let id = self.account_id.uuid();
        match by {
            By::Name => Place::Named(self.name.clone(), id),
            By::Joined => Place::At(Cursor { at: self.joined_at, id }),
            By::Active => Place::At(Cursor { at: self.last_active_at, id }),
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

/// Statements about a list, put together from the parts below; everything that was asked is bound to them:
/// `$1` the organization, `$2` to `$4` who are alike, `$5` what was typed, `$6` and `$7` the time or name of the place to
/// go on from and `$8` its id, `$9` and `$10` between which times they were here.
struct Statement<'l> {
    listing: &'l Listing,
    is_of_some: bool,
    by_address: bool,
}

const fn column(by: By) -> &'static str {
    match by {
        By::Name => "name",
        By::Joined => "joined_at",
        By::Active => "last_active_at",
    }
}

impl Statement<'_> {
    fn in_order(&self, by: By) -> String {
        let falling = if self.listing.order.is_falling() { " DESC" } else { "" };
        format!("ORDER BY {}{falling}, account_id{falling}", column(by))
    }

    /// What lies behind the place to go on from.
    fn behind(&self) -> String {
        if self.listing.after.is_none() {
            return String::new();
        }
        let by = self.listing.order.by();
        let place = if by == By::Name { "$7 COLLATE \"C\"" } else { "$6" };
        let than = if self.listing.order.is_falling() { "<" } else { ">" };
        format!(" AND (seat.{}, seat.account_id) {than} ({place}, $8)", column(by))
    }

    /// Who was here then.
    fn seen(&self) -> &'static str {
        match self.listing.seen.map(|seen| seen.bounds(DateTime::UNIX_EPOCH)) {
            None => "",
            Some((Some(_), _)) => " AND seat.last_active_at >= $9",
            Some((None, _)) => " AND seat.last_active_at < $10",
        }
    }

    /// Rows by index: of everybody, or of each kind of those who are alike, put together. The limit of each is hidden from
    /// the planner: kinds are of very different sizes, and for a limit near their mean it would read a whole kind and sort.
    fn seats(&self, by: By, conditions: &str, limit: usize) -> String {
        let order = self.in_order(by);
        let rows = |alike: &str| {
            format!(
                "SELECT seat.* FROM memberships AS seat WHERE seat.organization_id = $1{alike}{conditions} {order} LIMIT (SELECT {limit})"
            )
        };
        if !self.is_of_some {
            return rows("");
        }
        let alike = rows(
            " AND seat.is_in_force = alike.is_in_force AND seat.role = alike.role AND seat.has_two_factor = alike.has_two_factor",
        );
        format!(
            "SELECT seat.* FROM unnest($2, $3, $4) AS alike (is_in_force, role, has_two_factor) \
             CROSS JOIN LATERAL ({alike}) AS seat {order} LIMIT {limit}"
        )
    }

    /// What is found by the longest of the words that were typed: not more than is worth sorting, and one.
    fn hits(&self) -> String {
        let limit = REACH + 1;
        if self.by_address {
            return format!(
                "SELECT hit.account_id FROM typed CROSS JOIN LATERAL (SELECT account_id FROM email_addresses WHERE is_primary \
                    AND address COLLATE \"C\" >= typed.word AND address COLLATE \"C\" < typed.past \
                    ORDER BY address COLLATE \"C\" LIMIT {limit}) AS hit"
            );
        }
        format!(
            "SELECT hit.account_id FROM typed \
             CROSS JOIN (VALUES (false), (true)) AS begins (is_later) \
             CROSS JOIN LATERAL (SELECT account_id FROM member_words AS words WHERE words.organization_id = $1 \
                AND words.is_later = begins.is_later AND words.word >= typed.word AND words.word < typed.past \
                ORDER BY words.word LIMIT {limit}) AS hit LIMIT {limit}"
        )
    }

    /// Whether a row is one that was typed: looked up for each row, as all that begins so may be the whole table.
    fn fits(&self) -> &'static str {
        match (self.listing.text.is_empty(), self.by_address) {
            (true, _) => "",
            (false, true) => {
                " AND EXISTS (SELECT FROM email_addresses WHERE is_primary AND account_id = seat.account_id \
                  AND address COLLATE \"C\" >= (SELECT word FROM typed) AND address COLLATE \"C\" < (SELECT past FROM typed) OFFSET 0)"
            }
            (false, false) => {
                " AND EXISTS (SELECT FROM member_words AS words \
                    WHERE words.account_id = seat.account_id AND words.organization_id = $1 \
                    AND words.word >= (SELECT word FROM typed) AND words.word < (SELECT past FROM typed) OFFSET 0) \
                  AND ((SELECT cardinality(words) FROM typed) = 1 \
                    OR (SELECT bool_and(EXISTS (SELECT FROM member_words AS words \
                        WHERE words.account_id = seat.account_id AND words.organization_id = $1 \
                        AND words.word >= begin COLLATE \"C\" AND words.word < (begin || chr(1114111)) COLLATE \"C\" OFFSET 0)) \
                    FROM typed, unnest(typed.words) AS begin))"
            }
        }
    }

    /// Of which parts the page is chosen.
    fn chosen(&self) -> String {
        let (order, page) = (self.listing.order.by(), PAGE + 1);
        let seen_in_order = if order == By::Active { self.seen() } else { "" };
        let is_typed = !self.listing.text.is_empty();
        if !is_typed && (self.listing.seen.is_none() || order == By::Active) {
            let seats = self.seats(order, &format!("{seen_in_order}{}", self.behind()), page);
            return format!("chosen AS MATERIALIZED ({seats}), reached AS (SELECT * FROM chosen WHERE false)");
        }
        // What was typed finds few, or what the rest leaves is little, or the list is gone through.
        let by = if self.listing.seen.is_some() { By::Active } else { order };
        let rest = self.seats(by, self.seen(), REACH + 1);
        let through = self.seats(order, &format!("{seen_in_order}{}", self.behind()), REACH);
        let alike = if self.is_of_some {
            " AND (seat.is_in_force, seat.role, seat.has_two_factor) IN (SELECT * FROM unnest($2, $3, $4))"
        } else {
            ""
        };
        let (in_order, behind, seen, fits) = (self.in_order(order), self.behind(), self.seen(), self.fits());
        let wanted = format!("true{behind}{seen}{alike}{fits}");
        let (typed, few, many) = if is_typed {
            let typed = if self.by_address {
                "SELECT ARRAY[lower($5)] AS words"
            } else {
                "SELECT (array_agg(word ORDER BY length(word) DESC, word))[1:6] AS words \
                 FROM (SELECT DISTINCT unnest(words_of($5)) AS word) AS typed"
            };
            let parts = format!(
                "typed AS MATERIALIZED (SELECT words, words[1] COLLATE \"C\" AS word, \
                    (words[1] || chr(1114111)) COLLATE \"C\" AS past FROM ({typed}) AS typed), \
                 hits AS MATERIALIZED ({}), ",
                self.hits()
            );
            let few = format!(
                "SELECT seat.* FROM (SELECT DISTINCT account_id FROM hits) AS found \
                 CROSS JOIN LATERAL (SELECT * FROM memberships WHERE organization_id = $1 \
                    AND account_id = found.account_id LIMIT 1) AS seat \
                 WHERE (SELECT are_few FROM hit) AND {wanted} UNION ALL "
            );
            (parts, few, "NOT (SELECT are_few FROM hit) AND ")
        } else {
            (String::new(), String::new(), "")
        };
        let hit = if is_typed {
            format!("hit AS MATERIALIZED (SELECT count(*) <= {REACH} AS are_few FROM hits), ")
        } else {
            String::new()
        };
        // How many belong is counted as they come and go, so that nobody need be counted to know that everybody is many.
        let is_little = if self.is_of_some || self.listing.seen.is_some() {
            format!("SELECT count(*) <= {REACH} AS is_so FROM ({rest}) AS rest")
        } else {
            format!("SELECT member_count <= {REACH} AS is_so FROM organizations WHERE id = $1")
        };
        let goes_through = format!("{many}NOT (SELECT is_so FROM little)");
        format!(
            "{typed}{hit}little AS MATERIALIZED ({is_little}), \
             chosen AS MATERIALIZED (SELECT * FROM ( \
                SELECT * FROM ({few}SELECT * FROM ({rest}) AS seat WHERE {many}(SELECT is_so FROM little) AND {wanted}) AS seat \
                UNION ALL (SELECT * FROM ({through}) AS seat WHERE {goes_through} AND {wanted} {in_order} LIMIT {page}) \
                ) AS seat {in_order} LIMIT {page}), \
             reached AS (SELECT * FROM ({through}) AS seat WHERE {goes_through} AND (SELECT count(*) < {page} FROM chosen) \
                {in_order} OFFSET {} LIMIT 1)",
            REACH - 1
        )
    }

    fn sql(&self) -> String {
        let place = "seat.account_id, seat.name, seat.joined_at, seat.last_active_at";
        let (chosen, in_order) = (self.chosen(), self.in_order(self.listing.order.by()));
        format!(
            "WITH {chosen}, shown AS ( \
                SELECT {place}, seat.role, seat.is_in_force, seat.ends_at, accounts.username, accounts.display_name, accounts.picture_id, \
                    email_addresses.address \
                FROM chosen AS seat CROSS JOIN LATERAL (SELECT * FROM accounts WHERE id = seat.account_id LIMIT 1) AS accounts \
                LEFT JOIN LATERAL (SELECT address FROM email_addresses WHERE account_id = seat.account_id AND is_primary \
                    LIMIT 1) AS email_addresses ON true) \
             SELECT json_build_object( \
                'people', coalesce((SELECT json_agg(to_json(shown) {in_order}) FROM shown), '[]'), \
                'reached', (SELECT to_json(place) FROM (SELECT {place} FROM reached AS seat) AS place) \
             )::text AS found"
        )
    }
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
    let statement = Statement { listing, is_of_some: !alike.is_empty(), by_address }.sql();
    let told: Told = diesel::sql_query(statement)
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
    let last = if is_full { found.people.last().map(|person| person.at.clone()) } else { found.reached };
    let people = found.people.into_iter().map(|person| Person {
        account: person.at.account_id,
        username: person.username,
        display_name: person.display_name,
        address: person.address,
        standing: standing(
            &person.role,
            person.at.account_id == primary_owner,
            !person.is_in_force || person.ends_at.is_some_and(|ends_at| ends_at <= now),
        ),
        role: Role::stored(&person.role),
        joined_at: person.at.joined_at,
        last_active_at: person.at.last_active_at,
        picture: person.picture_id,
        last_day: person.ends_at.map(LastDay::stored),
    });
    PeoplePage { people: people.collect(), is_partial: !is_full && last.is_some(), next: last.map(|at| at.place(by)) }
}
