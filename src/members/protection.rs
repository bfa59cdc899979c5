//! Who is an owner is changed only by somebody who has given the password within the last half hour.
//!
//! A session that lies open, or was stolen, would otherwise be enough to take an organization over. So whatever changes
//! a seat takes a [`MembershipChangePermit`], and the only way to one asks for the password where an owner is made,
//! removed, suspended, restored or limited, or leaves. What Roster does by itself when a last day is over has a
//! statement of its own.

use crate::accounts::CurrentAccount;
use crate::authority::Role;
use crate::db::DbError;

/// Permission to change somebody's seat. Use it at once: it is about one seat.
#[derive(Debug)]
pub struct MembershipChangePermit(());

impl MembershipChangePermit {
    /// A person changes it. `roles` are what its holder is, and what they become.
    pub fn by(me: &CurrentAccount, roles: &[Role]) -> Result<Self, DbError> {
        if roles.contains(&Role::Owner) {
            me.require_recent_password()?;
        }
        Ok(Self(()))
    }
}
