//! Roster's own worker, on an errand about one membership.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;

use super::super::store;
use crate::authority::{Act, Actor, May, Role, Scope, WithinOrganization};
use crate::db::{self, Secure, Stop};
use crate::ids::{AccountId, OrganizationId};
use crate::text::{Slug, Title, Username};

/// Roster's own worker, in an organization and about one of its people.
#[derive(Clone, Debug)]
pub struct Errand {
    organization: OrganizationId,
    account: AccountId,
    person: Username,
    role: Role,
    about: (Title, Slug),
    now: DateTime<Utc>,
}

impl Errand {
    /// Which membership it is about.
    pub const fn seat(&self) -> (OrganizationId, AccountId) {
        (self.organization, self.account)
    }

    /// Whose it is.
    pub const fn person(&self) -> &Username {
        &self.person
    }

    /// Their role.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// The organization's name and current URL.
    pub const fn about(&self) -> &(Title, Slug) {
        &self.about
    }
}

impl Scope for Errand {
    type Need = ();

    fn actor(&self) -> Actor {
        Actor::machine("Roster")
    }

    fn now(&self) -> DateTime<Utc> {
        self.now
    }

    fn organization(&self) -> Option<OrganizationId> {
        Some(self.organization)
    }
}

impl WithinOrganization for Errand {
    fn organization_id(&self) -> OrganizationId {
        self.organization
    }
}

impl Secure for Errand {
    /// Locks the organization's row, and reads the membership again.
    fn secure(&self, (): (), connection: &mut PgConnection) -> Result<Self, Stop> {
        if !store::lock(connection, self.organization)? {
            return Err(Stop::NotHere);
        }
        found(connection, self.organization, self.account)?.ok_or(Stop::NotHere)
    }
}

fn found(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: AccountId,
) -> Result<Option<Errand>, Stop> {
    let Some((person, role, about)) = store::seat_with_names(connection, organization, account)? else {
        return Ok(None);
    };
    Ok(Some(Errand { organization, account, person, role, about, now: db::now(connection)? }))
}

/// An errand about a membership; none where there is no such one.
pub fn errand<A: Act<Scope = Errand>>(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: AccountId,
) -> Result<Option<May<A>>, Stop> {
    Ok(found(connection, organization, account)?.map(May::granted))
}
