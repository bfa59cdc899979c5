//! Erasing what was deleted long enough ago.
//!
//! By then nobody can restore it any more, so it is emptied first, in batches; the row itself goes last, with the audit
//! entry. An organization whose erasure fails does not keep the others.

use std::convert::Infallible;

use diesel::pg::PgConnection;

use super::store;
use crate::action;
use crate::audit_log::EventKind;
use crate::authority::SystemActor;
use crate::db::failures::FailureSubject;
use crate::db::{Change, Db, DbError, Queries, Verdict, WriteTx, erasing};
use crate::ids::OrganizationId;

action! {
    /// Erasing what was deleted long enough ago.
    pub EraseOrganizations: SystemActor, ()
}

/// The task, as its failures are counted.
const TASK: &str = "erase organizations";

/// Erases an organization whose time has come. Answers whether it was there still.
fn erase(tx: &mut WriteTx<EraseOrganizations>, organization: OrganizationId) -> Verdict<Change<bool>, Infallible> {
    let Some(name) = store::erase_due(tx.connection(), organization)? else {
        return Ok(Ok(Change::unchanged(false)));
    };
    Ok(Ok(Change::recorded(true, EventKind::OrganizationErased { name }).within(organization)))
}

/// Erases what was deleted long enough ago, for the worker that sweeps. Returns how many organizations.
pub async fn erase_due(db: &Db) -> Result<usize, DbError> {
    let next = |connection: &mut PgConnection| store::one_to_erase(connection, TASK);
    let subject = |organization: &OrganizationId| FailureSubject::of(organization.uuid());
    db.each_due(TASK, next, subject, |organization| async move {
        db.without_authorization(move |connection| erasing::empty(connection, "organizations", organization.uuid()))
            .await?;
        let by = SystemActor::named::<EraseOrganizations>("Roster");
        match db.write(&by, move |tx| erase(tx, organization)).await? {
            Ok(erased) => Ok(erased),
            Err(never) => match never {},
        }
    })
    .await
}
