//! Changing and removing somebody in a review: the questions are those of `members`, asked from here.

use actix_web::web;

use super::{address, id, refused, walk};
use crate::authority::May;
use crate::db::Db;
use crate::ids::ReviewId;
use crate::members::pages::roles::{RoleForm, ask, ask_role_change};
use crate::members::pages::{Ways, ask_removal};
use crate::members::{ManageMembers, MembershipDependents, OrganizationMember};
use crate::reviews::forms::{NoFields, ReviewQuery};
use crate::reviews::rules::{DecideRefusal, Decision};
use crate::reviews::{change_role, remove};
use crate::text::Username;
use crate::web::{Form, Page, PageError, Query, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/{organization}/reviews/{review}/people/{username}/removal", new_removal)
        .post("/{organization}/reviews/{review}/people/{username}/removal", create_removal)
        .get("/{organization}/reviews/{review}/people/{username}/role", edit_role)
        .post("/{organization}/reviews/{review}/people/{username}/role", update_role);
}

/// The review and the person whom a path names.
fn both(path: &web::Path<(String, String, String)>) -> Result<(ReviewId, Username), PageError> {
    Ok((id(&path.1)?, Username::parse(&path.2).map_err(|_| PageError::NotFound)?))
}

/// Where the question is answered, and the page of the review it leads back to.
fn ways(by: &OrganizationMember, id: ReviewId, person: &Username, what: &str, after: &str) -> Ways {
    let path = by.link(&format!("reviews/{id}/people/{person}/{what}"));
    Ways { action: address(&path, &[("after", after)]), back: walk(by, id, after) }
}

/// `GET /{organization}/reviews/{review}/people/{username}/removal`
async fn new_removal(
    by: May<ManageMembers>,
    path: web::Path<(String, String, String)>,
    Query(asked): Query<ReviewQuery>,
    db: Db,
    dependents: web::Data<MembershipDependents>,
    respond: Responder,
) -> Page {
    let (id, person) = both(&path)?;
    let ways = ways(&by, id, &person, "removal", &asked.after());
    ask_removal(&by, &person, ways, (&db, &dependents), &respond).await
}

/// `POST /{organization}/reviews/{review}/people/{username}/removal`
async fn create_removal(
    by: May<ManageMembers>,
    path: web::Path<(String, String, String)>,
    Query(asked): Query<ReviewQuery>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    dependents: web::Data<MembershipDependents>,
    respond: Responder,
) -> Page {
    let (id, person) = both(&path)?;
    let back = walk(&by, id, &asked.after());
    let (dependents, whom) = (MembershipDependents::clone(&dependents), person.clone());
    match db.write(&by, move |tx| remove(tx, &dependents, id, &whom)).await? {
        Ok(undoing) => respond
            .redirect(back)
            .undone_at(Some(by.link(&format!("undoings/{undoing}"))))
            .notice(format!("{person} was removed from {}.", by.name())),
        // A second click, or the same in another tab.
        Err(DecideRefusal::Decided(Decision::Removed, _, true)) => {
            respond.redirect(back).notice(format!("{person} was removed from {}.", by.name()))
        }
        Err(refusal) => refused(&by, id, back, &person, &refusal, &respond),
    }
}

/// `GET /{organization}/reviews/{review}/people/{username}/role`
async fn edit_role(
    by: May<ManageMembers>,
    path: web::Path<(String, String, String)>,
    Query(asked): Query<ReviewQuery>,
    db: Db,
    respond: Responder,
) -> Page {
    let (id, person) = both(&path)?;
    ask(&by, &person, None, ways(&by, id, &person, "role", &asked.after()), &db, &respond).await
}

/// `POST /{organization}/reviews/{review}/people/{username}/role`
async fn update_role(
    by: May<ManageMembers>,
    path: web::Path<(String, String, String)>,
    Query(asked): Query<ReviewQuery>,
    Form(mut form): Form<RoleForm>,
    db: Db,
    dependents: web::Data<MembershipDependents>,
    respond: Responder,
) -> Page {
    let (id, person) = both(&path)?;
    let ways = ways(&by, id, &person, "role", &asked.after());
    let Some((role, confirmed)) = form.read() else {
        if !form.role.text.is_empty() {
            return Err(PageError::Malformed("no such role"));
        }
        return ask(&by, &person, Some(form), ways, &db, &respond).await;
    };
    let (dependents, whom) = (MembershipDependents::clone(&dependents), person.clone());
    let done = db.write(&by, move |tx| change_role(tx, &dependents, id, &whom, role, confirmed)).await?;
    let said = format!("{person} is now {} of {}.", role.noun(), by.name());
    match done {
        Ok(Some(undoing)) => {
            respond.redirect(ways.back).undone_at(Some(by.link(&format!("undoings/{undoing}")))).notice(said)
        }
        Ok(None) => respond.redirect(ways.back).notice(format!("{person} is {} already, and was kept.", role.noun())),
        Err(DecideRefusal::EndsMore(ends)) => ask_role_change(&by, &person, role, ends, ways, &db, &respond).await,
        // A second click, or the same in another tab.
        Err(DecideRefusal::Decided(Decision::Changed(to), _, true)) if to == role => {
            respond.redirect(ways.back).notice(said)
        }
        Err(refusal) => refused(&by, id, ways.back, &person, &refusal, &respond),
    }
}
