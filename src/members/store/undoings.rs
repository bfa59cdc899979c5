//! What was cut, for having it back.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Uuid as SqlUuid};

use crate::authority::{Act, Role, WithinOrganization};
use crate::db::{Asking, Stop, roster_now};
use crate::ids::{AccountId, OrganizationId, UndoingId};
use crate::members::protection::SeatChange;
use crate::members::rules::undoing::{Ended, LASTS, Undoing};
use crate::prepared;
use crate::schema::{accounts, memberships, undoings};
use crate::text::{PersonName, Username};

/// Keeps a membership as it is now, before it is ended or gets another role. What was kept of it before can
/// be had back no more.
pub fn keep(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: AccountId,
    became: Option<Role>,
) -> Result<UndoingId, Stop> {
    let before = undoings::table
        .filter(undoings::organization_id.eq(organization))
        .filter(undoings::account_id.eq(account))
        .filter(undoings::ended_how.is_null());
    diesel::update(before).set(undoings::ended_how.eq(Ended::Overtaken.key())).execute(connection)?;
    let id = UndoingId::fresh();
    prepared!(
        "INSERT INTO undoings (id, organization_id, account_id, role, became, joined_at, invited_by, last_active_at, suspended_at, ends_at, end_told_at, wants_people, wants_invitations, wants_settings) \
         SELECT $1, organization_id, account_id, role, $4, joined_at, invited_by, last_active_at, suspended_at, ends_at, end_told_at, wants_people, wants_invitations, wants_settings \
         FROM memberships WHERE organization_id = $2 AND account_id = $3",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(organization)
    .bind::<SqlUuid, _>(account)
    .bind::<Nullable<Text>, _>(became.map(Role::key))
    .execute(connection)?;
    Ok(id)
}

/// Something that was kept of a membership of this organization.
pub fn find_undoing<Q>(asking: &mut Q, id: UndoingId) -> Result<Option<Undoing>, Stop>
where
    Q: Asking<Act: Act<Scope: WithinOrganization>>,
{
    type Row = (
        (AccountId, String, Option<String>),
        (String, Option<String>, DateTime<Utc>, DateTime<Utc>, Option<String>),
        Option<(String, DateTime<Utc>)>,
    );
    let organization = asking.scope().organization_id();
    let found: Option<Row> = undoings::table
        .inner_join(accounts::table)
        .left_join(
            memberships::table.on(memberships::organization_id
                .eq(undoings::organization_id)
                .and(memberships::account_id.eq(undoings::account_id))),
        )
        .filter(undoings::id.eq(id))
        .filter(undoings::organization_id.eq(organization))
        .select((
            (undoings::account_id, accounts::username, accounts::display_name),
            (undoings::role, undoings::became, undoings::joined_at, undoings::made_at, undoings::ended_how),
            (memberships::role, memberships::joined_at).nullable(),
        ))
        .first(asking.connection())
        .optional()?;
    Ok(found.map(|((account, username, called), (role, became, joined_at, made_at, ended), seat)| Undoing {
        account,
        person: Username::stored(username),
        called: called.map(PersonName::stored),
        role: Role::stored(&role),
        became: became.as_deref().map(Role::stored),
        joined_at,
        made_at,
        ended: ended.as_deref().and_then(Ended::of),
        seat: seat.map(|(role, joined_at)| (Role::stored(&role), joined_at)),
    }))
}

/// Ends what was kept because it is had back. Answers whether it could be.
pub fn end_undoing(connection: &mut PgConnection, id: UndoingId) -> Result<bool, Stop> {
    let open = undoings::table.filter(undoings::id.eq(id)).filter(undoings::ended_how.is_null());
    Ok(diesel::update(open).set(undoings::ended_how.eq(Ended::Undone.key())).execute(connection)? == 1)
}

/// Gives a seat back as it was, to somebody who has none. Answers whether it was given: an account that is
/// being deleted at this moment gets none.
pub fn reseat(connection: &mut PgConnection, id: UndoingId, _change: SeatChange) -> Result<bool, Stop> {
    let seated = prepared!(
        "INSERT INTO memberships (organization_id, account_id, role, joined_at, invited_by, last_active_at, suspended_at, ends_at, end_told_at, wants_people, wants_invitations, wants_settings) \
         SELECT undoings.organization_id, accounts.id, undoings.role, joined_at, invited_by, last_active_at, undoings.suspended_at, ends_at, end_told_at, wants_people, wants_invitations, wants_settings \
         FROM undoings JOIN accounts ON accounts.id = account_id WHERE undoings.id = $1 FOR KEY SHARE OF accounts \
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(id)
    .execute(connection)?;
    Ok(seated == 1)
}

/// Which of some can still be had back, as far as their own rows tell.
pub fn still_open(
    connection: &mut PgConnection,
    organization: OrganizationId,
    ids: &[UndoingId],
) -> Result<Vec<UndoingId>, Stop> {
    Ok(undoings::table
        .filter(undoings::organization_id.eq(organization))
        .filter(undoings::id.eq_any(ids))
        .filter(undoings::ended_how.is_null())
        .filter((undoings::made_at + LASTS).gt(roster_now()))
        .select(undoings::id)
        .load(connection)?)
}
