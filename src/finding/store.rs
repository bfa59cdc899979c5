//! Where somebody belongs, and what is found there.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Uuid as SqlUuid};
use serde::Deserialize;

use super::rules::{SHOWN, Wanted};
use crate::authority::Standing;
use crate::db::Stop;
use crate::ids::{AccountId, OrganizationId, PictureId};
use crate::members::standing;
use crate::prepared;
use crate::projects::rules::Visibility;
use crate::text::{EmailAddress, PersonName, Slug, Title, Username};

/// Rows of words that a search looks at, of projects and of people each, in all organizations together.
const BUDGET: usize = 2_000;

/// Places in the words' index at which a search begins to read, of projects and of people each.
const PROBES: usize = 600;

/// So many organizations of one person are gone through, those they used last.
pub const MOST: usize = 500;

/// An organization that somebody belongs to.
#[derive(Clone, Debug)]
pub struct Mine {
    /// Which.
    pub organization: OrganizationId,
    /// Its name.
    pub name: Title,
    /// Its current URL.
    pub slug: Slug,
    /// What they are in it.
    pub standing: Standing,
    /// How many belong to it.
    pub member_count: i32,
    /// Where its picture is.
    pub picture: Option<PictureId>,
}

/// The organizations of an account, those used last first. Each row is looked up by its key, behind `OFFSET 0`: no
/// estimate makes PostgreSQL read a table instead.
const MINE: &str = "
SELECT organization.id, organization.name, address.slug, organization.picture_id, seat.role, seat.organization_id NOT IN (
           SELECT organization_id FROM active_memberships WHERE account_id = $1
       ) AS is_suspended,
       organization.primary_owner_id, organization.member_count
FROM (
    SELECT organization_id, role, last_active_at FROM memberships
    WHERE account_id = $1 ORDER BY last_active_at DESC, organization_id DESC
) AS seat CROSS JOIN LATERAL (
    SELECT id, name, picture_id, primary_owner_id, member_count FROM organizations
    WHERE id = seat.organization_id AND deleted_at IS NULL OFFSET 0
) AS organization CROSS JOIN LATERAL (
    SELECT slug FROM organization_addresses WHERE organization_id = seat.organization_id AND is_current OFFSET 0
) AS address
ORDER BY seat.last_active_at DESC, seat.organization_id DESC LIMIT $2";

#[derive(QueryableByName)]
struct MineRow {
    #[diesel(sql_type = SqlUuid)]
    id: OrganizationId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    picture_id: Option<PictureId>,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Bool)]
    is_suspended: bool,
    #[diesel(sql_type = SqlUuid)]
    primary_owner_id: AccountId,
    #[diesel(sql_type = Integer)]
    member_count: i32,
}

/// The organizations of an account, those used last first.
pub fn mine(connection: &mut PgConnection, account: AccountId) -> Result<Vec<Mine>, Stop> {
    let found =
        prepared!(MINE).bind::<SqlUuid, _>(account).bind::<BigInt, _>(number(MOST)).load::<MineRow>(connection)?;
    let mine = found.into_iter().map(|row| Mine {
        organization: row.id,
        name: Title::stored(row.name),
        slug: Slug::stored(row.slug),
        standing: standing(&row.role, row.primary_owner_id == account, row.is_suspended),
        member_count: row.member_count,
        picture: row.picture_id,
    });
    Ok(mine.collect())
}

/// Where may be looked for what: the organizations that allow it, those used last first.
#[derive(Debug)]
pub struct Reach {
    /// Where projects may be seen.
    pub projects: Vec<OrganizationId>,
    /// Where people may be seen.
    pub people: Vec<OrganizationId>,
    /// Where their addresses may be seen, too.
    pub addresses: Vec<OrganizationId>,
}

/// The rows of a table of words that begin as one of the longest typed words, in some organizations: in each first
/// those that begin a name. The other words only leave some out. Every word in every organization has the same share of
/// the budget, so that a rare word finds its name beside a common one, and a small organization its own beside a large
/// one; no more rows than the budget are looked at (COST-3). What was used last comes first.
macro_rules! hits {
    ($words:literal, $whose:literal, $places:literal) => {
        concat!(
            "SELECT looked.whose, looked.organization_id, looked.is_later, looked.word, looked.nth
            FROM (
                SELECT probe.*, near.whose, near.word
                FROM (
                    SELECT asked.word AS asked, asked.past, asked.others, place.organization_id, place.nth, begins.is_later,
                           greatest($5, $6 / count(*) OVER ()) AS share
                    FROM asked
                    CROSS JOIN unnest(", $places, ") WITH ORDINALITY AS place (organization_id, nth)
                    CROSS JOIN (VALUES (false), (true)) AS begins (is_later)
                    ORDER BY begins.is_later, place.nth, asked.rank
                ) AS probe
                CROSS JOIN LATERAL (
                    SELECT words.", $whose, " AS whose, words.word FROM ", $words, " AS words
                    WHERE words.organization_id = probe.organization_id AND words.is_later = probe.is_later
                      AND words.word >= probe.asked AND words.word < probe.past
                    ORDER BY words.word, words.", $whose, " LIMIT probe.share
                ) AS near
                LIMIT $6
            ) AS looked
            WHERE NOT EXISTS (
                SELECT FROM unnest(looked.others) AS other WHERE NOT EXISTS (
                    SELECT FROM ", $words, " AS words
                    WHERE words.", $whose, " = looked.whose AND words.organization_id = looked.organization_id
                      AND words.word >= other COLLATE \"C\" AND words.word < (other || chr(1114111)) COLLATE \"C\"
                )
            )"
        )
    };
}

/// What is found is joined to the rows it stands for: a word without them finds nothing. A whole address finds its
/// person, too, where it may be seen.
const FOUND: &str = concat!(
    "
WITH asked AS MATERIALIZED (
    SELECT word COLLATE \"C\" AS word, (word || chr(1114111)) COLLATE \"C\" AS past, array_remove(words, word) AS others, nth AS rank
    FROM (
        SELECT (array_agg(word ORDER BY length(word) DESC, word))[1:6] AS words
        FROM (SELECT DISTINCT unnest(words_of($1)) AS word) AS typed
    ) AS longest_first
    CROSS JOIN LATERAL unnest(words[1:$7]) WITH ORDINALITY AS longest (word, nth)
), people AS (
    SELECT DISTINCT ON (whose) * FROM (",
    hits!("member_words", "account_id", "$3"),
    " UNION ALL
        SELECT email_addresses.account_id, seat.organization_id, false, '', place.nth
        FROM email_addresses
        CROSS JOIN unnest($4) WITH ORDINALITY AS place (organization_id, nth)
        CROSS JOIN LATERAL (
            SELECT organization_id FROM memberships
            WHERE organization_id = place.organization_id AND account_id = email_addresses.account_id OFFSET 0
        ) AS seat
        WHERE email_addresses.address = lower($1) AND email_addresses.is_primary
    ) AS hits ORDER BY whose, is_later, word, nth
), projects_found AS (
    SELECT DISTINCT ON (whose) * FROM (",
    hits!("project_words", "project_id", "$2"),
    ") AS hits ORDER BY whose, is_later, word
), shown_people AS (
    SELECT best.is_later, best.word, best.organization_id AS organization, best.whose AS account,
           seat.joined_at, account.username, account.display_name, account.picture_id, email.address
    FROM (SELECT * FROM people ORDER BY is_later, word, whose LIMIT $5) AS best
    CROSS JOIN LATERAL (
        SELECT joined_at FROM memberships WHERE organization_id = best.organization_id AND account_id = best.whose OFFSET 0
    ) AS seat
    CROSS JOIN LATERAL (
        SELECT username, display_name, picture_id FROM accounts WHERE id = best.whose OFFSET 0
    ) AS account
    LEFT JOIN LATERAL (
        SELECT address FROM email_addresses WHERE account_id = best.whose AND is_primary OFFSET 0
    ) AS email ON best.organization_id = ANY ($4)
), shown_projects AS (
    SELECT best.is_later, best.word, best.organization_id AS organization, project.name, project.visibility, address.slug
    FROM (SELECT * FROM projects_found ORDER BY is_later, word, whose LIMIT $5) AS best
    CROSS JOIN LATERAL (
        SELECT name, visibility FROM projects WHERE id = best.whose AND organization_id = best.organization_id OFFSET 0
    ) AS project
    CROSS JOIN LATERAL (
        SELECT slug FROM project_addresses WHERE project_id = best.whose AND is_current OFFSET 0
    ) AS address
)
SELECT json_build_object(
    'people', coalesce((SELECT json_agg(to_json(one) ORDER BY is_later, word, username) FROM shown_people AS one), '[]'),
    'projects', coalesce((SELECT json_agg(to_json(one) ORDER BY is_later, word, name, slug) FROM shown_projects AS one), '[]')
)::text AS found"
);

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Text)]
    found: String,
}

/// What is found in somebody's organizations; of each kind one more than is shown when there are more.
#[derive(Default, Deserialize)]
pub struct Found {
    /// Projects, the best first.
    pub projects: Vec<Project>,
    /// People, the best first.
    pub people: Vec<Person>,
}

/// A project that is found.
#[derive(Deserialize)]
pub struct Project {
    /// Whose it is.
    pub organization: OrganizationId,
    /// Its name.
    pub name: Title,
    /// Its current URL within the organization.
    pub slug: Slug,
    visibility: String,
}

impl Project {
    /// Whether only the people of the organization see it.
    pub fn is_private(&self) -> bool {
        Visibility::stored(&self.visibility) == Visibility::Private
    }
}

/// Somebody who is found, in the organization where whoever asks meets them.
#[derive(Deserialize)]
pub struct Person {
    /// Where.
    pub organization: OrganizationId,
    /// Who.
    pub account: AccountId,
    /// Since when they belong there.
    pub joined_at: DateTime<Utc>,
    /// By which name.
    pub username: Username,
    /// As they wish to be called, if they have said so.
    pub display_name: Option<PersonName>,
    /// Where their picture is.
    pub picture_id: Option<PictureId>,
    /// The primary address, where it may be seen.
    pub address: Option<EmailAddress>,
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// How many of the longest words are looked for by themselves, so that there are no more places to begin at than
/// [`PROBES`].
fn leading(reach: &Reach) -> i32 {
    let places = reach.projects.len().max(reach.people.len()).max(1);
    i32::try_from((PROBES / (2 * places)).clamp(1, 3)).unwrap_or(1)
}

/// What is found within reach.
pub fn found(connection: &mut PgConnection, wanted: &Wanted, reach: &Reach) -> Result<Found, Stop> {
    let told = prepared!(FOUND)
        .bind::<Text, _>(wanted.as_str())
        .bind::<Array<SqlUuid>, _>(&reach.projects)
        .bind::<Array<SqlUuid>, _>(&reach.people)
        .bind::<Array<SqlUuid>, _>(&reach.addresses)
        .bind::<BigInt, _>(number(SHOWN + 1))
        .bind::<BigInt, _>(number(BUDGET))
        .bind::<Integer, _>(leading(reach))
        .get_result::<Told>(connection)?;
    serde_json::from_str(&told.found).map_err(|error| Stop::Broken(format!("what was found cannot be read: {error}")))
}
