//! Undoing a removal or a change of a role: asked first where a link leads to it, since a link changes nothing.

use actix_web::web;
use askama::Template;

use super::OrganizationLayout;
use crate::authority::{May, Scope};
use crate::db::Db;
use crate::ids::UndoId;
use crate::members::forms::NoFields;
use crate::members::rules::undo::{UndoEntry, UndoRefusal};
use crate::members::undo::undo;
use crate::members::{ManageMembers, MembershipDependents, store};
use crate::text::named;
use crate::web::{Form, Layout, Page, PageError, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/{organization}/undoings/{undoing}", new).post("/{organization}/undoings/{undoing}", create);
}

/// What an address names.
fn id(path: web::Path<(String, String)>) -> Result<UndoId, PageError> {
    UndoId::parse(&path.into_inner().1).ok_or(PageError::NotFound)
}

#[derive(Template)]
#[template(path = "members/undo.html")]
struct New {
    layout: Layout,
    organization_layout: OrganizationLayout,
    title: String,
    username: String,
    /// What they are again.
    noun: &'static str,
    is_removal: bool,
    action: String,
    back: String,
    /// Why not.
    refusal: Option<String>,
}

fn title(undoing: &UndoEntry) -> String {
    let whom = named(&undoing.person, undoing.called.as_ref());
    match undoing.became {
        None => format!("Undo the removal of {whom}?"),
        Some(_) => format!("Undo the role change of {whom}?"),
    }
}

/// `GET /{organization}/undoings/{undoing}`
async fn new(by: May<ManageMembers>, path: web::Path<(String, String)>, db: Db, respond: Responder) -> Page {
    let id = id(path)?;
    let found = db.read(&by, move |read| store::find_undoing(read, id)).await?;
    let undoing = found.ok_or(PageError::NotFound)?;
    respond.render(&New {
        layout: respond.layout("Undo"),
        organization_layout: OrganizationLayout::of(&by, "Members"),
        title: title(&undoing),
        username: undoing.person.to_string(),
        noun: undoing.role.noun(),
        is_removal: undoing.became.is_none(),
        action: by.link(&format!("undoings/{id}")),
        back: by.link("members"),
        refusal: undoing.stands(by.now()).err().map(|refusal| refusal.told(&undoing.person)),
    })
}

/// `POST /{organization}/undoings/{undoing}`
async fn create(
    by: May<ManageMembers>,
    path: web::Path<(String, String)>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    dependents: web::Data<MembershipDependents>,
    respond: Responder,
) -> Page {
    let id = id(path)?;
    let dependents = MembershipDependents::clone(&dependents);
    let back = respond.redirect(by.link("members"));
    match db.write(&by, move |tx| undo(tx, &dependents, id)).await? {
        Ok(undoing) => back.notice(format!("{} is {} of {} again.", undoing.person, undoing.role.noun(), by.name())),
        Err(UndoRefusal::Unknown) => Err(PageError::NotFound),
        Err(refusal) => {
            let found = db.read(&by, move |read| store::find_undoing(read, id)).await?;
            let undoing = found.ok_or(PageError::NotFound)?;
            back.warning(format!("Nothing was undone. {}", refusal.told(&undoing.person)))
        }
    }
}
