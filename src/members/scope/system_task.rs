//! Roster's own worker, on a system task in one organization.

use std::fmt::Debug;

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;

use super::super::store;
use crate::authority::{Action, Actor, May, OrganizationScope, Role, Scope};
use crate::db::{self, DbError, Lockable};
use crate::ids::{AccountId, OrganizationId};
use crate::text::{Slug, Title, Username};

/// What a system task is about. Each feature has its own, and reads it.
pub trait TaskTarget: Sized + Debug + Send + Sync + 'static {
    /// What it is found by.
    type Key: Copy + Debug + Send + Sync + 'static;

    /// Reads it, and which organization it is in; nothing where there is no such one.
    fn find(connection: &mut PgConnection, key: Self::Key) -> Result<Option<(OrganizationId, Self)>, DbError>;
}

/// Roster's own worker, in an organization and about something there.
#[derive(Debug)]
pub struct SystemTask<S: TaskTarget> {
    key: S::Key,
    subject: S,
    organization: OrganizationId,
    about: (Title, Slug),
    now: DateTime<Utc>,
}

impl<S: TaskTarget> SystemTask<S> {
    /// What it is found by.
    pub const fn key(&self) -> S::Key {
        self.key
    }

    /// What it is about.
    pub const fn subject(&self) -> &S {
        &self.subject
    }

    /// The organization's name and current URL.
    pub const fn about(&self) -> &(Title, Slug) {
        &self.about
    }
}

impl<S: TaskTarget> Scope for SystemTask<S> {
    type Need = ();

    fn actor(&self) -> Actor {
        Actor::system("Roster")
    }

    fn now(&self) -> DateTime<Utc> {
        self.now
    }

    fn organization(&self) -> Option<OrganizationId> {
        Some(self.organization)
    }
}

impl<S: TaskTarget> OrganizationScope for SystemTask<S> {
    fn organization_id(&self) -> OrganizationId {
        self.organization
    }
}

impl<S: TaskTarget> Lockable for SystemTask<S> {
    /// Locks the organization's row, and reads what it is about again.
    fn lock_and_reload(&self, (): (), connection: &mut PgConnection) -> Result<Self, DbError> {
        if !store::lock(connection, self.organization)? {
            return Err(DbError::NotFound);
        }
        found(connection, self.key)?.ok_or(DbError::NotFound)
    }
}

fn found<S: TaskTarget>(connection: &mut PgConnection, key: S::Key) -> Result<Option<SystemTask<S>>, DbError> {
    let Some((organization, subject)) = S::find(connection, key)? else { return Ok(None) };
    let Some(about) = store::names_of(connection, organization)? else { return Ok(None) };
    Ok(Some(SystemTask { key, subject, organization, about, now: db::now(connection)? }))
}

/// A system task about what is found so; none where there is no such one, or its organization was deleted.
pub fn system_task<S: TaskTarget, A: Action<Scope = SystemTask<S>>>(
    connection: &mut PgConnection,
    key: S::Key,
) -> Result<Option<May<A>>, DbError> {
    Ok(found(connection, key)?.map(May::granted))
}

/// A membership as the subject of a system task: whose it is, and their role.
#[derive(Debug)]
pub struct MembershipTarget {
    pub person: Username,
    pub role: Role,
}

impl TaskTarget for MembershipTarget {
    type Key = (OrganizationId, AccountId);

    fn find(
        connection: &mut PgConnection,
        (organization, account): (OrganizationId, AccountId),
    ) -> Result<Option<(OrganizationId, Self)>, DbError> {
        let found = store::find_membership_by_account(connection, organization, account)?;
        Ok(found.map(|(person, role)| (organization, Self { person, role })))
    }
}
