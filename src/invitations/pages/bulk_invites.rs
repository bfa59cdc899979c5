//! Inviting many people at once: the form, and what becomes of the list.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::web;
use askama::Template;

use super::super::bulk_invites::{Begun, DAILY, MakeBatch, SendBatch, StopBatch, begin, make, stop};
use super::super::forms::{ListForm, NoFields};
use super::super::open_limit::{GROWTH, NEW, OpenInvitationLimit};
use super::super::rules::line_status::{BulkInviteLine, End, LineStatus};
use super::super::rules::lists::{LARGEST, MOST};
use super::super::store::bulk_invites::{self as store, Batch, PlacedLine, RecentBatch};
use super::{Asked, DaysChoice};
use crate::authority::{May, Scope};
use crate::db::Db;
use crate::db::throttle::RateLimited;
use crate::ids::BatchId;
use crate::members::OrganizationMember;
use crate::members::pages::OrganizationLayout;
use crate::members::pages::roles::RoleChoice;
use crate::web::log::refused;
use crate::web::show::{Moment, count, grouped};
use crate::web::{Form, Layout, Page, PageError, Responder, Routes, Upload};

/// Where all of it is.
const SEVERAL: &str = "invitations/several";

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/{organization}/invitations/several", new)
        .upload("/{organization}/invitations/several", create)
        .get("/{organization}/invitations/several/{batch}", show)
        .post("/{organization}/invitations/several/{batch}/sending", create_sending)
        .post("/{organization}/invitations/several/{batch}/ending", create_ending);
}

#[derive(Template)]
#[template(path = "invitations/several.html")]
struct New {
    layout: Layout,
    organization_layout: OrganizationLayout,
    form: ListForm,
    action: String,
    hint: String,
    roles: &'static [RoleChoice],
    lifetimes: Vec<DaysChoice>,
    recent: Vec<Recent>,
    back: String,
}

/// A list among the latest ones.
struct Recent {
    href: String,
    size: String,
    made: Moment,
    state: (&'static str, &'static str),
}

impl Recent {
    fn of(batch: &RecentBatch, by: &OrganizationMember) -> Self {
        Self {
            href: by.link(&format!("{SEVERAL}/{}", batch.id)),
            size: count(batch.size.into(), "line"),
            made: by.clock().seen(batch.made_at, by.now()),
            state: match (batch.is_sent, batch.ended) {
                (false, _) => ("Not sent yet", "plain"),
                (true, None) => ("Being sent", "accent"),
                (true, Some(End::Done)) => ("Sent", "good"),
                (true, Some(End::Stopped | End::Abandoned)) => ("Stopped", "warn"),
            },
        }
    }
}

impl New {
    async fn page(by: &May<MakeBatch>, form: ListForm, db: &Db, respond: &Responder) -> Result<Self, PageError> {
        let recent = db.read(by, |read| store::recent(read)).await?;
        Ok(Self {
            layout: respond.layout("Invite Several"),
            organization_layout: OrganizationLayout::of(by, "Members"),
            form,
            action: by.link(SEVERAL),
            hint: format!(
                "As you have them: one below the other, between commas or semicolons, with names or without. At most {}.",
                grouped(i64::try_from(MOST).unwrap_or(i64::MAX))
            ),
            roles: &RoleChoice::ALL,
            lifetimes: DaysChoice::all(respond.site().invitation_days),
            recent: recent.iter().map(|batch| Recent::of(batch, by)).collect(),
            back: by.link("members"),
        })
    }
}

/// `GET /{organization}/invitations/several`
async fn new(by: May<MakeBatch>, db: Db, respond: Responder) -> Page {
    respond.render(&New::page(&by, ListForm::fresh(respond.site().invitation_days), &db, &respond).await?)
}

/// `POST /{organization}/invitations/several`
async fn create(by: May<MakeBatch>, upload: Upload, db: Db, respond: Responder) -> Page {
    let days = respond.site().invitation_days;
    let read = move |mut form: ListForm| {
        let read = form.read(days);
        (form, read)
    };
    let (form, read) = upload.form(&by, LARGEST, read).await?;
    let Some((entries, role, terms)) = read else {
        let view = New::page(&by, form, &db, &respond).await?;
        return respond.render_in_background(StatusCode::UNPROCESSABLE_ENTITY, view).await;
    };
    match db.write(&by, move |tx| make(tx, &entries, role, &terms)).await? {
        Ok(id) => respond.redirect(by.link(&format!("{SEVERAL}/{id}"))).without_notice(),
        Err(rate_limited) => too_many(&by, form, rate_limited, &db, &respond).await,
    }
}

async fn too_many(by: &May<MakeBatch>, mut form: ListForm, until: RateLimited, db: &Db, respond: &Responder) -> Page {
    let wait = until.wait(by.now());
    form.addresses.add_error(format!("Enough lists were made in this organization for now. Try again {wait}."));
    refused(respond.request(), "throttled");
    let view = New::page(by, form, db, respond).await?;
    let mut answer = respond.render_in_background(StatusCode::TOO_MANY_REQUESTS, view).await?;
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(until.seconds(by.now())));
    Ok(answer)
}

#[derive(Template)]
#[template(path = "invitations/batch.html")]
struct Show {
    layout: Layout,
    organization_layout: OrganizationLayout,
    title: &'static str,
    /// What becomes of the list, in a sentence.
    told: String,
    /// What may be done, as far as it makes sense now.
    state: State,
    /// The fates that lines have, with how many: the word, the address, whether it is chosen.
    fates: Vec<(String, String, bool)>,
    lines: Vec<Row>,
    first: Option<String>,
    more: Option<String>,
    /// The page as it is, for looking again.
    here: String,
    again: String,
}

/// How far a list is.
enum State {
    /// It can be sent, where anybody in it must be invited.
    Preview { send: Option<String>, pace: String },
    /// It is being sent: so many lines of so many are gone through.
    Sending { gone: i64, all: i64, words: String, stop: String, waits: Option<Moment> },
    /// It is sent, or was stopped.
    Ended { kind: &'static str },
}

/// A line of the list.
struct Row {
    number: i32,
    written: String,
    role: Option<&'static str>,
    fate: (&'static str, &'static str),
    why: Option<String>,
}

impl Row {
    fn of((place, line): PlacedLine) -> Self {
        let BulkInviteLine { written, role, fate, why } = line;
        Self {
            number: place + 1,
            written: if written.is_empty() { "(nothing)".to_owned() } else { written },
            role: (fate != LineStatus::Unreadable).then(|| role.label()),
            fate: (fate.label(), fate.kind()),
            why: why.or_else(|| fate.told().map(str::to_owned)),
        }
    }
}

/// The title of the page of a list, and what becomes of it.
fn told(batch: &Batch) -> (&'static str, String) {
    let number = |fate| grouped(batch.number(fate));
    let all = count(batch.size.into(), "line");
    let sender = &batch.sender;
    match (batch.sent_at, batch.ended) {
        (None, _) => (
            "Check the List",
            format!("{} of {all} will be invited. Nothing was sent so far.", number(LineStatus::Ready)),
        ),
        (Some(_), None) => ("Sending Invites", format!("In the name of {sender}. You can close this page.")),
        (Some(_), Some(End::Done)) => ("Invites Sent", format!("{} of {all} were invited.", number(LineStatus::Sent))),
        (Some(_), Some(End::Stopped)) => (
            "Stopped",
            format!(
                "{} of {all} were invited before an owner stopped it. {} were not.",
                number(LineStatus::Sent),
                number(LineStatus::Stopped)
            ),
        ),
        (Some(_), Some(End::Abandoned)) => (
            "Stopped",
            format!(
                "{} of {all} were invited. The other {} were not, because {sender}, who sent the list, can no longer invite people.",
                number(LineStatus::Sent),
                number(LineStatus::Stopped)
            ),
        ),
    }
}

impl State {
    fn of(batch: &Batch, by: &OrganizationMember) -> Self {
        let deed = |what: &str| by.link(&format!("{SEVERAL}/{}/{what}", batch.id));
        let ready = batch.number(LineStatus::Ready);
        match (batch.sent_at, batch.ended) {
            (None, _) => Self::Preview {
                send: (ready > 0).then(|| deed("sending")),
                pace: format!(
                    "Invites leave in portions, so that other mail does not wait behind them, and at most {} a day: \
                     what is beyond that goes on by itself on the next day. A new organization can have {NEW} invitations \
                     without an answer at once, and {GROWTH} more for each that is accepted: the rest of a list waits for \
                     that. You can close the page.",
                    grouped(i64::try_from(DAILY).unwrap_or(i64::MAX))
                ),
            },
            (Some(_), None) => {
                let all = ready
                    + [LineStatus::Sent, LineStatus::Full].into_iter().map(|fate| batch.number(fate)).sum::<i64>();
                let waits = batch.due_at.filter(|due| *due > by.now());
                Self::Sending {
                    gone: all - ready,
                    all,
                    words: format!("{} of {}", grouped(all - ready), grouped(all)),
                    stop: deed("ending"),
                    waits: waits.map(|due| by.clock().seen(due, by.now())),
                }
            }
            (Some(_), Some(End::Done)) => Self::Ended { kind: "good" },
            (Some(_), Some(End::Stopped | End::Abandoned)) => Self::Ended { kind: "warn" },
        }
    }
}

/// `GET /{organization}/invitations/several/{batch}`
async fn show(by: May<MakeBatch>, path: web::Path<(String, String)>, asked: Asked, db: Db, respond: Responder) -> Page {
    let id = id(path)?;
    let fate = asked.get("fate").and_then(|fate| LineStatus::parse(fate));
    let after: Option<i32> = asked.get("after").and_then(|after| after.parse().ok()).filter(|after| *after >= 0);
    let found = db.read(&by, move |read| {
        let Some(batch) = store::find(read, id)? else { return Ok(None) };
        let (lines, goes_on) = store::lines(read, &batch, fate, after)?;
        let is_waiting = batch.ended.is_none() && batch.due_at.is_some_and(|due| due > read.now());
        let room = is_waiting.then(|| OpenInvitationLimit::of(read)).transpose()?;
        Ok(Some((batch, lines, goes_on, room)))
    });
    let Some((batch, lines, goes_on, room)) = found.await? else { return Err(PageError::NotFound) };
    let page = by.link(&format!("{SEVERAL}/{id}"));
    let address = |fate: Option<LineStatus>, after: Option<i32>| {
        let fate = fate.map(|fate| format!("fate={}", fate.key()));
        let parts: Vec<String> = fate.into_iter().chain(after.map(|after| format!("after={after}"))).collect();
        if parts.is_empty() { page.clone() } else { format!("{page}?{}", parts.join("&")) }
    };
    let alike = LineStatus::ALL.into_iter().filter(|fate| batch.number(*fate) > 0);
    let alike = alike.map(|one| {
        (format!("{} {}", one.label(), grouped(batch.number(one))), address(Some(one), None), fate == Some(one))
    });
    let all = (format!("All {}", grouped(batch.size.into())), address(None, None), fate.is_none());
    let (title, mut told) = told(&batch);
    if let Some(room) = room.filter(|room| room.left() == 0) {
        told = format!("{told} {} The list goes on by itself.", room.told(by.name()));
    }
    respond.render(&Show {
        layout: respond.layout(title),
        organization_layout: OrganizationLayout::of(&by, "Members"),
        title,
        told,
        state: State::of(&batch, &by),
        fates: std::iter::once(all).chain(alike).collect(),
        first: after.map(|_| address(fate, None)),
        more: lines.last().filter(|_| goes_on).map(|(place, _)| address(fate, Some(*place))),
        lines: lines.into_iter().map(Row::of).collect(),
        here: address(fate, after),
        again: by.link(SEVERAL),
    })
}

fn id(path: web::Path<(String, String)>) -> Result<BatchId, PageError> {
    BatchId::parse(&path.into_inner().1).ok_or(PageError::NotFound)
}

/// `POST /{organization}/invitations/several/{batch}/sending`
async fn create_sending(
    by: May<SendBatch>,
    path: web::Path<(String, String)>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    respond: Responder,
) -> Page {
    let id = id(path)?;
    let page = by.link(&format!("{SEVERAL}/{id}"));
    match db.write(&by, move |tx| begin(tx, id)).await? {
        Ok(None) => Err(PageError::NotFound),
        Ok(Some(Begun::Sending)) => respond.redirect(page).without_notice(),
        Ok(Some(Begun::Nobody)) => respond.redirect(page).warning("There is nobody to invite in this list."),
        Err(never) => match never {},
    }
}

/// `POST /{organization}/invitations/several/{batch}/ending`
async fn create_ending(
    by: May<StopBatch>,
    path: web::Path<(String, String)>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    respond: Responder,
) -> Page {
    let id = id(path)?;
    match db.write(&by, move |tx| stop(tx, id)).await? {
        Ok(None) => Err(PageError::NotFound),
        Ok(Some(_)) => respond.redirect(by.link(&format!("{SEVERAL}/{id}"))).without_notice(),
        Err(never) => match never {},
    }
}
