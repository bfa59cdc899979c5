//! Giving somebody another role: by one press for the usual ones, and for all of them by a page that
//! says what each can do.

use actix_web::web;
use askama::Template;

use super::permissions::Policy;
use super::{OrganizationLayout, Ways, person};
use crate::authority::{EffectiveRole, May, OrganizationScope, Role};
use crate::db::{Db, Queries};
pub use crate::members::forms::RoleForm;
use crate::members::rules::{RoleRefusal, lost};
use crate::members::{ManageMembers, MembershipChange, MembershipDependents, change_role, store};
use crate::text::{Username, named};
use crate::web::{Form, Layout, Page, PageError, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/{organization}/members/{username}/role", edit).post("/{organization}/members/{username}/role", update);
}

/// A role to choose.
pub struct RoleChoice {
    /// As it is posted.
    pub value: &'static str,
    /// As it is shown.
    pub label: &'static str,
    /// What it is for.
    pub hint: &'static str,
}

impl RoleChoice {
    /// Every role, in the order of [`Role::ALL`].
    pub const ALL: [Self; Role::ALL.len()] = {
        let [one, two, three, four] = Role::ALL;
        [Self::of(one), Self::of(two), Self::of(three), Self::of(four)]
    };

    const fn of(role: Role) -> Self {
        Self { value: role.key(), label: role.label(), hint: role.meaning() }
    }
}

#[derive(Template)]
#[template(path = "members/roles.html")]
struct Edit {
    layout: Layout,
    organization_layout: OrganizationLayout,
    /// Who, by both names.
    whom: String,
    form: RoleForm,
    roles: &'static [RoleChoice],
    action: String,
    back: String,
    policy: Policy,
}

/// What is said when the primary owner must be something else.
fn stays(person: &Username) -> String {
    format!("{person} is the primary owner and stays an owner until they hand over.")
}

impl Edit {
    /// The page about somebody, with their role or with what was typed.
    fn of(
        by: &May<ManageMembers>,
        person: &Username,
        member: &store::Member,
        typed: Option<RoleForm>,
        Ways { action, back }: Ways,
        respond: &Responder,
    ) -> Self {
        Self {
            layout: respond.layout(format!("Role of {person}")),
            organization_layout: OrganizationLayout::of(by, "Members"),
            whom: named(person, member.called.as_ref()),
            form: typed.unwrap_or_else(|| RoleForm::of(member.role)),
            roles: &RoleChoice::ALL,
            action,
            back,
            policy: Policy::of(&Role::ALL.map(EffectiveRole::of)),
        }
    }
}

/// Somebody of this organization.
async fn member_called(by: &May<ManageMembers>, person: &Username, db: &Db) -> Result<store::Member, PageError> {
    let (organization, whom) = (by.organization_id(), person.clone());
    let found = db.read(by, move |read| store::member_by_name(read.connection(), organization, &whom)).await?;
    found.ok_or(PageError::NotFound)
}

fn ways(by: &May<ManageMembers>, person: &Username) -> Ways {
    Ways { action: by.link(&format!("members/{person}/role")), back: by.link("members") }
}

/// `GET /{organization}/members/{username}/role`
async fn edit(by: May<ManageMembers>, path: web::Path<(String, String)>, db: Db, respond: Responder) -> Page {
    let person = person(path)?;
    ask(&by, &person, None, ways(&by, &person), &db, &respond).await
}

/// The page that asks which role somebody gets; again, with what was typed.
pub async fn ask(
    by: &May<ManageMembers>,
    person: &Username,
    typed: Option<RoleForm>,
    ways: Ways,
    db: &Db,
    respond: &Responder,
) -> Page {
    let member = member_called(by, person, db).await?;
    if member.account == by.primary_owner() {
        return respond.redirect(ways.back).warning(stays(person));
    }
    let is_again = typed.is_some();
    let page = Edit::of(by, person, &member, typed, ways, respond);
    if is_again { respond.render_invalid(&page) } else { respond.render(&page) }
}

#[derive(Template)]
#[template(path = "members/role.html")]
struct RoleQuestion {
    layout: Layout,
    organization_layout: OrganizationLayout,
    /// Who, by both names.
    whom: String,
    username: String,
    /// Who, at the beginning of a sentence.
    who: String,
    /// As it is posted, as whom it makes them, and what it is for.
    role: &'static str,
    noun: &'static str,
    meaning: &'static str,
    action: String,
    back: String,
    is_me: bool,
    /// What they can no longer do, and what they can do then.
    lost: Vec<&'static str>,
    gained: Vec<&'static str>,
    ends: Vec<String>,
}

/// `POST /{organization}/members/{username}/role`
async fn update(
    by: May<ManageMembers>,
    path: web::Path<(String, String)>,
    Form(mut form): Form<RoleForm>,
    db: Db,
    dependents: web::Data<MembershipDependents>,
    respond: Responder,
) -> Page {
    let person = person(path)?;
    let back = by.link("members");
    let Some((role, confirmed)) = form.read() else {
        if !form.role.text.is_empty() {
            return Err(PageError::Malformed("no such role"));
        }
        return ask(&by, &person, Some(form), ways(&by, &person), &db, &respond).await;
    };
    let dependents = MembershipDependents::clone(&dependents);
    if form.ask.is_some() && !confirmed {
        return ask_first(&by, &person, role, (&db, dependents), &respond).await;
    }
    let whom = person.clone();
    match db.write(&by, move |tx| change_role(tx, &dependents, &whom, role, confirmed)).await? {
        Ok(undoing) => respond
            .redirect(back)
            .undone_at(undoing.map(|undoing| by.link(&format!("undoings/{undoing}"))))
            .notice(format!("{person} is now {} of {}.", role.noun(), by.name())),
        Err(RoleRefusal::NotAMember) => Err(PageError::NotFound),
        Err(RoleRefusal::PrimaryOwner) => respond.redirect(back).warning(stays(&person)),
        Err(RoleRefusal::EndsMore(ends)) => {
            ask_role_change(&by, &person, role, ends, ways(&by, &person), &db, &respond).await
        }
    }
}

/// The question behind Make Owner and Make Member, whatever comes of it.
async fn ask_first(
    by: &May<ManageMembers>,
    person: &Username,
    role: Role,
    (db, dependents): (&Db, MembershipDependents),
    respond: &Responder,
) -> Page {
    let (member, ways) = (member_called(by, person, db).await?, ways(by, person));
    if member.role == role {
        return respond.redirect(ways.back).notice(format!("{person} is now {} of {}.", role.noun(), by.name()));
    }
    if member.account == by.primary_owner() {
        return respond.redirect(ways.back).warning(stays(person));
    }
    let (organization, account) = (by.organization_id(), member.account);
    let ends = db.read(by, move |read| match role {
        Role::Owner => Ok(Vec::new()),
        _ => dependents.would_end(read.connection(), organization, &[account], MembershipChange::Ownership),
    });
    ask_role_change(by, person, role, ends.await?, ways, db, respond).await
}

/// The question before somebody gets another role: what they can do then, what they no longer can, and what ends with
/// it.
pub async fn ask_role_change(
    by: &May<ManageMembers>,
    person: &Username,
    role: Role,
    ends: Vec<String>,
    Ways { action, back }: Ways,
    db: &Db,
    respond: &Responder,
) -> Page {
    let member = member_called(by, person, db).await?;
    let (from, to) = (EffectiveRole::of(member.role), EffectiveRole::of(role));
    let is_me = member.account == by.me().account();
    respond.render(&RoleQuestion {
        layout: respond.layout(format!("Make {person} {}", role.noun())),
        organization_layout: OrganizationLayout::of(by, "Members"),
        whom: named(person, member.called.as_ref()),
        username: person.to_string(),
        who: if is_me { "You".to_owned() } else { person.to_string() },
        role: role.key(),
        noun: role.noun(),
        meaning: role.meaning(),
        action,
        back,
        is_me,
        lost: lost(from, Some(to)),
        gained: lost(to, Some(from)),
        ends,
    })
}
