//! Doing the same with several people: a page that lists them and what comes of it, then each in a transaction of its
//! own, by the same domain function as for one, and a page with a result for each.

use actix_web::web;
use askama::Template;

use super::{Choice, OrganizationLayout};
use crate::authority::{EffectiveRole, May, OrganizationScope, Role};
use crate::db::{Change, Db, Queries, Verdict};
use crate::ids::AccountId;
use crate::members::forms::SeveralForm;
use crate::members::rules::bulk::{BulkAction, BulkOutcome, people};
use crate::members::rules::{Membership, OwnershipRules, lost};
use crate::members::{ManageMembers, MembershipChange, MembershipDependents, change_role, remove, store};
use crate::text::{Username, named};
use crate::web::show::{self, Picture};
use crate::web::{Form, Layout, Page, PageError, Query, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/{organization}/members/several", new).post("/{organization}/members/several", create);
}

/// What can be done with several, as the list of people offers it.
pub fn deeds() -> Vec<Choice> {
    BulkAction::ALL.into_iter().map(|deed| Choice { value: deed.key().to_owned(), label: deed.label() }).collect()
}

/// A line of the pages: somebody who was chosen.
struct Line {
    /// Both names.
    whom: String,
    picture: Picture,
    /// What they are, or why nothing comes of it.
    note: String,
    /// What was done, where something was.
    done: Option<String>,
    /// Where it is undone.
    undo: Option<String>,
}

impl Line {
    fn of(member: &store::Chosen, note: String) -> Self {
        let picture = Picture::of_person(&member.username, member.called.as_ref()).showing(member.picture);
        Self { whom: named(&member.username, member.called.as_ref()), picture, note, done: None, undo: None }
    }

    /// Of somebody of whom nothing is known here but what the request called them.
    fn of_stranger(username: &Username, note: String) -> Self {
        let picture = Picture::of_person(username, None);
        Self { whom: username.to_string(), picture, note, done: None, undo: None }
    }
}

/// A question of nobody, or of nothing that can be done, leads back.
fn choose_first(by: &May<ManageMembers>, respond: &Responder) -> Page {
    respond.redirect(by.link("members")).warning("Choose one or more people in the list first.".to_owned())
}

#[derive(Template)]
#[template(path = "members/bulk.html")]
struct New {
    layout: Layout,
    organization_layout: OrganizationLayout,
    title: String,
    action: String,
    back: String,
    deed: &'static str,
    /// The usernames of those for whom something comes of it.
    people: String,
    /// Those, and those for whom nothing does.
    will: Vec<Line>,
    will_not: Vec<Line>,
    is_removal: bool,
    /// What is left for them, where they stay.
    meaning: &'static str,
    /// What one or another of them can no longer do.
    lost: Vec<&'static str>,
    ends: Vec<String>,
}

/// `GET /{organization}/members/several`
async fn new(
    by: May<ManageMembers>,
    asked: Query<Vec<(String, String)>>,
    db: Db,
    dependents: web::Data<MembershipDependents>,
    respond: Responder,
) -> Page {
    let all = |name: &'static str| asked.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str());
    let chosen = people(all("person"));
    let Some(deed) = all("do").find_map(BulkAction::parse).filter(|_| !chosen.is_empty()) else {
        return choose_first(&by, &respond);
    };
    let (organization, dependents, names) =
        (by.organization_id(), MembershipDependents::clone(&dependents), chosen.clone());
    let rules = OwnershipRules::seen(by.primary_owner(), Some(by.me().account()));
    let (found, ends) = db
        .read(&by, move |read| {
            let found = store::members_by_name(read.connection(), organization, &names)?;
            let losing = losing(&rules, deed, &found);
            let ends = match losing.as_slice() {
                [] => Vec::new(),
                losing => dependents.would_end(read.connection(), organization, losing, change_kind(deed))?,
            };
            Ok((found, ends))
        })
        .await?;
    let (mut will, mut will_not, mut names, mut gone) = (Vec::new(), Vec::new(), Vec::new(), Vec::<&str>::new());
    for username in &chosen {
        let Some(member) = found.iter().find(|member| member.username == *username) else {
            will_not.push(Line::of_stranger(username, told(BulkOutcome::NotAMember, deed)));
            continue;
        };
        match deed.outlook(&rules, &member.membership) {
            BulkOutcome::Done => {
                will.push(Line::of(member, member.membership.role.label().to_owned()));
                names.push(username.as_str());
                for one in lost(EffectiveRole::of(member.membership.role), deed.standing_after()) {
                    if !gone.contains(&one) {
                        gone.push(one);
                    }
                }
            }
            outcome => will_not.push(Line::of(member, told(outcome, deed))),
        }
    }
    let many = heads(will.len());
    let title = match (will.is_empty(), deed) {
        (true, _) => "Nothing to do".to_owned(),
        (false, BulkAction::Remove) => format!("Remove {many}?"),
        (false, BulkAction::Make(role)) => format!("Give {many} the role {}?", role.label()),
    };
    respond.render(&New {
        layout: respond.layout(title.trim_end_matches('?')),
        organization_layout: OrganizationLayout::of(&by, "Members"),
        title,
        action: by.link("members/several"),
        back: by.link("members"),
        deed: deed.key(),
        people: names.join(" "),
        will,
        will_not,
        is_removal: deed == BulkAction::Remove,
        meaning: match deed {
            BulkAction::Remove => "",
            BulkAction::Make(role) => role.meaning(),
        },
        lost: gone,
        ends,
    })
}

/// How many people, in words; never more than [`MOST`](crate::members::rules::several::MOST).
fn heads(number: usize) -> String {
    show::people(i64::try_from(number).unwrap_or(i64::MAX))
}

fn told(outcome: BulkOutcome, deed: BulkAction) -> String {
    outcome.why_not(deed).unwrap_or_default()
}

const fn change_kind(deed: BulkAction) -> MembershipChange {
    match deed {
        BulkAction::Remove => MembershipChange::Membership,
        BulkAction::Make(_) => MembershipChange::Ownership,
    }
}

/// Those who lose something by it.
fn losing(rules: &OwnershipRules, deed: BulkAction, found: &[store::Chosen]) -> Vec<AccountId> {
    let loses = |membership: &Membership| {
        deed != BulkAction::Make(Role::Owner) && deed.outlook(rules, membership) == BulkOutcome::Done
    };
    found.iter().filter(|member| loses(&member.membership)).map(|member| member.membership.account).collect()
}

#[derive(Template)]
#[template(path = "members/bulk_done.html")]
struct Done {
    layout: Layout,
    organization_layout: OrganizationLayout,
    title: String,
    word: String,
    lines: Vec<Line>,
    back: String,
}

/// `POST /{organization}/members/several`
async fn create(
    by: May<ManageMembers>,
    Form(form): Form<SeveralForm>,
    db: Db,
    dependents: web::Data<MembershipDependents>,
    respond: Responder,
) -> Page {
    let Some((deed, chosen)) = form.read() else { return choose_first(&by, &respond) };
    let organization = by.organization_id();
    let names = chosen.clone();
    // Read before: the person who is removed is nobody's member after.
    let found = db.read(&by, move |read| store::members_by_name(read.connection(), organization, &names)).await?;
    // Asked for before anything is done: an owner among them would else stop it in the middle.
    if deed == BulkAction::Make(Role::Owner) || found.iter().any(|member| member.membership.role == Role::Owner) {
        by.me().require_recent_password()?;
    }
    let mut lines: Vec<Line> = Vec::new();
    let (mut done, mut is_refused) = (0_usize, false);
    for username in chosen {
        let outcome = match is_refused {
            true => Ok((BulkOutcome::NotReached, None)),
            false => one(&by, deed, &username, &db, &dependents).await,
        };
        let (outcome, undo) = match outcome {
            Ok(outcome) => outcome,
            // Nothing was done yet: it is answered as for one.
            Err(error) if lines.is_empty() => return Err(error),
            Err(_) => {
                is_refused = true;
                (BulkOutcome::NotReached, None)
            }
        };
        let note = told(outcome, deed);
        let mut line = match found.iter().find(|member| member.username == username) {
            Some(member) => Line::of(member, note),
            None => Line::of_stranger(&username, note),
        };
        if outcome == BulkOutcome::Done {
            done += 1;
            line.done = Some(match deed {
                BulkAction::Remove => "Removed".to_owned(),
                BulkAction::Make(role) => format!("Is {} now", role.noun()),
            });
            line.undo = undo;
        }
        lines.push(line);
    }
    let many = heads(done);
    let title = match (done, deed) {
        (0, _) => "Nothing was changed".to_owned(),
        (_, BulkAction::Remove) => format!("{many} removed"),
        (_, BulkAction::Make(_)) => format!("Role of {many} changed"),
    };
    respond.render(&Done {
        layout: respond.layout(title.as_str()),
        organization_layout: OrganizationLayout::of(&by, "Members"),
        word: match lines.len() - done {
            0 => "Done with everyone whom you chose.".to_owned(),
            rest => format!("Not changed: {}. See the reasons below.", heads(rest)),
        },
        title,
        lines,
        back: by.link("members"),
    })
}

/// Owners get one mail about all of them.
fn one_of_several<T, R>(done: Result<Change<T>, R>) -> Verdict<Change<T>, R> {
    Ok(done.map(Change::as_bulk_action))
}

/// Does it with one of them, and answers where it is undone.
async fn one(
    by: &May<ManageMembers>,
    deed: BulkAction,
    person: &Username,
    db: &Db,
    dependents: &MembershipDependents,
) -> Result<(BulkOutcome, Option<String>), PageError> {
    if person == by.me().username() {
        return Ok((BulkOutcome::Oneself, None));
    }
    let (dependents, whom) = (dependents.clone(), person.clone());
    let done = match deed {
        BulkAction::Remove => db
            .write(by, move |tx| one_of_several(remove(tx, &dependents, &whom)?))
            .await?
            .map(Some)
            .map_err(BulkOutcome::from),
        BulkAction::Make(role) => db
            .write(by, move |tx| one_of_several(change_role(tx, &dependents, &whom, role, true)?))
            .await?
            .map_err(BulkOutcome::from),
    };
    Ok(match done {
        Ok(Some(undoing)) => (BulkOutcome::Done, Some(by.link(&format!("undoings/{undoing}")))),
        Ok(None) => (BulkOutcome::Already, None),
        Err(outcome) => (outcome, None),
    })
}
