//! Invitations that ended with a membership or a role, and come back with it.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::authority::Role;
use crate::db::DbError;
use crate::ids::{AccountId, OrganizationId, UndoId};
use crate::schema::{email_addresses, invitations, memberships};
use crate::text::EmailAddress;
use crate::views::active_memberships;

/// An open invitation here to an address of somebody.
pub fn open_to(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: AccountId,
) -> Result<Option<EmailAddress>, DbError> {
    let found: Option<String> = invitations::table
        .inner_join(email_addresses::table.on(email_addresses::address.eq(invitations::email)))
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::ended_at.is_null())
        .filter(email_addresses::account_id.eq(account))
        .select(invitations::email)
        .first(connection)
        .optional()?;
    Ok(found.map(EmailAddress::stored))
}

/// An address whose invitation ended with an undoing, and which holds an open one by now.
pub fn invited_again(
    connection: &mut PgConnection,
    organization: OrganizationId,
    undoing: UndoId,
) -> Result<Option<EmailAddress>, DbError> {
    let ended = diesel::alias!(invitations as ended_invitations);
    let emails = ended.filter(ended.field(invitations::ended_with).eq(undoing)).select(ended.field(invitations::email));
    let found: Option<String> = invitations::table
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::ended_at.is_null())
        .filter(invitations::email.eq_any(emails))
        .select(invitations::email)
        .first(connection)
        .optional()?;
    Ok(found.map(EmailAddress::stored))
}

/// An address whose invitation ended with an undoing, and which belongs to somebody else here by now.
pub fn joined_since(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: AccountId,
    undoing: UndoId,
) -> Result<Option<EmailAddress>, DbError> {
    let found: Option<String> = invitations::table
        .inner_join(email_addresses::table.on(email_addresses::address.eq(invitations::email)))
        .inner_join(
            memberships::table.on(memberships::organization_id
                .eq(invitations::organization_id)
                .and(memberships::account_id.eq(email_addresses::account_id))),
        )
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::ended_with.eq(undoing))
        .filter(memberships::account_id.ne(account))
        .select(invitations::email)
        .first(connection)
        .optional()?;
    Ok(found.map(EmailAddress::stored))
}

/// Opens again what ended with an undoing and was sent by someone who can still invite. Answers whose they were.
pub fn reopen(
    connection: &mut PgConnection,
    organization: OrganizationId,
    undoing: UndoId,
) -> Result<Vec<EmailAddress>, DbError> {
    let owners = active_memberships::table
        .filter(active_memberships::organization_id.eq(organization))
        .filter(active_memberships::role.eq(Role::Owner.key()))
        .select(active_memberships::account_id);
    let ended = invitations::table
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::ended_with.eq(undoing))
        .filter(invitations::inviter_id.eq_any(owners));
    let back: Vec<String> = diesel::update(ended)
        .set((
            invitations::ended_at.eq(None::<chrono::DateTime<chrono::Utc>>),
            invitations::ended_how.eq(None::<String>),
            invitations::ended_with.eq(None::<UndoId>),
        ))
        .returning(invitations::email)
        .get_results(connection)?;
    Ok(back.into_iter().map(EmailAddress::stored).collect())
}
