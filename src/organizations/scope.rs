//! Being able to restore: the scope of the link in the email about a deletion.

use actix_session::SessionExt;
use actix_web::HttpRequest;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use uuid::Uuid;

use super::store;
use crate::accounts::CurrentAccount;
use crate::accounts::pages::dead_link;
use crate::accounts::session::{finish_authentication, sign_in_first, token_hash};
use crate::authority::{Actor, OrganizationScope, Scope};
use crate::db::{DbError, Lockable};
use crate::ids::OrganizationId;
use crate::signed_links::Purpose;
use crate::text::{Slug, Title};
use crate::web::admission::database;
use crate::web::clock::Clock;
use crate::web::{Authenticate, PageError, Site};

/// An owner of a deleted organization, with the link to restore it.
#[derive(Debug)]
pub struct FormerOwner {
    me: CurrentAccount,
    organization: OrganizationId,
    deletion: i16,
    name: Title,
    slug: Slug,
    member_count: i32,
    deleted_at: DateTime<Utc>,
    erase_at: DateTime<Utc>,
}

impl FormerOwner {
    /// How they read dates and times.
    pub const fn clock(&self) -> Clock {
        self.me.clock()
    }

    /// The organization's name.
    pub const fn name(&self) -> &Title {
        &self.name
    }

    /// The URL it had, and will have.
    pub const fn slug(&self) -> &Slug {
        &self.slug
    }

    /// How many belong to it.
    pub const fn member_count(&self) -> i32 {
        self.member_count
    }

    /// Since when it is hidden.
    pub const fn deleted_at(&self) -> DateTime<Utc> {
        self.deleted_at
    }

    /// Until when it can be restored.
    pub const fn erase_at(&self) -> DateTime<Utc> {
        self.erase_at
    }
}

impl Scope for FormerOwner {
    type Need = ();

    fn actor(&self) -> Actor {
        self.me.actor()
    }

    fn organization(&self) -> Option<OrganizationId> {
        Some(self.organization)
    }

    fn now(&self) -> DateTime<Utc> {
        self.me.now()
    }
}

impl OrganizationScope for FormerOwner {
    fn organization_id(&self) -> OrganizationId {
        self.organization
    }
}

impl Authenticate for FormerOwner {
    /// One query for session, account, organization and role. A link that was made up, was used,
    /// belongs to an earlier deletion or to somebody else, or came too late: all are answered alike.
    async fn authenticate(request: HttpRequest, (): (), requires_recent_password: bool) -> Result<Self, PageError> {
        let Some(hash) = token_hash(&request.get_session()) else { return Err(sign_in_first(&request)) };
        let token = request.match_info().get("token").unwrap_or_default();
        let opened = Site::of(&request).links.open(Purpose::Restoration, token);
        let (id, generation) = opened.unwrap_or((Uuid::nil(), 0));
        let (organization, deletion) = (OrganizationId::from(id), i16::try_from(generation).unwrap_or_default());
        let found = database(&request)
            .without_authorization(move |connection| store::find_restorable(connection, &hash, organization, deletion))
            .await?;
        let (session_row, found) = found.map_or((None, None), |(session_row, found)| (Some(session_row), found));
        let me = finish_authentication(&request, session_row, requires_recent_password && found.is_some()).await?;
        let Some(found) = found else { return Err(dead_link(&request).await) };
        Ok(Self {
            me,
            organization: found.organization,
            deletion,
            name: Title::stored(found.name),
            slug: Slug::stored(found.slug),
            member_count: found.member_count,
            deleted_at: found.deleted_at,
            erase_at: found.erase_at,
        })
    }
}

impl Lockable for FormerOwner {
    /// Locks the organization's row, and sees again whether the link and the role hold.
    fn lock_and_reload(&self, (): (), connection: &mut PgConnection) -> Result<Self, DbError> {
        let now = store::lock_restorable(connection, self.organization, self.deletion)?.ok_or(DbError::NotFound)?;
        if !store::is_owner(connection, self.organization, self.me.account(), self.me.session())? {
            return Err(DbError::NotFound);
        }
        Ok(Self { me: self.me.at(now), name: self.name.clone(), slug: self.slug.clone(), ..*self })
    }
}
