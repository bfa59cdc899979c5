//! What is shown about invitations: here to owners, in [`invited`] to the person who was invited.

mod bulk_invites;
mod invited;
mod reinvite_requests;

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::web;
use askama::Template;

use super::forms::{InviteForm, NoFields, ResendForm};
use super::rules::{Delivery, LinkSource, lifetimes};
use super::scope::mail_proof;
use super::store::{self, Pending};
use super::{
    CancelInvitation, CancelRefusal, CopyLink, EndedInvitation, InviteMembers, InviteRefusal, ResendInvitation,
    ResendRefusal,
};
use crate::authority::{Action, May, Permission, Role, Scope};
use crate::config::Lifetimes;
use crate::db::Db;
use crate::db::throttle::RateLimited;
use crate::ids::InvitationId;
use crate::members::pages::bulk::deeds;
use crate::members::pages::listing::{Finder, address, sees_more};
use crate::members::pages::roles::RoleChoice;
use crate::members::pages::{Choice, MemberRow, OrganizationLayout};
use crate::members::rules::listing::Listing;
use crate::members::{self, OrganizationMember, SeeMembers};
use crate::signed_links::Purpose;
use crate::text::EmailAddress;
use crate::web::log::refused;
use crate::web::paging::Cursor;
use crate::web::show::{self, Moment, count};
use crate::web::{Field, Form, Layout, Page, PageError, Query, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/{organization}/members", index)
        .post("/{organization}/invitations", create)
        .post("/{organization}/invitations/{invitation}/delivery", create_delivery)
        .get("/{organization}/invitations/{invitation}/link", show_link)
        .post("/{organization}/invitations/{invitation}/cancellation", create_cancellation);
    reinvite_requests::routes(routes);
    bulk_invites::routes(routes);
    invited::routes(routes);
}

/// The pages of the two lists that are asked for, by the names in the address. What cannot be read is the first page.
type Asked = Query<BTreeMap<String, String>>;

/// What the person who cannot do it would ask on the Members tab. One look answers both: the same people can.
const QUESTIONS: [(Permission, &str); 2] = [
    (Permission::InviteMembers, "Why can’t I invite people?"),
    (Permission::ManageMembers, "Why can’t I change roles or remove people?"),
];

/// The Members tab.
#[derive(Template)]
#[template(path = "invitations/index.html")]
struct Index {
    layout: Layout,
    organization_layout: OrganizationLayout,
    headcount: String,
    /// What finds people among many.
    finder: Option<Finder>,
    people: Vec<MemberRow>,
    is_alone: bool,
    /// Whether the list was not gone through to its end, though the page has room.
    is_partial: bool,
    /// Where the list of people goes on, and where it begins.
    more: Option<String>,
    first: Option<String>,
    /// What can be done with several people at once, where there are several, and where that leads.
    several: Vec<Choice>,
    deed: Field,
    several_action: String,
    /// The other half of the tab, for owners.
    inviting: Option<Inviting>,
    /// What others would look for here, and why it is not there.
    whys: Vec<(&'static str, String)>,
    /// Where the list of people is exported, for those who may.
    export: Option<String>,
    /// Where everyone is gone through, for those who may.
    reviews: Option<String>,
    /// Where the page says who can do what.
    permissions: String,
}

/// What owners see beside the people.
struct Inviting {
    form: InviteForm,
    action: String,
    /// Where many are invited at once.
    several: String,
    hint: &'static str,
    roles: &'static [RoleChoice],
    lifetimes: Vec<DaysChoice>,
    /// The open invitation that is in the way of another one.
    in_the_way: Option<String>,
    pending: Vec<PendingRow>,
    more: Option<String>,
    first: Option<String>,
}

/// A lifetime to choose.
struct DaysChoice {
    value: String,
    label: String,
}

impl DaysChoice {
    fn all(lifetimes: Lifetimes) -> Vec<Self> {
        let choice = |days: u32| Self { value: days.to_string(), label: count(days.into(), "day") };
        lifetimes::offered(lifetimes).into_iter().map(choice).collect()
    }
}

/// A row of Pending Invites.
struct PendingRow {
    anchor: String,
    email: String,
    role: &'static str,
    /// What became of the email: the word, and its colour.
    delivery: Option<(&'static str, &'static str)>,
    sent: Moment,
    expires: Moment,
    is_expired: bool,
    /// The last day of the membership that it offers, in words.
    until: Option<String>,
    /// When it ended, where it has.
    ended: Option<Moment>,
    /// When a new one was asked for, where that waits for an answer: and where it is given, with yes and with no.
    asked: Option<(Moment, String, String)>,
    resend: Option<String>,
    link: Option<String>,
    cancel: Option<String>,
}

impl PendingRow {
    fn of(pending: &Pending, by: &OrganizationMember) -> Self {
        let (clock, now) = (by.clock(), by.now());
        let rest = |what: &str| by.link(&format!("invitations/{}/{what}", pending.id));
        let is_open = pending.ended_at.is_none();
        let asked = pending.asked_at.map(|at| (clock.seen(at, now), rest("approval"), rest("dismissal")));
        Self {
            anchor: format!("invitation-{}", pending.id),
            email: pending.email.to_string(),
            role: pending.role.label(),
            delivery: pending.delivery.filter(|_| is_open).map(|delivery| match delivery {
                Delivery::Queued => ("Queued", "plain"),
                Delivery::Delivered => ("Sent", "good"),
                Delivery::Failed => ("Failed", "bad"),
            }),
            sent: clock.seen(pending.sent_at, now),
            expires: clock.seen(pending.expires_at, now),
            is_expired: is_open && pending.is_expired,
            until: pending.last_day.map(|day| format!("Membership until {}", clock.calendar(day.day()))),
            ended: pending.ended_at.map(|at| clock.seen(at, now)),
            // Approve sends it again, and says so better.
            resend: (is_open && asked.is_none()).then(|| rest("delivery")),
            link: (is_open && !pending.is_expired).then(|| rest("link")),
            cancel: is_open.then(|| rest("cancellation")),
            asked,
        }
    }
}

/// The tab, with the form as it was left: one question for the people, and for owners one for the
/// invitations.
async fn tab<A>(
    by: &May<A>,
    asked: &BTreeMap<String, String>,
    form: InviteForm,
    in_the_way: Option<InvitationId>,
    db: &Db,
    respond: &Responder,
) -> Result<Index, PageError>
where
    A: Action<Scope = OrganizationMember>,
{
    let (listing, left_out) = Listing::read(asked, sees_more(by));
    let after_pending = asked.get("pending").and_then(|pending| Cursor::read(pending));
    let invites = by.may(Permission::InviteMembers);
    let wanted = listing.clone();
    let read = db.read(by, move |read| {
        let people = members::people(read, &wanted)?;
        let pending = invites.then(|| store::pending(read, after_pending)).transpose()?;
        let who_can = if invites { Vec::new() } else { members::who_can(read, Permission::InviteMembers)? };
        Ok((people, pending, who_can))
    });
    let (people, pending, who_can) = read.await?;
    let number = by.member_count();
    let verb = if number == 1 { "belongs" } else { "belong" };
    let rows: Vec<MemberRow> = people.people.iter().map(|person| MemberRow::of(person, by)).collect();
    let can_choose = rows.iter().filter(|row| row.can_be_chosen).count() > 1;
    let inviting = pending.map(|page| Inviting {
        form,
        action: by.link("invitations"),
        several: by.link("invitations/several"),
        hint: "We send them an email with a link that works until the invitation expires.",
        roles: &RoleChoice::ALL,
        lifetimes: DaysChoice::all(respond.site().invitation_days),
        in_the_way: in_the_way.map(|id| by.link(&format!("invitations/{id}/delivery"))),
        pending: page.pending.iter().map(|pending| PendingRow::of(pending, by)).collect(),
        more: page.next.map(|next| address(by, &listing, Some(next))),
        first: after_pending.map(|_| address(by, &listing, None)),
    });
    Ok(Index {
        layout: respond.layout("Members"),
        organization_layout: OrganizationLayout::of(by, "Members"),
        headcount: format!("{} {verb} to {}.", show::people(number.into()), by.name()),
        people: rows,
        is_alone: number == 1,
        is_partial: people.is_partial,
        more: people.next.map(|next| address(by, &listing.from(Some(next)), after_pending)),
        first: listing.after.as_ref().map(|_| address(by, &listing.from(None), after_pending)),
        finder: Finder::of(by, &listing, &left_out),
        whys: QUESTIONS
            .into_iter()
            .filter(|(permission, _)| !by.may(*permission))
            .map(|(permission, question)| (question, members::rules::why_not(permission, &who_can)))
            .collect(),
        export: by.may(Permission::Export).then(|| by.link("members/export")),
        reviews: by.may(Permission::ManageMembers).then(|| by.link("reviews")),
        permissions: by.link("permissions"),
        several: if can_choose { deeds() } else { Vec::new() },
        deed: Field::default(),
        several_action: by.link("members/several"),
        inviting,
    })
}

/// `GET /{organization}/members`
async fn index(by: May<SeeMembers>, asked: Asked, db: Db, respond: Responder) -> Page {
    respond.render(&tab(&by, &asked, InviteForm::fresh(respond.site().invitation_days), None, &db, &respond).await?)
}

/// `POST /{organization}/invitations`
async fn create(by: May<InviteMembers>, Form(mut form): Form<InviteForm>, db: Db, respond: Responder) -> Page {
    let asked = BTreeMap::new();
    let Some((invitee, terms)) = form.read(respond.site().invitation_days, by.now()) else {
        return respond.render_invalid(&tab(&by, &asked, form, None, &db, &respond).await?);
    };
    let refusal = match db.write(&by, move |tx| super::invite(tx, &invitee, &terms)).await? {
        Ok(invitation) => {
            return respond.redirect(by.link("members")).notice(format!("Invitation sent to {}.", invitation.email));
        }
        Err(refusal) => refusal,
    };
    let (told, in_the_way, rate_limited) = match refusal {
        InviteRefusal::AlreadyAMember => ("This person belongs here already.".to_owned(), None, None),
        InviteRefusal::AlreadyInvited(id) => {
            ("This address is already invited. You can send the invitation again.".to_owned(), Some(id), None)
        }
        InviteRefusal::LimitReached(room) => (room.told(by.name()), None, None),
        InviteRefusal::TooManyToAddress(until) => too_many("This address was sent enough invitations", until, &by),
        InviteRefusal::TooManyFromOrganization(until) => {
            too_many("Enough invitations were sent from this organization", until, &by)
        }
        InviteRefusal::TooManyFromPerson(until) => too_many("You sent enough invitations", until, &by),
    };
    form.email.add_error(told);
    let view = tab(&by, &asked, form, in_the_way, &db, &respond).await?;
    let Some(rate_limited) = rate_limited else { return respond.render_invalid(&view) };
    refused(respond.request(), "throttled");
    let mut answer = respond.render_with_status(StatusCode::TOO_MANY_REQUESTS, &view)?;
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(rate_limited.seconds(by.now())));
    Ok(answer)
}

fn too_many(
    what: &str,
    until: RateLimited,
    by: &OrganizationMember,
) -> (String, Option<InvitationId>, Option<RateLimited>) {
    (format!("{what} for now. Try again {}.", until.wait(by.now())), None, Some(until))
}

fn id(path: web::Path<(String, String)>) -> Result<InvitationId, PageError> {
    InvitationId::parse(&path.into_inner().1).ok_or(PageError::NotFound)
}

/// What is informed about an invitation whose end date is over.
fn over(email: &EmailAddress) -> String {
    format!("The end date in the invitation of {email} is over. Cancel it, and invite them with a later one, or none.")
}

/// What an owner is informed who comes too late.
fn too_late(by: &OrganizationMember, ended: &EndedInvitation, respond: &Responder) -> Page {
    let email = &ended.email;
    respond.redirect(by.link("members")).warning(if ended.was_accepted {
        format!("{email} has already accepted the invitation.")
    } else {
        format!("The invitation of {email} has already ended.")
    })
}

/// `POST /{organization}/invitations/{invitation}/delivery`
async fn create_delivery(
    by: May<ResendInvitation>,
    path: web::Path<(String, String)>,
    Form(form): Form<ResendForm>,
    db: Db,
    respond: Responder,
) -> Page {
    let (id, lifetimes) = (id(path)?, respond.site().invitation_days);
    match db.write(&by, move |tx| super::resend(tx, id, lifetimes)).await? {
        Ok(email) => respond.redirect(by.link(form.page())).notice(format!("Invitation sent to {email} again.")),
        Err(ResendRefusal::NotHere) => Err(PageError::NotFound),
        Err(ResendRefusal::Ended(ended)) => too_late(&by, &ended, &respond),
        Err(ResendRefusal::Over(email)) => respond.redirect(by.link(form.page())).warning(over(&email)),
        Err(ResendRefusal::LimitReached(room)) => respond.redirect(by.link(form.page())).warning(room.told(by.name())),
        Err(ResendRefusal::TooMany(rate_limited)) => Err(PageError::TooMany {
            seconds: rate_limited.seconds(by.now()),
            told: format!(
                "This invitation was sent often enough for now. Try again {}, or copy its link.",
                rate_limited.wait(by.now())
            ),
        }),
    }
}

#[derive(Template)]
#[template(path = "invitations/link.html")]
struct ShowLink {
    layout: Layout,
    organization_layout: OrganizationLayout,
    email: String,
    link: String,
    organization: String,
    /// Whether the person who opens it can make an account with the address.
    proves: bool,
    /// Whether it brings somebody in without proving an address.
    is_handed: bool,
    back: String,
}

/// `GET /{organization}/invitations/{invitation}/link`
async fn show_link(by: May<CopyLink>, path: web::Path<(String, String)>, db: Db, respond: Responder) -> Page {
    let id = id(path)?;
    let back = by.link("members");
    let found = db.read(&by, move |read| Ok((store::find(read, id)?, store::role_offered(read, id)?)));
    let (Some(kept), role) = found.await? else { return Err(PageError::NotFound) };
    // Where no email leaves, anyone who has the link becomes what it offers.
    if role == Some(Role::Owner) {
        by.me().require_recent_password()?;
    }
    if let Some(how) = kept.ended_how {
        return too_late(&by, &EndedInvitation::of(kept.email, &how), &respond);
    }
    if kept.is_expired {
        return respond
            .redirect(back)
            .warning(format!("The invitation of {} has expired. Resend it first.", kept.email));
    }
    let way = LinkSource::copied(mail_proof(respond.site()));
    respond.render(&ShowLink {
        layout: respond.layout("Invitation link"),
        organization_layout: OrganizationLayout::of(&by, "Members"),
        email: kept.email.to_string(),
        link: respond.site().link(Purpose::Invitation, id.uuid(), way.generation()),
        organization: by.name().to_string(),
        proves: way == LinkSource::Mailed,
        is_handed: way == LinkSource::Handed,
        back,
    })
}

/// `POST /{organization}/invitations/{invitation}/cancellation`
async fn create_cancellation(
    by: May<CancelInvitation>,
    path: web::Path<(String, String)>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    respond: Responder,
) -> Page {
    let id = id(path)?;
    match db.write(&by, move |tx| super::cancel(tx, id)).await? {
        Ok(email) => respond.redirect(by.link("members")).notice(format!("The invitation of {email} was cancelled.")),
        Err(CancelRefusal::NotHere) => Err(PageError::NotFound),
        Err(CancelRefusal::Ended(ended)) => too_late(&by, &ended, &respond),
    }
}
