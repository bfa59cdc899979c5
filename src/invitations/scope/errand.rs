//! Roster's own worker, on an errand in one organization.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;

use super::super::store;
use crate::authority::{Act, Actor, May, Scope, WithinOrganization};
use crate::db::{self, Secure, Stop};
use crate::ids::{InvitationId, OrganizationId};
use crate::members;
use crate::text::{Slug, Title};

/// Roster's own worker in the organization of an invitation.
#[derive(Clone, Debug)]
pub struct Errand {
    invitation: InvitationId,
    organization: OrganizationId,
    name: Title,
    slug: Slug,
    now: DateTime<Utc>,
}

impl Errand {
    /// Which invitation it is about.
    pub const fn invitation(&self) -> InvitationId {
        self.invitation
    }

    /// The organization's name.
    pub const fn name(&self) -> &Title {
        &self.name
    }

    /// The organization's current URL.
    pub const fn slug(&self) -> &Slug {
        &self.slug
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
        found(connection, self.invitation)?.ok_or(Stop::NotHere)
    }
}

fn found(connection: &mut PgConnection, invitation: InvitationId) -> Result<Option<Errand>, Stop> {
    let Some((organization, name, slug)) = store::organization_of(connection, invitation)? else { return Ok(None) };
    Ok(Some(Errand { invitation, organization, name, slug, now: db::now(connection)? }))
}

/// An errand in the organization of an invitation; none where there is no such invitation, or its organization
/// was deleted.
pub fn errand<A: Act<Scope = Errand>>(
    connection: &mut PgConnection,
    invitation: InvitationId,
) -> Result<Option<May<A>>, Stop> {
    Ok(found(connection, invitation)?.map(May::granted))
}
