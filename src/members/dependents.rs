//! What depends on memberships and belongs to features that know this one, and not the other way round.

use std::sync::Arc;

use diesel::pg::PgConnection;

use crate::audit_log::EventKind;
use crate::db::{DbError, Verdict};
use crate::ids::{AccountId, OrganizationId, UndoId};

/// What somebody is about to lose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MembershipChange {
    /// The membership, and all with it.
    Membership,
    /// The role of an owner.
    Ownership,
    /// The access, for now.
    Access,
    /// The organization itself goes, for everyone.
    Organization,
}

/// What hangs on memberships and belongs to another feature. What is shown before and what is ended
/// after come from the same place.
pub trait MembershipDependent: Send + Sync + 'static {
    /// What would end, a sentence each, for the page that asks. `accounts` are nobody in particular when
    /// the organization itself goes.
    fn would_end(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
        accounts: &[AccountId],
        change_kind: MembershipChange,
    ) -> Result<Vec<String>, DbError>;

    /// Ends it, and answers what happened. What is ended with an undoing can be restored with it.
    fn end(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
        account: Option<AccountId>,
        change_kind: MembershipChange,
        undoing: Option<UndoId>,
    ) -> Result<Vec<EventKind>, DbError>;

    /// Has back what ended with an undoing, and answers what happened; or refuses, with a sentence that says
    /// why. The membership is as it was already.
    fn restore(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
        account: AccountId,
        change_kind: MembershipChange,
        undoing: UndoId,
    ) -> Verdict<Vec<EventKind>, String>;
}

/// Everything that hangs on memberships; put together in `app`.
#[derive(Clone, Default)]
pub struct MembershipDependents(Arc<Vec<Box<dyn MembershipDependent>>>);

impl MembershipDependents {
    /// All of these.
    pub fn new(all: Vec<Box<dyn MembershipDependent>>) -> Self {
        Self(Arc::new(all))
    }

    /// What would end.
    pub fn would_end(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
        accounts: &[AccountId],
        change_kind: MembershipChange,
    ) -> Result<Vec<String>, DbError> {
        let mut all = Vec::new();
        for dependents in self.0.iter() {
            all.extend(dependents.would_end(connection, organization, accounts, change_kind)?);
        }
        Ok(all)
    }

    /// Ends it.
    pub fn end(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
        account: Option<AccountId>,
        change_kind: MembershipChange,
        undoing: Option<UndoId>,
    ) -> Result<Vec<EventKind>, DbError> {
        let mut all = Vec::new();
        for dependents in self.0.iter() {
            all.extend(dependents.end(connection, organization, account, change_kind, undoing)?);
        }
        Ok(all)
    }

    /// Has back what ended with an undoing, all of it or nothing.
    pub fn restore(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
        account: AccountId,
        change_kind: MembershipChange,
        undoing: UndoId,
    ) -> Verdict<Vec<EventKind>, String> {
        let mut all = Vec::new();
        for dependents in self.0.iter() {
            match dependents.restore(connection, organization, account, change_kind, undoing)? {
                Ok(back) => all.extend(back),
                Err(why) => return Ok(Err(why)),
            }
        }
        Ok(Ok(all))
    }
}
