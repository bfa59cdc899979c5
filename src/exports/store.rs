//! What is read for an export: each list some rows at a time, by key and by index.

mod reviews;

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde_json::json;

use super::document::After;
use super::sheet::{Columns, SheetRow};
use crate::authority::{EffectiveRole, Role};
use crate::db::{DbError, roster_now};
use crate::has_access;
use crate::ids::{AccountId, InvitationId, OrganizationId};
use crate::members::rules::expiry::LastDay;
use crate::schema::{
    accounts, email_addresses, invitations, memberships, organization_addresses, organizations, project_addresses,
    projects, second_factors,
};
use crate::web::paging::Cursor;
pub use reviews::{DECISIONS, REVIEWS, decisions, reviews};

/// Rows that are read at once.
pub const AT_ONCE: usize = 1_000;

const LIMIT: i64 = 1_000;

diesel::alias!(accounts as inviters: Inviters);

/// The columns of URLs.
pub const URLS: Columns = Columns::plain(&["url", "is_current", "given_at"]);

/// The columns of projects.
pub const PROJECTS: Columns = Columns::plain(&[
    "name",
    "url",
    "description",
    "web_address",
    "visibility",
    "created_by",
    "created_at",
    "modified_at",
]);

/// The columns of invitations.
pub const INVITATIONS: Columns = Columns::plain(&["email", "role", "invited_by", "sent_at", "expires_at", "ends_on"]);

/// The columns of members.
pub const MEMBERS: Columns = Columns::plain(&[
    "username",
    "name",
    "email",
    "role",
    "status",
    "two_factor",
    "invited_by",
    "joined_at",
    "last_active_at",
    "ends_on",
]);

/// What is in the organization's own row, and when it was read.
pub struct Facts {
    /// On whom it rests.
    pub primary_owner: String,
    /// When it was founded.
    pub created_at: DateTime<Utc>,
    /// The moment it is.
    pub now: DateTime<Utc>,
}

/// What is in the organization's own row.
pub fn facts(connection: &mut PgConnection, organization: OrganizationId) -> Result<Facts, DbError> {
    let (primary_owner, created_at, now) = organizations::table
        .inner_join(accounts::table.on(accounts::id.eq(organizations::primary_owner_id)))
        .filter(organizations::id.eq(organization))
        .select((accounts::username, organizations::created_at, roster_now()))
        .first(connection)?;
    Ok(Facts { primary_owner, created_at, now })
}

/// Where a list goes on behind rows, if there may be more.
fn goes_on<T>(rows: &[T], after: impl Fn(&T) -> After) -> Option<After> {
    if rows.len() < AT_ONCE { None } else { rows.last().map(after) }
}

/// The URLs of an organization, older ones too.
pub fn urls(
    connection: &mut PgConnection,
    organization: OrganizationId,
    after: Option<String>,
) -> Result<(Vec<SheetRow>, Option<After>), DbError> {
    let found: Vec<(String, bool, DateTime<Utc>)> = organization_addresses::table
        .filter(organization_addresses::organization_id.eq(organization))
        .filter(organization_addresses::slug.gt(after.unwrap_or_default()))
        .order(organization_addresses::slug)
        .limit(LIMIT)
        .select((organization_addresses::slug, organization_addresses::is_current, organization_addresses::given_at))
        .load(connection)?;
    let after = goes_on(&found, |(slug, ..)| After::Slug(slug.clone()));
    let rows = found.into_iter().map(|(slug, is_current, at)| vec![json!(slug), json!(is_current), json!(at)]);
    Ok((rows.collect(), after))
}

/// The columns of a project: name, URL, description; web address, visibility, who created it; when, and when
/// it was modified.
type ProjectRow = ((String, String, String), (String, String, Option<String>), (DateTime<Utc>, DateTime<Utc>));

/// The projects of an organization, by URL: a change moves none of them.
pub fn projects(
    connection: &mut PgConnection,
    organization: OrganizationId,
    after: Option<String>,
) -> Result<(Vec<SheetRow>, Option<After>), DbError> {
    let found: Vec<ProjectRow> = project_addresses::table
        .inner_join(projects::table)
        .left_join(accounts::table.on(accounts::id.eq(projects::created_by)))
        .filter(project_addresses::organization_id.eq(organization))
        .filter(project_addresses::is_current)
        .filter(project_addresses::slug.gt(after.unwrap_or_default()))
        .order(project_addresses::slug)
        .limit(LIMIT)
        .select((
            (projects::name, project_addresses::slug, projects::description),
            (projects::web_address, projects::visibility, accounts::username.nullable()),
            (projects::created_at, projects::modified_at),
        ))
        .load(connection)?;
    let after = goes_on(&found, |((_, slug, _), ..)| After::Slug(slug.clone()));
    let rows = found.into_iter().map(
        |((name, slug, description), (web_address, visibility, by), (created_at, modified_at))| {
            vec![
                json!(name),
                json!(slug),
                json!(description),
                json!(web_address),
                json!(visibility),
                json!(by),
                json!(created_at),
                json!(modified_at),
            ]
        },
    );
    Ok((rows.collect(), after))
}

/// The columns of an invitation: id, address, role; who invited, when it was sent, when it expires.
type InvitationRow =
    ((InvitationId, String, String), (Option<String>, DateTime<Utc>, Option<DateTime<Utc>>, DateTime<Utc>));

/// The open invitations of an organization, by when they expire; those that have expired, too.
pub fn invitations(
    connection: &mut PgConnection,
    organization: OrganizationId,
    after: Option<Cursor>,
) -> Result<(Vec<SheetRow>, Option<After>), DbError> {
    let found = invitations::table
        .left_join(accounts::table.on(accounts::id.eq(invitations::inviter_id)))
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::ended_at.is_null())
        .order((invitations::expires_at, invitations::id))
        .limit(LIMIT)
        .select((
            (invitations::id, invitations::email, invitations::role),
            (
                accounts::username.nullable(),
                invitations::sent_at,
                invitations::membership_ends_at,
                invitations::expires_at,
            ),
        ))
        .into_boxed();
    let found: Vec<InvitationRow> = match after {
        None => found.load(connection)?,
        Some(Cursor { at, id }) => found
            .filter(
                invitations::expires_at
                    .ge(at)
                    .and(invitations::expires_at.gt(at).or(invitations::id.gt(InvitationId::from(id)))),
            )
            .load(connection)?,
    };
    let after = goes_on(&found, |((id, ..), (.., at))| After::SheetRow(Cursor { at: *at, id: id.uuid() }));
    let rows = found.into_iter().map(|((_, email, role), (by, sent_at, ends_at, expires_at))| {
        let role = Role::stored(&role).label();
        vec![json!(email), json!(role), json!(by), json!(sent_at), json!(expires_at), json!(ends_on(ends_at))]
    });
    Ok((rows.collect(), after))
}

/// The columns of a member: account, both names, address; role, whether suspended, whether there is a second
/// factor; who invited, since when, when last active.
type MemberRow = (
    (AccountId, String, Option<String>, Option<String>),
    (String, bool, bool),
    (Option<String>, DateTime<Utc>, DateTime<Utc>, Option<DateTime<Utc>>),
);

/// The last day before an end, as it is written.
fn ends_on(ends_at: Option<DateTime<Utc>>) -> Option<String> {
    ends_at.map(|at| LastDay::stored(at).to_string())
}

/// The people of an organization, in order of joining.
pub fn members(
    connection: &mut PgConnection,
    organization: OrganizationId,
    primary_owner: AccountId,
    sees_addresses: bool,
    after: Option<Cursor>,
) -> Result<(Vec<SheetRow>, Option<After>), DbError> {
    let found = memberships::table
        .inner_join(accounts::table)
        .left_join(
            email_addresses::table
                .on(email_addresses::account_id.eq(memberships::account_id).and(email_addresses::is_primary)),
        )
        .left_join(second_factors::table.on(second_factors::account_id.eq(memberships::account_id)))
        .left_join(inviters.on(inviters.field(accounts::id).nullable().eq(memberships::invited_by)))
        .filter(memberships::organization_id.eq(organization))
        .order((memberships::joined_at, memberships::account_id))
        .limit(LIMIT)
        .select((
            (memberships::account_id, accounts::username, accounts::display_name, email_addresses::address.nullable()),
            (memberships::role, diesel::dsl::not(has_access!()), second_factors::confirmed_at.nullable().is_not_null()),
            (
                inviters.field(accounts::username).nullable(),
                memberships::joined_at,
                memberships::last_active_at,
                memberships::ends_at,
            ),
        ))
        .into_boxed();
    let found: Vec<MemberRow> = match after {
        None => found.load(connection)?,
        Some(Cursor { at, id }) => found
            .filter(
                memberships::joined_at
                    .ge(at)
                    .and(memberships::joined_at.gt(at).or(memberships::account_id.gt(AccountId::from(id)))),
            )
            .load(connection)?,
    };
    let after =
        goes_on(&found, |((account, ..), _, (_, at, ..))| After::SheetRow(Cursor { at: *at, id: account.uuid() }));
    let rows = found.into_iter().map(
        |(
            (account, username, name, address),
            (role, is_suspended, is_guarded),
            (by, joined_at, last_active_at, ends_at),
        )| {
            let standing = EffectiveRole::of_one(Role::stored(&role), account == primary_owner, false);
            vec![
                json!(username),
                json!(name),
                json!(address.filter(|_| sees_addresses)),
                json!(standing.label()),
                json!(if is_suspended { "Suspended" } else { "Active" }),
                json!(is_guarded),
                json!(by),
                json!(joined_at),
                json!(last_active_at),
                json!(ends_on(ends_at)),
            ]
        },
    );
    Ok((rows.collect(), after))
}
