//! Erasing what was deleted long enough ago.
//!
//! By then nobody can restore it any more, so it is emptied first, in batches; the row itself goes last, with the audit
//! entry. An organization whose erasure fails does not keep the others.

use std::convert::Infallible;

use diesel::pg::PgConnection;

use super::store;
use crate::act;
use crate::authority::Machine;
use crate::db::failures::Subject;
use crate::db::{Asking, Change, Db, DbError, Verdict, Work, erasing};
use crate::history::Happened;
use crate::ids::OrganizationId;

act! {
    /// Erasing what was deleted long enough ago.
    pub EraseOrganizations: Machine, ()
}

/// The task, as its failures are counted.
const TASK: &str = "erase organizations";

/// Erases an organization whose time has come. Answers whether it was there still.
fn erase(work: &mut Work<EraseOrganizations>, organization: OrganizationId) -> Verdict<Change<bool>, Infallible> {
    let Some(name) = store::erase_due(work.connection(), organization)? else {
        return Ok(Ok(Change::already(false)));
    };
    Ok(Ok(Change::recorded(true, Happened::OrganizationErased { name }).within(organization)))
}

/// Erases what was deleted long enough ago, for the worker that sweeps. Returns how many organizations.
pub async fn erase_due(db: &Db) -> Result<usize, DbError> {
    let next = |connection: &mut PgConnection| store::one_to_erase(connection, TASK);
    let subject = |organization: &OrganizationId| Subject::of(organization.uuid());
    db.each_due(TASK, next, subject, |organization| async move {
        db.unproven(move |connection| erasing::empty(connection, "organizations", organization.uuid())).await?;
        let by = Machine::named::<EraseOrganizations>("Roster");
        match db.change(&by, move |work| erase(work, organization)).await? {
            Ok(erased) => Ok(erased),
            Err(never) => match never {},
        }
    })
    .await
}
