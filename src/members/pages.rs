//! What is shown about members.
//!
//! The Members tab itself is drawn by `invitations`, which knows both who belongs and who is
//! invited; this feature gives it the rows.

pub mod bulk;
mod expiry;
mod layout;
pub mod listing;
mod notifications;
pub mod permissions;
pub mod roles;
mod suspension;
mod undo;

use actix_web::web;
use askama::Template;

use super::forms::{HandOverForm, NoFields};
use super::rules::{HandOverRefusal, LeaveRefusal, RemoveRefusal, lost};
use super::{
    HandOver, Leave, ManageMembers, MemberListItem, MembershipChange, MembershipDependents, OrganizationMember,
    SeeMine, store,
};
use crate::accounts::pages::{AccountTab, account_links};
use crate::authority::{EffectiveRole, May, OrganizationScope, Permission, Role, Scope};
use crate::db::{Db, Queries};
use crate::signed_links::Purpose;
use crate::text::{Username, named};
use crate::web::show::{Moment, Picture, count};
use crate::web::{Form, Layout, Page, PageError, Responder, Routes};

pub use layout::{OrganizationLayout, OrganizationTab};

pub(super) fn routes(routes: &mut Routes) {
    expiry::routes(routes);
    notifications::routes(routes);
    permissions::routes(routes);
    roles::routes(routes);
    bulk::routes(routes);
    suspension::routes(routes);
    undo::routes(routes);
    routes
        .get("/account/organizations", index)
        .get("/account/organizations/{organization}/departure", new_departure)
        .post("/account/organizations/{organization}/departure", create_departure)
        .get("/account/organizations/{organization}/handover", new_handover)
        .post("/account/organizations/{organization}/handover", create_handover)
        .get("/{organization}/members/{username}/removal", new_removal)
        .post("/{organization}/members/{username}/removal", create_removal);
}

/// A row of the Members tab: words, and the links its reader may follow.
pub struct MemberRow {
    /// The username.
    pub username: String,
    /// As they wish to be called, if they have said so.
    pub display_name: Option<String>,
    /// Their picture.
    pub picture: Picture,
    /// The primary address, for those who may see it.
    pub address: Option<String>,
    /// What they are, suspended or not.
    pub standing: &'static str,
    /// Whether they have no access for now.
    pub is_suspended: bool,
    /// Whether the row stands out: an owner's.
    pub is_owner: bool,
    /// Since when.
    pub joined: Moment,
    /// When they were last here, for those who may see it.
    pub last_here: Option<Moment>,
    /// Whether this is the reader.
    pub is_me: bool,
    /// The other role, and where to post it: its key, the button, the address.
    pub other_role: Option<(&'static str, &'static str, String)>,
    /// Where Change Role leads.
    pub roles: Option<String>,
    /// The last day in words, for owners and for oneself: "Until 3 March 2027".
    pub until: Option<String>,
    /// Where End Date leads.
    pub end_date: Option<String>,
    /// Suspend or Restore: the word, and where it leads.
    pub suspension: Option<(&'static str, String)>,
    /// Where Remove leads.
    pub removal: Option<String>,
    /// Whether they can be chosen, for doing the same with several.
    pub can_be_chosen: bool,
    /// In place of what is missing: one sentence, and where it leads.
    pub instead: Option<(&'static str, String)>,
}

impl MemberRow {
    /// The row of a person as its reader may see it.
    pub fn of(person: &MemberListItem, by: &OrganizationMember) -> Self {
        let is_me = person.account == by.me().account();
        let manages = by.may(Permission::ManageMembers);
        let is_primary = person.standing == EffectiveRole::PrimaryOwner;
        let rest = format!("members/{}", person.username);
        let roles = (manages && !is_primary).then(|| by.link(&format!("{rest}/role")));
        let other_role = roles.clone().map(|action| match person.role {
            Role::Member => (Role::Owner.key(), "Make Owner", action),
            Role::Owner | Role::Viewer | Role::Billing => (Role::Member.key(), "Make Member", action),
        });
        let is_suspended = person.standing == EffectiveRole::Suspended;
        let suspension = (manages && !is_primary && !is_me).then(|| match is_suspended {
            true => ("Restore", by.link(&format!("{rest}/restoration"))),
            false => ("Suspend", by.link(&format!("{rest}/suspension"))),
        });
        let removal = (manages && !is_primary && !is_me).then(|| by.link(&format!("{rest}/removal")));
        let end_date =
            (manages && !is_primary && !is_me && !is_suspended).then(|| by.link(&format!("{rest}/end-date")));
        let until = person.last_day.filter(|_| manages || is_me).map(|last| {
            let word = if last.is_over(by.now()) { "Ended with" } else { "Until" };
            format!("{word} {}", by.clock().calendar(last.day()))
        });
        let instead = match (is_me, is_primary) {
            (true, true) => Some(("Hand over or leave in Account Settings", "/account/organizations".to_owned())),
            (true, false) => Some(("Leave in Account Settings", "/account/organizations".to_owned())),
            (false, true) if manages => Some(("Stays until they hand over", by.link("permissions"))),
            _ => None,
        };
        Self {
            username: person.username.to_string(),
            display_name: person.display_name.as_ref().map(ToString::to_string),
            picture: Picture::of_person(&person.username, person.display_name.as_ref()).showing(person.picture),
            address: person.address.as_ref().filter(|_| by.may(Permission::SeeAddresses)).map(ToString::to_string),
            standing: if is_suspended { person.role.label() } else { person.standing.label() },
            is_suspended,
            is_owner: person.role == Role::Owner,
            joined: by.clock().day(person.joined_at),
            last_here: listing::sees_more(by).then(|| by.clock().day(person.last_active_at)),
            is_me,
            other_role,
            roles,
            until,
            end_date,
            suspension,
            can_be_chosen: removal.is_some(),
            removal,
            instead,
        }
    }
}

#[derive(Template)]
#[template(path = "members/mine.html")]
struct Index {
    layout: Layout,
    links: Vec<AccountTab>,
    rows: Vec<MyRow>,
    /// Whether there are more than these.
    goes_on: bool,
    deleted: Vec<DeletedRow>,
}

/// An organization that can be restored.
struct DeletedRow {
    name: String,
    picture: Picture,
    deleted: Moment,
    until: String,
    restore: String,
}

struct MyRow {
    name: String,
    picture: Picture,
    href: String,
    standing: &'static str,
    members: String,
    leave: Option<String>,
    hand_over: Option<String>,
    /// Where to make another owner, when there is none to hand over to.
    find_successor: Option<String>,
}

/// `GET /account/organizations`
async fn index(by: May<SeeMine>, db: Db, respond: Responder) -> Page {
    let account = by.account();
    let listed = db
        .read(&by, move |read| Ok((super::mine(read, account)?, store::recently_deleted(read.connection(), account)?)));
    let ((mine, goes_on), deleted) = listed.await?;
    let deleted = deleted.into_iter().map(|deleted| DeletedRow {
        name: deleted.name.to_string(),
        picture: Picture::of(deleted.name.as_str()).showing(deleted.picture),
        deleted: by.clock().seen(deleted.deleted_at, by.now()),
        until: by.clock().written(deleted.erase_at),
        restore: format!(
            "/restorations/{}",
            respond.site().links.token(Purpose::Restoration, deleted.organization.uuid(), deleted.deletion)
        ),
    });
    let deleted = deleted.collect();
    let rows = mine.into_iter().map(|mine| {
        let is_primary = mine.standing == EffectiveRole::PrimaryOwner;
        let here = |what: &str| format!("/account/organizations/{}/{what}", mine.slug);
        MyRow {
            name: mine.name.to_string(),
            picture: Picture::of(mine.name.as_str()).showing(mine.picture),
            href: format!("/{}", mine.slug),
            standing: mine.standing.label(),
            members: count(mine.member_count.into(), "member"),
            leave: (!is_primary).then(|| here("departure")),
            hand_over: (is_primary && mine.has_other_owner).then(|| here("handover")),
            find_successor: (is_primary && !mine.has_other_owner).then(|| format!("/{}/members", mine.slug)),
        }
    });
    respond.render(&Index {
        layout: respond.layout("Organizations"),
        links: account_links("/account/organizations"),
        rows: rows.collect(),
        goes_on,
        deleted,
    })
}

#[derive(Template)]
#[template(path = "members/departure.html")]
struct NewDeparture {
    layout: Layout,
    name: String,
    action: String,
    /// What one can no longer do.
    lost: Vec<&'static str>,
    ends: Vec<String>,
    /// Why not, and where the way out is.
    refusal: Option<String>,
}

/// `GET /account/organizations/{organization}/departure`
async fn new_departure(
    by: May<Leave>,
    db: Db,
    dependents: web::Data<MembershipDependents>,
    respond: Responder,
) -> Page {
    departure(&by, &db, &dependents, &respond).await
}

async fn departure(by: &May<Leave>, db: &Db, dependents: &MembershipDependents, respond: &Responder) -> Page {
    let (organization, account, dependents) = (by.organization_id(), by.me().account(), dependents.clone());
    let ends = db
        .read(by, move |read| {
            dependents.would_end(read.connection(), organization, &[account], MembershipChange::Membership)
        })
        .await?;
    respond.render(&NewDeparture {
        layout: respond.layout(format!("Leave {}", by.name())),
        name: by.name().to_string(),
        action: format!("/account/organizations/{}/departure", by.slug()),
        lost: lost(by.standing(), None),
        ends,
        refusal: (by.standing() == EffectiveRole::PrimaryOwner).then(|| {
            format!("You are the primary owner of {}: it rests on you. Hand it over to another owner first.", by.name())
        }),
    })
}

/// `POST /account/organizations/{organization}/departure`
async fn create_departure(
    by: May<Leave>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    dependents: web::Data<MembershipDependents>,
    respond: Responder,
) -> Page {
    let dependents = MembershipDependents::clone(&dependents);
    match db.write(&by, move |tx| super::leave(tx, &dependents)).await? {
        Ok(name) => respond.redirect("/account/organizations").notice(format!("You left {name}.")),
        Err(LeaveRefusal::PrimaryOwner) => respond.redirect("/account/organizations").warning(format!(
            "You are the primary owner of {}, so you cannot leave it. Hand it over to another owner first.",
            by.name()
        )),
    }
}

#[derive(Template)]
#[template(path = "members/handover.html")]
struct NewHandover {
    layout: Layout,
    name: String,
    action: String,
    owners: Vec<Choice>,
    /// Who becomes it, if there is only one who can.
    only: Option<String>,
    form: HandOverForm,
    /// What one can no longer do.
    lost: Vec<&'static str>,
    members: String,
}

/// One of several to choose from.
pub struct Choice {
    /// As it is posted.
    pub value: String,
    /// As it is shown.
    pub label: String,
}

async fn handover(
    by: &May<HandOver>,
    form: HandOverForm,
    db: &Db,
    respond: &Responder,
) -> Result<NewHandover, PageError> {
    let (organization, account) = (by.organization_id(), by.me().account());
    let owners = db.read(by, move |read| store::other_owners(read.connection(), organization, account)).await?;
    let owners: Vec<Choice> = owners
        .into_iter()
        .map(|(owner, called)| Choice { value: owner.to_string(), label: named(&owner, called.as_ref()) })
        .collect();
    let only = match owners.as_slice() {
        [only] => Some(only.label.clone()),
        _ => None,
    };
    Ok(NewHandover {
        layout: respond.layout(format!("Hand Over {}", by.name())),
        name: by.name().to_string(),
        action: format!("/account/organizations/{}/handover", by.slug()),
        owners,
        only,
        form,
        lost: lost(EffectiveRole::PrimaryOwner, Some(EffectiveRole::Owner)),
        members: by.link("members"),
    })
}

/// `GET /account/organizations/{organization}/handover`
async fn new_handover(by: May<HandOver>, db: Db, respond: Responder) -> Page {
    respond.render(&handover(&by, HandOverForm::default(), &db, &respond).await?)
}

/// `POST /account/organizations/{organization}/handover`
async fn create_handover(by: May<HandOver>, Form(mut form): Form<HandOverForm>, db: Db, respond: Responder) -> Page {
    let Some(to) = form.read() else {
        return respond.render_invalid(&handover(&by, form, &db, &respond).await?);
    };
    match db.write(&by, move |tx| super::hand_over(tx, &to)).await? {
        Ok(to) => respond
            .redirect("/account/organizations")
            .notice(format!("{to} is now the primary owner of {}.", by.name())),
        Err(refusal) => {
            form.to.add_error(match refusal {
                HandOverRefusal::NotAnOwner => "Choose an owner: make this person an owner first.",
                HandOverRefusal::Suspended => "They are suspended: restore them first.",
                HandOverRefusal::Limited => "Their membership has an end date: take it away first.",
                HandOverRefusal::AlreadyPrimary => "They are the primary owner already.",
            });
            respond.render_invalid(&handover(&by, form, &db, &respond).await?)
        }
    }
}

#[derive(Template)]
#[template(path = "members/removal.html")]
struct NewRemoval {
    layout: Layout,
    organization_layout: OrganizationLayout,
    /// Who, by both names.
    whom: String,
    username: String,
    action: String,
    back: String,
    /// What they can no longer do.
    lost: Vec<&'static str>,
    ends: Vec<String>,
}

/// The person whom a path names.
fn person(path: web::Path<(String, String)>) -> Result<Username, PageError> {
    Username::parse(&path.into_inner().1).map_err(|_| PageError::NotFound)
}

/// Where a question about somebody is answered, and where it leads back to: other features ask it, too.
pub struct Ways {
    /// Where the answer is posted.
    pub action: String,
    /// Where it leads back to.
    pub back: String,
}

/// `GET /{organization}/members/{username}/removal`
async fn new_removal(
    by: May<ManageMembers>,
    path: web::Path<(String, String)>,
    db: Db,
    dependents: web::Data<MembershipDependents>,
    respond: Responder,
) -> Page {
    let person = person(path)?;
    let ways = Ways { action: by.link(&format!("members/{person}/removal")), back: by.link("members") };
    ask_removal(&by, &person, ways, (&db, &dependents), &respond).await
}

/// The question before somebody is removed: what they lose, and what ends with it.
pub async fn ask_removal(
    by: &May<ManageMembers>,
    person: &Username,
    Ways { action, back }: Ways,
    (db, dependents): (&Db, &MembershipDependents),
    respond: &Responder,
) -> Page {
    let (organization, dependents, whom) = (by.organization_id(), dependents.clone(), person.clone());
    let found = db.read(by, move |read| {
        let Some(member) = store::member_by_name(read.connection(), organization, &whom)? else {
            return Ok(None);
        };
        let ends =
            dependents.would_end(read.connection(), organization, &[member.account], MembershipChange::Membership)?;
        Ok(Some((member, ends)))
    });
    let Some((member, ends)) = found.await? else { return Err(PageError::NotFound) };
    let standing =
        if member.account == by.primary_owner() { EffectiveRole::PrimaryOwner } else { EffectiveRole::of(member.role) };
    respond.render(&NewRemoval {
        layout: respond.layout(format!("Remove {person}")),
        organization_layout: OrganizationLayout::of(by, "Members"),
        whom: named(person, member.called.as_ref()),
        username: person.to_string(),
        action,
        back,
        lost: lost(standing, None),
        ends,
    })
}

/// `POST /{organization}/members/{username}/removal`
async fn create_removal(
    by: May<ManageMembers>,
    path: web::Path<(String, String)>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    dependents: web::Data<MembershipDependents>,
    respond: Responder,
) -> Page {
    let person = person(path)?;
    let back = by.link("members");
    let (dependents, whom) = (MembershipDependents::clone(&dependents), person.clone());
    match db.write(&by, move |tx| super::remove(tx, &dependents, &whom)).await? {
        Ok(undoing) => respond
            .redirect(back)
            .undone_at(Some(by.link(&format!("undoings/{undoing}"))))
            .notice(format!("{person} was removed from {}.", by.name())),
        Err(RemoveRefusal::NotAMember) => Err(PageError::NotFound),
        Err(RemoveRefusal::PrimaryOwner) => {
            respond.redirect(back).warning(format!("{person} is the primary owner and cannot be removed."))
        }
        Err(RemoveRefusal::Oneself) => respond
            .redirect("/account/organizations")
            .warning("You leave an organization here, by yourself: press Leave on its row."),
    }
}
