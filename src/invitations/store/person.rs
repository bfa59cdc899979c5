//! What is remembered of the invitations that concern one person, in whichever organizations.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::inviter_may_invite;
use crate::authority::Role;
use crate::db::{DbError, roster_now};
use crate::ids::{AccountId, InvitationId};
use crate::schema::{accounts, email_addresses, invitations, organizations};
use crate::text::{EmailAddress, Title, Username};
use crate::web::paging::PAGE;

/// Forgets the invitations that name an account: those it sent, and those it accepted.
pub fn forget_person(connection: &mut PgConnection, account: AccountId) -> Result<(), DbError> {
    let naming = invitations::inviter_id.eq(account).or(invitations::accepted_by.eq(account).assume_not_null());
    diesel::delete(invitations::table.filter(naming)).execute(connection)?;
    Ok(())
}

/// An invitation that waits for a person's answer.
#[derive(Clone, Debug)]
pub struct OpenInvitation {
    /// Which.
    pub id: InvitationId,
    /// The organization's name.
    pub organization: Title,
    /// Who invites them.
    pub inviter: Username,
    /// To which of their addresses.
    pub email: EmailAddress,
    /// As what.
    pub role: Role,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// The invitations an account can accept, the latest first: those to its confirmed addresses that are
/// open, not expired, and sent by someone who may act as an owner still.
pub fn open_for(connection: &mut PgConnection, account: AccountId) -> Result<Vec<OpenInvitation>, DbError> {
    let found: Vec<(InvitationId, String, String, String, String, DateTime<Utc>)> = invitations::table
        .inner_join(email_addresses::table.on(email_addresses::address.eq(invitations::email)))
        .inner_join(organizations::table)
        .inner_join(accounts::table.on(accounts::id.eq(invitations::inviter_id)))
        .filter(email_addresses::account_id.eq(account))
        .filter(invitations::ended_at.is_null())
        .filter(invitations::expires_at.gt(roster_now()))
        .filter(organizations::deleted_at.is_null())
        .filter(inviter_may_invite!())
        .order((invitations::created_at.desc(), invitations::id.desc()))
        .limit(i64::try_from(PAGE).unwrap_or(i64::MAX))
        .select((
            invitations::id,
            organizations::name,
            accounts::username,
            invitations::email,
            invitations::role,
            invitations::expires_at,
        ))
        .load(connection)?;
    let open = found.into_iter().map(|(id, organization, inviter, email, role, expires_at)| OpenInvitation {
        id,
        organization: Title::stored(organization),
        inviter: Username::stored(inviter),
        email: EmailAddress::stored(email),
        role: Role::stored(&role),
        expires_at,
    });
    Ok(open.collect())
}
