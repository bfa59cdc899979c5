//! Being in an organization: the scope of everything that happens inside one.

mod system_task;

use actix_session::SessionExt;
use actix_web::HttpRequest;
use actix_web::http::Method;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::pg::PgConnection;

use super::rules::expiry::LastDay;
use super::rules::{any_of, why_not_this};
use super::store;
use crate::accounts::CurrentAccount;
use crate::accounts::session::{finish_authentication, person, sign_in_first, token_hash};
use crate::authority::{Action, Actor, EffectiveRole, May, OrganizationScope, Permission, Role, Scope};
use crate::db::{DbError, Lockable, Revalidate};
use crate::ids::{AccountId, OrganizationId, PictureId};
use crate::text::{Slug, Title, Username};
use crate::web::admission::database;
use crate::web::clock::Clock;
use crate::web::request_target;
use crate::web::show::Picture;
use crate::web::{Authenticate, PageError};
pub use system_task::{MembershipTarget, SystemTask, TaskTarget, system_task};

/// How exactly it is known when somebody was last active in an organization.
const ACTIVE: TimeDelta = TimeDelta::hours(1);

/// A person in an organization.
#[derive(Debug)]
pub struct OrganizationMember {
    me: CurrentAccount,
    organization: OrganizationId,
    name: Title,
    slug: Slug,
    role: Role,
    standing: EffectiveRole,
    primary_owner: AccountId,
    member_count: i32,
    version: i32,
    picture: Option<PictureId>,
}

impl OrganizationMember {
    /// The person.
    pub const fn me(&self) -> &CurrentAccount {
        &self.me
    }

    /// How they read dates and times.
    pub const fn clock(&self) -> Clock {
        self.me.clock()
    }

    /// The organization's name.
    pub const fn name(&self) -> &Title {
        &self.name
    }

    /// The organization's current URL.
    pub const fn slug(&self) -> &Slug {
        &self.slug
    }

    /// What the person is here.
    pub const fn standing(&self) -> EffectiveRole {
        self.standing
    }

    /// The role behind it.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// On whom the organization rests.
    pub const fn primary_owner(&self) -> AccountId {
        self.primary_owner
    }

    /// How many belong here.
    pub const fn member_count(&self) -> i32 {
        self.member_count
    }

    /// The version of the organization's settings, for noticing a stale form.
    pub const fn version(&self) -> i32 {
        self.version
    }

    /// The organization's picture.
    pub fn picture(&self) -> Picture {
        Picture::of(self.name.as_str()).showing(self.picture)
    }

    /// Whether the person may do something here: for drawing a link only where its page would open.
    pub const fn may(&self, permission: Permission) -> bool {
        self.standing.allows(permission)
    }

    /// The address of a page inside the organization.
    pub fn link(&self, rest: &str) -> String {
        if rest.is_empty() { format!("/{}", self.slug) } else { format!("/{}/{rest}", self.slug) }
    }

    /// Reads the person's role again, and whether they are still signed in.
    fn reload_scope(&self, need: Permission, connection: &mut PgConnection) -> Result<Self, DbError> {
        let found = store::find_again(connection, self.organization, self.me.account(), self.me.session())?;
        let found = found.ok_or(DbError::NotFound)?;
        let within = Self::new(self.me.at(found.now), found);
        if within.standing.allows(need) { Ok(within) } else { Err(DbError::Forbidden) }
    }

    fn new(me: CurrentAccount, found: store::AdmissionRow) -> Self {
        Self {
            standing: found.standing(me.account()),
            organization: found.organization,
            name: Title::stored(found.name),
            slug: Slug::stored(found.current),
            role: Role::stored(&found.role),
            primary_owner: found.primary_owner,
            member_count: found.member_count,
            version: found.version,
            picture: found.picture,
            me,
        }
    }
}

impl Scope for OrganizationMember {
    type Need = Permission;

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

impl OrganizationScope for OrganizationMember {
    fn organization_id(&self) -> OrganizationId {
        self.organization
    }
}

impl Authenticate for OrganizationMember {
    /// One query for session, account, organization and role. An outsider gets the same page for an
    /// organization that is not theirs as for one that does not exist (ORG-01).
    async fn authenticate(
        request: HttpRequest,
        need: Permission,
        requires_recent_password: bool,
    ) -> Result<Self, PageError> {
        let Some(hash) = token_hash(&request.get_session()) else { return Err(sign_in_first(&request)) };
        let asked = request.match_info().get("organization").unwrap_or_default();
        let slug = Slug::parse(asked).map_or_else(|_| String::new(), |slug| slug.to_string());
        let (session_row, found) = database(&request)
            .without_authorization(move |connection| {
                Ok(store::find(connection, &hash, &slug)?
                    .map_or((None, None), |(session_row, found)| (Some(session_row), found)))
            })
            .await?;
        let Some(found) = found else {
            // Whether signed in or not is settled first: a visitor is sent to sign in, wherever they ask.
            finish_authentication(&request, session_row, false).await?;
            return Err(PageError::NotFound);
        };
        let standing = session_row.as_ref().map(|session_row| found.standing(session_row.account_id));
        let allowed = standing.is_some_and(|standing| standing.allows(need));
        // The password is asked for again only from those who may do what comes after.
        let me = finish_authentication(&request, session_row, requires_recent_password && allowed).await?;
        if standing == Some(EffectiveRole::Suspended) && !allowed {
            let organization = found.organization;
            let helpers = database(&request)
                .without_authorization(move |connection| {
                    store::some_who_may(connection, organization, Permission::ManageMembers)
                })
                .await?;
            return Err(PageError::MembershipSuspended { told: suspended(&found, me.clock(), &helpers) });
        }
        if !allowed {
            let organization = found.organization;
            let who_can = database(&request)
                .without_authorization(move |connection| store::some_who_may(connection, organization, need))
                .await?;
            let help = why_not_this(need, &who_can);
            return Err(PageError::Forbidden { help, permissions: Some(format!("/{}/permissions", found.current)) });
        }
        if me.now() - found.last_active_at > ACTIVE {
            let (organization, account) = (found.organization, me.account());
            database(&request)
                .without_authorization(move |connection| store::touch(connection, organization, account))
                .await?;
        }
        if found.current != asked && matches!(*request.method(), Method::GET | Method::HEAD) {
            return Err(PageError::Moved(request_target::under(&request, "{organization}", &found.current)));
        }
        Ok(Self::new(me, found))
    }
}

/// What somebody who is suspended reads in place of any page here, and whom to ask.
fn suspended(found: &store::AdmissionRow, clock: Clock, helpers: &[Username]) -> String {
    let ended = found.ends_at.map(LastDay::stored).filter(|day| day.is_over(found.now));
    let why = ended.map(|day| format!("The last day of your membership was {}. ", clock.calendar(day.day())));
    format!(
        "{}You still belong to {} with the role {}, and have no access for now: ask {} to restore you. You can leave it in Account Settings.",
        why.unwrap_or_default(),
        found.name,
        Role::stored(&found.role),
        any_of(helpers)
    )
}

impl Lockable for OrganizationMember {
    /// Locks the organization's row, and reads the person's role again.
    fn lock_and_reload(&self, need: Permission, connection: &mut PgConnection) -> Result<Self, DbError> {
        if !store::lock(connection, self.organization)? {
            return Err(DbError::NotFound);
        }
        self.reload_scope(need, connection)
    }
}

impl Revalidate for OrganizationMember {
    fn reload<A: Action<Scope = Self>>(&self, connection: &mut PgConnection) -> Result<May<A>, DbError> {
        self.reload_scope(A::NEEDS, connection).map(May::granted)
    }
}

/// A person in an organization by names, for seeds and the operator's commands: the same policy as
/// for a request.
pub fn for_seed<A: Action<Scope = OrganizationMember>>(
    connection: &mut PgConnection,
    username: &Username,
    slug: &Slug,
) -> Result<Option<May<A>>, DbError> {
    let Some(me) = person(connection, username)? else { return Ok(None) };
    let Some(organization) = store::find_by_slug(connection, slug)? else { return Ok(None) };
    let found = store::find_again(connection, organization, me.account(), None)?;
    let within = found.map(|found| OrganizationMember::new(me, found));
    Ok(within.filter(|within| within.standing.allows(A::NEEDS)).map(May::granted))
}
