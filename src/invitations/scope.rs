//! Being invited: the scope of everything that the person who was invited does with an invitation.
//!
//! For everyone else there is no such invitation: what is unknown, used, cancelled, expired, sent by
//! someone who is no longer an owner, or belongs to what was deleted, gets one and the same answer
//! (INV-25).

use actix_session::{Session, SessionExt};
use actix_web::HttpRequest;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;

use super::rules::{AccessDenied, InvitationAccess, LinkHolder, LinkSource, MailProof, OpenedLinks};
use super::store::{self, InvitationRow};
use crate::accounts::CurrentAccount;
use crate::accounts::pages::dead_link;
use crate::accounts::session::{current_account, person};
use crate::authority::{Action, Actor, May, OrganizationScope, Role, Scope, Source};
use crate::db::{DbError, Lockable};
use crate::ids::{AccountId, InvitationId, OrganizationId};
use crate::members;
use crate::members::rules::expiry::LastDay;
use crate::signed_links::Purpose;
use crate::text::{EmailAddress, PersonName, Slug, Title, Username};
use crate::web::admission::database;
use crate::web::clock::Clock;
use crate::web::show::Picture;
use crate::web::{Authenticate, PageError, Site};

/// The key of the opened links in the session's cookie.
const OPENED: &str = "invitations";

/// The links that were opened in this browser recently.
pub fn opened(session: &Session) -> OpenedLinks {
    session.get(OPENED).ok().flatten().unwrap_or_default()
}

/// Keeps them.
pub fn keep_opened(session: &Session, opened: &OpenedLinks) -> Result<(), PageError> {
    session.insert(OPENED, opened).map_err(|error| PageError::Internal(error.to_string()))
}

/// What email can prove here.
pub fn mail_proof(site: &Site) -> MailProof {
    match (site.sends_mail, site.shows_mail) {
        (true, _) => MailProof::Sent,
        (false, true) => MailProof::Shown,
        (false, false) => MailProof::None,
    }
}

/// What a link that opens nothing is answered with: the same for all, with a form that asks for a new
/// invitation. Only who has come by the invitation asks for it; everybody else's form names none that there is.
pub async fn dead(request: &HttpRequest, come_by: Option<InvitationId>) -> PageError {
    match dead_link(request).await {
        PageError::DeadLink => {
            let named = come_by.unwrap_or_else(InvitationId::fresh).uuid();
            PageError::DeadInvitation { token: Site::of(request).links.token(Purpose::NewInvitation, named, 1) }
        }
        other => other,
    }
}

/// Somebody at an invitation: a person, or a visitor with the link.
#[derive(Debug)]
pub struct Invitee {
    me: Option<CurrentAccount>,
    way: Option<LinkSource>,
    source: Source,
    found: InvitationRow,
}

impl Invitee {
    /// The person, if one is signed in.
    pub const fn me(&self) -> Option<&CurrentAccount> {
        self.me.as_ref()
    }

    /// How the person who asks reads dates and times.
    pub fn clock(&self) -> Clock {
        self.me.as_ref().map(CurrentAccount::clock).unwrap_or_default()
    }

    /// Which invitation.
    pub const fn id(&self) -> InvitationId {
        self.found.id
    }

    /// The organization's name.
    pub const fn name(&self) -> &Title {
        &self.found.name
    }

    /// The organization's current URL.
    pub const fn slug(&self) -> &Slug {
        &self.found.slug
    }

    /// The invited address.
    pub const fn email(&self) -> &EmailAddress {
        &self.found.email
    }

    /// As what.
    pub const fn role(&self) -> Role {
        self.found.role
    }

    /// Who invites.
    pub const fn inviter(&self) -> AccountId {
        self.found.inviter
    }

    /// By which name.
    pub const fn inviter_name(&self) -> &Username {
        &self.found.inviter_name
    }

    /// As they wish to be called, if they have said so.
    pub const fn inviter_called(&self) -> Option<&PersonName> {
        self.found.inviter_called.as_ref()
    }

    /// The organization's picture.
    pub fn picture(&self) -> Picture {
        Picture::of(self.found.name.as_str()).showing(self.found.pictures.0)
    }

    /// The picture of who invites.
    pub fn inviter_picture(&self) -> Picture {
        Picture::of_person(&self.found.inviter_name, self.found.inviter_called.as_ref()).showing(self.found.pictures.1)
    }

    /// Until when.
    pub const fn expires_at(&self) -> DateTime<Utc> {
        self.found.expires_at
    }

    /// The last day of the membership that it offers, if that ends.
    pub const fn last_day(&self) -> Option<LastDay> {
        self.found.last_day
    }

    /// Whether it can still be answered; if not, the person in this scope has accepted it.
    pub const fn is_open(&self) -> bool {
        self.found.is_open
    }

    /// Whether the invited address is a confirmed one of the person's.
    pub fn is_addressed(&self) -> bool {
        self.me.as_ref().is_some_and(|me| self.found.holder == Some(me.account()))
    }

    /// Whether the emailed link was opened here: the mailbox is theirs.
    pub fn has_mailbox(&self) -> bool {
        self.way == Some(LinkSource::Mailed)
    }

    /// Whether an owner handed the link over, because no email leaves: it counts here, and proves no address.
    pub fn is_handed(&self) -> bool {
        self.way == Some(LinkSource::Handed)
    }

    fn caller(&self) -> LinkHolder {
        LinkHolder {
            is_signed_in: self.me.is_some(),
            way: self.way,
            is_addressed: self.is_addressed(),
            has_accepted: self.me.as_ref().is_some_and(|me| self.found.accepted_by == Some(me.account())),
        }
    }

    fn reaches(&self, need: InvitationAccess) -> Result<(), AccessDenied> {
        need.holds(self.caller(), self.found.is_open)
    }
}

impl Scope for Invitee {
    type Need = InvitationAccess;

    /// A visitor with the link has no name yet. What such a person does is not the organization's
    /// history by itself: the domain functions say what is.
    fn actor(&self) -> Actor {
        match &self.me {
            Some(me) => me.actor(),
            None => Actor::unknown(&self.source),
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.found.now
    }
}

impl OrganizationScope for Invitee {
    fn organization_id(&self) -> OrganizationId {
        self.found.organization
    }
}

impl Authenticate for Invitee {
    async fn authenticate(
        request: HttpRequest,
        need: InvitationAccess,
        requires_recent_password: bool,
    ) -> Result<Self, PageError> {
        let asked = request.match_info().get("invitation").or_else(|| request.match_info().get("key"));
        let Some(id) = asked.and_then(InvitationId::parse) else { return Err(dead(&request, None).await) };
        let me = current_account(&request, requires_recent_password).await?;
        let db = database(&request);
        let way = opened(&request.get_session()).way(id, db.approximate_now());
        let come_by = way.map(|_| id);
        if me.is_none() && way.is_none() {
            return Err(dead(&request, None).await);
        }
        let found = db.without_authorization(move |connection| store::find_invited(connection, id)).await?;
        let Some(found) = found else { return Err(dead(&request, come_by).await) };
        let invited = Self { me, way, source: Site::of(&request).source(&request), found };
        match invited.reaches(need) {
            Ok(()) => Ok(invited),
            Err(AccessDenied::SignedOut) => Err(PageError::SignInFirst { back: format!("/invitations/{id}") }),
            Err(AccessDenied::Dead) => {
                Err(dead(&request, come_by.or_else(|| invited.is_addressed().then_some(id))).await)
            }
        }
    }
}

impl Lockable for Invitee {
    /// Locks the person's row, then the organization's (that order, wherever both are locked), and only
    /// then reads the invitation again: what ended or expired while the locks were waited for has ended.
    fn lock_and_reload(&self, need: InvitationAccess, connection: &mut PgConnection) -> Result<Self, DbError> {
        let me = self.me.as_ref().map(|me| me.lock_and_reload((), connection)).transpose()?;
        if !members::lock(connection, self.found.organization)? {
            return Err(DbError::NotFound);
        }
        let found = store::find_invited(connection, self.found.id)?.ok_or(DbError::NotFound)?;
        let invited = Self { me, way: self.way, source: self.source.clone(), found };
        match invited.reaches(need) {
            Ok(()) => Ok(invited),
            Err(AccessDenied::SignedOut) => Err(DbError::SignedOut),
            Err(AccessDenied::Dead) => Err(DbError::NotFound),
        }
    }
}

/// A person at an invitation to an address of theirs, by name, for seeds: the same policy as for a
/// request.
pub fn for_seed<A: Action<Scope = Invitee>>(
    connection: &mut PgConnection,
    username: &Username,
    id: InvitationId,
) -> Result<Option<May<A>>, DbError> {
    let Some(me) = person(connection, username)? else { return Ok(None) };
    let found = store::find_invited(connection, id)?;
    let invited = found.map(|found| Invitee { me: Some(me), way: None, source: Source::default(), found });
    Ok(invited.filter(|invited| invited.reaches(A::NEEDS).is_ok()).map(May::granted))
}
