//! What of a review hangs on memberships: the person who goes before anybody decided is noted as gone, and the person
//! who comes back by an undoing must be looked at again.

use diesel::pg::PgConnection;

use super::store;
use crate::audit_log::EventKind;
use crate::db::{DbError, Verdict};
use crate::ids::{AccountId, OrganizationId, UndoId};
use crate::members::{MembershipChange, MembershipDependent};

/// The people of a review that is under way.
#[derive(Debug)]
pub struct ReviewedPeople;

impl MembershipDependent for ReviewedPeople {
    /// Nothing of it is anybody's loss.
    fn would_end(
        &self,
        _: &mut PgConnection,
        _: OrganizationId,
        _: &[AccountId],
        _: MembershipChange,
    ) -> Result<Vec<String>, DbError> {
        Ok(Vec::new())
    }

    fn end(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
        account: Option<AccountId>,
        change_kind: MembershipChange,
        undoing: Option<UndoId>,
    ) -> Result<Vec<EventKind>, DbError> {
        if let (MembershipChange::Membership, Some(account)) = (change_kind, account) {
            store::note_gone(connection, organization, account, undoing)?;
        }
        Ok(Vec::new())
    }

    /// Of a review that is finished it is noted; one that is under way is open again.
    fn restore(
        &self,
        connection: &mut PgConnection,
        _: OrganizationId,
        _: AccountId,
        _: MembershipChange,
        undoing: UndoId,
    ) -> Verdict<Vec<EventKind>, String> {
        store::note_undone(connection, undoing)?;
        store::reopen(connection, undoing)?;
        Ok(Ok(Vec::new()))
    }
}
