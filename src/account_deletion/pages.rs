//! What is shown when an account goes.

use actix_web::web;
use askama::Template;

use super::rules::{DeleteAccountError, MembershipOutcome};
use super::{DeleteAccount, SeeFarewell, delete_account};
use crate::accounts::account_summary::{AccountSummary, account_summary};
use crate::accounts::profile::HELD;
use crate::authority::{May, Scope};
use crate::db::Db;
use crate::members::leave_all::{places, would_end};
use crate::members::{MembershipDependents, MyOrganization};
use crate::web::form::NoFields;
use crate::web::headers::CLEAR_SITE_DATA;
use crate::web::show::{Moment, Picture};
use crate::web::{Form, Layout, Page, PageError, Responder, Routes};

/// Where it is shown that it is done.
const FAREWELL: &str = "/account/deletion/farewell";

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/account/deletion", new_deletion)
        .post("/account/deletion", create_deletion)
        .get(FAREWELL, show_farewell);
}

/// What is asked, or why it cannot be.
#[derive(Template)]
#[template(path = "account_deletion/deletion.html")]
struct NewDeletion {
    layout: Layout,
    username: String,
    /// What must be resolved first; the question is only asked when there is nothing.
    in_the_way: Vec<InTheWay>,
    /// The organizations that are left, and what ends in each.
    leaves: Vec<Leaving>,
    /// The deleted organizations that are erased at once.
    erases: Vec<Erasing>,
    /// What ends beside them.
    ends: Vec<String>,
    held: &'static str,
}

/// An organization that rests on the person.
struct InTheWay {
    name: String,
    picture: Picture,
    why: String,
    /// Where it is handed over, and where it is deleted; none of what was deleted already.
    ways: Option<(String, String)>,
}

struct Leaving {
    name: String,
    ends: Vec<String>,
}

struct Erasing {
    name: String,
    until: Moment,
}

impl NewDeletion {
    async fn page(
        by: &May<DeleteAccount>,
        dependents: &MembershipDependents,
        db: &Db,
        respond: &Responder,
    ) -> Result<Self, PageError> {
        let (dependents, now) = (dependents.clone(), by.now());
        let told = db.read(by, move |read| {
            let places = places(read)?;
            // What ends is asked only where the question is.
            let ends = match places.iter().any(|place| MembershipOutcome::of(place, now).is_in_the_way()) {
                true => places.iter().map(|_| Vec::new()).collect(),
                false => {
                    places.iter().map(|place| would_end(read, &dependents, place)).collect::<Result<Vec<_>, _>>()?
                }
            };
            Ok((account_summary(read)?, places.into_iter().zip(ends).collect::<Vec<_>>()))
        });
        let (held, places): (AccountSummary, Vec<(MyOrganization, Vec<String>)>) = told.await?;
        let mut page = Self {
            layout: respond.layout("Delete this Account"),
            username: held.username.to_string(),
            in_the_way: Vec::new(),
            leaves: Vec::new(),
            erases: Vec::new(),
            ends: held.would_end(),
            held: HELD,
        };
        for (place, ends) in places {
            let name = place.name.to_string();
            match (MembershipOutcome::of(&place, now), place.erase_at) {
                // Nobody sees a deleted organization: that one leaves it is no news.
                (MembershipOutcome::Left, Some(_)) => {}
                (MembershipOutcome::Left, None) => page.leaves.push(Leaving { name, ends }),
                (MembershipOutcome::Erased, at) => {
                    page.erases.push(Erasing { name, until: by.clock().seen(at.unwrap_or(now), now) });
                }
                (MembershipOutcome::RestsOnThem, _) => page.in_the_way.push(InTheWay {
                    picture: Picture::of(&name).showing(place.picture),
                    name,
                    why: match place.has_other_owner {
                        true => "Another owner can take it over.".to_owned(),
                        false => "You are the only owner: somebody else has to be made an owner before they can take it over.".to_owned(),
                    },
                    ways: Some((
                        format!("/account/organizations/{}/handover", place.slug),
                        format!("/{}/deletion", place.slug),
                    )),
                }),
                (MembershipOutcome::Promised { until }, _) => page.in_the_way.push(InTheWay {
                    picture: Picture::of(&name),
                    why: format!(
                        "It was deleted, and until {} its other owners can restore it. Delete your account after that; or restore it in Account Settings, and hand it over.",
                        by.clock().written(until)
                    ),
                    name,
                    ways: None,
                }),
            }
        }
        Ok(page)
    }
}

/// `GET /account/deletion`
async fn new_deletion(
    by: May<DeleteAccount>,
    db: Db,
    dependents: web::Data<MembershipDependents>,
    respond: Responder,
) -> Page {
    respond.render(&NewDeletion::page(&by, &dependents, &db, &respond).await?)
}

/// `POST /account/deletion`
async fn create_deletion(
    by: May<DeleteAccount>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    dependents: web::Data<MembershipDependents>,
    respond: Responder,
) -> Page {
    let membership_dependents = MembershipDependents::clone(&dependents);
    match db.write(&by, move |tx| delete_account(tx, &membership_dependents)).await? {
        Ok(()) => respond.session().purge(),
        Err(DeleteAccountError::InTheWay) => {
            return respond.render_invalid(&NewDeletion::page(&by, &dependents, &db, &respond).await?);
        }
    }
    let mut answer = respond.redirect(FAREWELL).without_notice()?;
    let (name, value) = CLEAR_SITE_DATA;
    answer.headers_mut().insert(name, value);
    Ok(answer)
}

#[derive(Template)]
#[template(path = "account_deletion/farewell.html")]
struct ShowFarewell {
    layout: Layout,
}

/// `GET /account/deletion/farewell`: the word that it is done. It has a page of its own, for the cookie
/// that would carry it is gone with all others; the person who is signed in has nothing to be shown.
async fn show_farewell(by: May<SeeFarewell>, respond: Responder) -> Page {
    if by.me().is_some() {
        return respond.redirect("/account").without_notice();
    }
    respond.render(&ShowFarewell { layout: respond.layout("Your account is deleted") })
}
