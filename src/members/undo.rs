//! Having back what was cut by mistake.
//!
//! Whatever removes somebody, or gives them another role, first keeps the membership as it is, in the same
//! transaction; and what hangs on it remembers with what it ended. For half an hour any owner has all of it
//! back at one press: the seat with its role, its date, who invited, whether it was suspended; and the
//! invitations that ended with it. All of it or nothing: where something happened in between that forbids a
//! part, it is refused, with the reason.
//!
//! Invitations whose sender cannot invite any more stay ended: by now they would have ended anyway.
//!
//! A seat is given back to an account without its lock, which is not ours to wait for behind the
//! organization's: an account that is deleted at this moment either is no longer found, or finds the seat.

use super::emails::MembershipNotice;
use super::protection::MembershipChangePermit;
use super::rules::undo::{UndoEntry, UndoRefusal};
use super::{ManageMembers, MembershipChange, MembershipDependents, notify_member, store};
use crate::audit_log::EventKind;
use crate::authority::OrganizationScope;
use crate::db::sweep::{Lapsing, forget};
use crate::db::{Change, DbError, Queries, Verdict, WriteTx};
use crate::ids::UndoId;

/// Undoes a removal or a change of a role.
pub fn undo(
    tx: &mut WriteTx<ManageMembers>,
    dependents: &MembershipDependents,
    id: UndoId,
) -> Verdict<Change<UndoEntry>, UndoRefusal> {
    let (rules, now) = (store::ownership_rules(tx)?, tx.now());
    let Some(undoing) = store::find_undoing(tx, id)? else { return Ok(Err(UndoRefusal::Unknown)) };
    match rules.undone(&undoing, now) {
        Ok(()) => {}
        Err(UndoRefusal::Already) => return Ok(Ok(Change::unchanged(undoing))),
        Err(refusal) => return Ok(Err(refusal)),
    }
    let (organization, account, role) = (tx.scope().organization_id(), undoing.account, undoing.role);
    let person = undoing.person.clone();
    let change = MembershipChangePermit::by(tx.scope().me(), &[role, undoing.became.unwrap_or(role)])?;
    let (change_kind, event, news) = match undoing.became {
        None => {
            // Before the undoing's own row: a deletion of the account takes the two in this order.
            if !store::reinsert_membership(tx.connection(), id, change)? {
                return Err(DbError::NotFound);
            }
            store::count(tx.connection(), organization, 1)?;
            (
                MembershipChange::Membership,
                EventKind::RemovalUndone { person, role },
                MembershipNotice::RemovalUndone { role },
            )
        }
        Some(from) => {
            store::set_role(tx.connection(), (organization, account), role, change)?;
            let event = EventKind::RoleChangeUndone { person, from, to: role };
            (MembershipChange::Ownership, event, MembershipNotice::RoleChangeUndone { from, to: role })
        }
    };
    if !store::end_undoing(tx.connection(), id)? {
        return Ok(Err(UndoRefusal::ChangedSince));
    }
    let back = match dependents.restore(tx.connection(), organization, account, change_kind, id)? {
        Ok(back) => back,
        Err(why) => return Ok(Err(UndoRefusal::InTheWay(why))),
    };
    let about = (tx.scope().name().clone(), tx.scope().slug().clone());
    let emails = notify_member(tx, (account, role), &undoing.person, &about, &news, None)?;
    let change = Change::recorded(undoing, event);
    Ok(Ok(back.into_iter().fold(change, Change::and).with_emails(emails)))
}

/// Which of some can still be undone, for the audit entries that tell of them.
pub fn still_open<Q>(tx: &mut Q, ids: &[UndoId]) -> Result<Vec<UndoId>, DbError>
where
    Q: Queries<Action: crate::authority::Action<Scope = super::OrganizationMember>>,
{
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let organization = tx.scope().organization_id();
    store::still_open(tx.connection(), organization, ids)
}

/// What can no longer be undone. It is kept a day, so that a late reader is informed why not.
pub const LAPSING: &[Lapsing] = &[("undoings", "made_at < (SELECT roster_now()) - interval '1 day'")];

/// Forgets what can no longer be undone.
pub fn forget_lapsed(connection: &mut diesel::pg::PgConnection) -> Result<usize, DbError> {
    LAPSING.iter().try_fold(0, |sum, (table, condition)| Ok(sum + forget(connection, table, condition)?))
}
