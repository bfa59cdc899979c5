//! Roster's own worker, on an errand in one organization.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;

use super::store;
use crate::authority::{Act, Actor, May, Scope, WithinOrganization};
use crate::db::{self, Secure, Stop};
use crate::ids::OrganizationId;
use crate::members;
use crate::text::{Slug, Title};

/// Roster's own worker in an organization whose owners are to be reminded.
#[derive(Clone, Debug)]
pub struct Errand {
    organization: OrganizationId,
    about: (Title, Slug),
    now: DateTime<Utc>,
}

impl Errand {
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
    /// Locks the organization's row, and reads its names again.
    fn secure(&self, (): (), connection: &mut PgConnection) -> Result<Self, Stop> {
        if !members::lock(connection, self.organization)? {
            return Err(Stop::NotHere);
        }
        found(connection, self.organization)?.ok_or(Stop::NotHere)
    }
}

fn found(connection: &mut PgConnection, organization: OrganizationId) -> Result<Option<Errand>, Stop> {
    let Some(about) = store::names_of(connection, organization)? else { return Ok(None) };
    Ok(Some(Errand { organization, about, now: db::now(connection)? }))
}

/// The next errand: an organization whose owners are to be reminded, if there is one.
pub fn errand<A: Act<Scope = Errand>>(connection: &mut PgConnection) -> Result<Option<May<A>>, Stop> {
    let Some(organization) = store::one_due(connection)? else { return Ok(None) };
    Ok(found(connection, organization)?.map(May::granted))
}
