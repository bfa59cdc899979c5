//! What of invitations hangs on memberships: it ends with them, in the same transaction.
//!
//! A person who parts leaves no invitation behind by which they could come back (INV-16); the person who is an
//! no longer an owner, or is suspended, has nobody join in their name (INV-15); nobody joins what was deleted, until it
//! is restored.

use diesel::pg::PgConnection;

use super::rules::{AffectedInvitation, Ending};
use super::store;
use crate::audit_log::EventKind;
use crate::db::{DbError, Verdict};
use crate::ids::{AccountId, OrganizationId, UndoId};
use crate::members::{MembershipChange, MembershipDependent};

/// The open invitations of an organization.
#[derive(Debug)]
pub struct OpenInvitations;

/// Which invitations a loss ends, and how. Those of a deleted organization cannot be used, and are there again when it
/// is restored.
fn ending(change_kind: MembershipChange) -> &'static [Ending] {
    match change_kind {
        MembershipChange::Membership => &[Ending::MemberRemoved, Ending::InviterLostOwnership],
        MembershipChange::Ownership | MembershipChange::Access => &[Ending::InviterLostOwnership],
        MembershipChange::Organization => &[Ending::OrganizationDeleted],
    }
}

impl MembershipDependent for OpenInvitations {
    fn would_end(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
        accounts: &[AccountId],
        change_kind: MembershipChange,
    ) -> Result<Vec<String>, DbError> {
        let (first, number) = store::loose(connection, organization, accounts, ending(change_kind))?;
        Ok(AffectedInvitation::told(&first, number, change_kind == MembershipChange::Organization))
    }

    fn end(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
        account: Option<AccountId>,
        change_kind: MembershipChange,
        undoing: Option<UndoId>,
    ) -> Result<Vec<EventKind>, DbError> {
        let mut ended = Vec::new();
        for ending in ending(change_kind) {
            let emails = store::end_loose(connection, organization, account, *ending, undoing)?;
            let why = ending.why();
            ended.extend(emails.into_iter().map(|email| EventKind::InvitationEnded { email, why: why.to_owned() }));
        }
        Ok(ended)
    }

    /// Not over what was done about the same addresses in between: the person who was invited again or joined would
    /// have two ways in, and anyone who comes back would be a member with an invitation.
    fn restore(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
        account: AccountId,
        change_kind: MembershipChange,
        undoing: UndoId,
    ) -> Verdict<Vec<EventKind>, String> {
        if change_kind == MembershipChange::Membership
            && let Some(email) = store::undo::open_to(connection, organization, account)?
        {
            return Ok(Err(format!("{email} was invited again since then. Cancel that invitation first.")));
        }
        if let Some(email) = store::undo::invited_again(connection, organization, undoing)? {
            return Ok(Err(format!("{email} was invited again since then. Cancel that invitation first.")));
        }
        if let Some(email) = store::undo::joined_since(connection, organization, account, undoing)? {
            return Ok(Err(format!("{email}, whose invitation ended with it, belongs to the organization by now.")));
        }
        let back = store::undo::reopen(connection, organization, undoing)?;
        Ok(Ok(back.into_iter().map(|email| EventKind::InvitationRestored { email }).collect()))
    }
}
