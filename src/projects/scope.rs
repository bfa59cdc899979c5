//! Looking at one project: open to the people of its organization, and to anybody when it is public.

use actix_session::SessionExt;
use actix_web::HttpRequest;
use actix_web::http::Method;
use chrono::{DateTime, Utc};

use super::addresses;
use super::rules::Project;
use super::store::{self, VisibleProject};
use crate::accounts::CurrentAccount;
use crate::accounts::session::{finish_authentication, sign_in_first, token_hash};
use crate::authority::{Actor, EffectiveRole, OrganizationScope, Permission, Scope, Source};
use crate::ids::{OrganizationId, PictureId};
use crate::text::{Slug, Title};
use crate::web::admission::database;
use crate::web::clock::Clock;
use crate::web::{Authenticate, PageError, Site};

/// Somebody before a project that they may see. The project is read with the authority, so its page
/// asks for nothing more.
#[derive(Debug)]
pub struct ProjectViewer {
    me: Option<CurrentAccount>,
    source: Source,
    now: DateTime<Utc>,
    organization: OrganizationId,
    organization_name: Title,
    organization_slug: Slug,
    organization_picture: Option<PictureId>,
    standing: Option<EffectiveRole>,
    project: Project,
}

impl ProjectViewer {
    /// How the person who asks reads dates and times.
    pub fn clock(&self) -> Clock {
        self.me.as_ref().map(CurrentAccount::clock).unwrap_or_default()
    }

    /// The project.
    pub const fn project(&self) -> &Project {
        &self.project
    }

    /// The name of its organization.
    pub const fn organization_name(&self) -> &Title {
        &self.organization_name
    }

    /// The current URL of its organization.
    pub const fn organization_slug(&self) -> &Slug {
        &self.organization_slug
    }

    /// Where the picture of its organization is.
    pub const fn organization_picture(&self) -> Option<PictureId> {
        self.organization_picture
    }

    /// What the onlooker is in the organization; nothing for strangers and visitors.
    pub const fn standing(&self) -> Option<EffectiveRole> {
        self.standing
    }

    /// Whether they may do something in the organization.
    pub fn may(&self, permission: Permission) -> bool {
        self.standing.is_some_and(|standing| standing.allows(permission))
    }
}

impl Scope for ProjectViewer {
    type Need = ();

    fn actor(&self) -> Actor {
        match &self.me {
            Some(me) => me.actor(),
            None => Actor::unknown(&self.source),
        }
    }

    fn organization(&self) -> Option<OrganizationId> {
        Some(self.organization)
    }

    fn now(&self) -> DateTime<Utc> {
        self.now
    }
}

impl OrganizationScope for ProjectViewer {
    fn organization_id(&self) -> OrganizationId {
        self.organization
    }
}

impl Authenticate for ProjectViewer {
    /// One query for session, organization, project and membership. A private project answers those who may
    /// not see it as one that does not exist, and sends a visitor to sign in as every address here does
    /// (ORG-01).
    async fn authenticate(request: HttpRequest, (): (), _: bool) -> Result<Self, PageError> {
        let hash = token_hash(&request.get_session()).unwrap_or_default();
        let asked = |name| request.match_info().get(name).unwrap_or_default().to_owned();
        let (organization, project) = (asked("organization"), asked("project"));
        let slugs = (Slug::parse(&organization).ok(), Slug::parse_within(&project, 1, addresses::MOST).ok());
        let VisibleProject { session_row, sight, now } = database(&request)
            .without_authorization(move |connection| match slugs {
                (Some(organization), Some(project)) => {
                    store::find_visible_project(connection, &hash, organization.as_str(), project.as_str())
                }
                // No address at all; still it is settled first who asks.
                _ => store::find_visible_project(connection, &hash, "", ""),
            })
            .await?;
        let me = match session_row {
            None => None,
            session_row => Some(finish_authentication(&request, session_row, false).await?),
        };
        let Some(found) = sight else {
            return Err(if me.is_some() { PageError::NotFound } else { sign_in_first(&request) });
        };
        let is_current = found.organization_slug.as_str() == organization && found.project.slug.as_str() == project;
        if !is_current && matches!(*request.method(), Method::GET | Method::HEAD) {
            return Err(PageError::Moved(format!("/{}/{}", found.organization_slug, found.project.slug)));
        }
        Ok(Self {
            me,
            source: Site::of(&request).source(&request),
            now,
            organization: found.organization,
            organization_name: found.organization_name,
            organization_slug: found.organization_slug,
            organization_picture: found.organization_picture,
            standing: found.standing,
            project: found.project,
        })
    }
}
