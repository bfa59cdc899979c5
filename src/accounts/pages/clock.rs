//! The page Date & Time Format.

use askama::Template;

use super::super::clock::{ChooseClock, choose_clock};
use super::super::forms::clock::ClockForm;
use super::{AccountTab, account_links};
use crate::authority::{May, Scope};
use crate::db::Db;
use crate::web::clock::{Clock, Format, zones};
use crate::web::show::Moment;
use crate::web::{Form, Layout, Page, Responder, Routes};

/// Where it is.
const HERE: &str = "/account/date-time-format";

pub(super) fn routes(routes: &mut Routes) {
    routes.get(HERE, edit).post(HERE, update);
}

#[derive(Template)]
#[template(path = "accounts/date_time_format.html")]
struct Edit {
    layout: Layout,
    links: Vec<AccountTab>,
    action: &'static str,
    form: ClockForm,
    formats: Vec<Choice>,
    zones: &'static [&'static str],
    /// What time it is, by the clock that is kept.
    now: Moment,
    place: String,
}

/// A format, given by an example.
struct Choice {
    value: &'static str,
    label: String,
}

impl Edit {
    fn page(by: &May<ChooseClock>, form: ClockForm, respond: &Responder) -> Self {
        let (clock, now) = (by.clock(), by.now());
        let example =
            |format: Format| Choice { value: format.key(), label: Clock::new(clock.zone(), format).date_and_time(now) };
        Self {
            layout: respond.layout("Date & Time Format"),
            links: account_links(HERE),
            action: HERE,
            form,
            formats: Format::ALL.map(example).into(),
            zones: zones::offered(),
            now: clock.exactly(now),
            place: match (clock.zone().name(), clock.offset(now)) {
                ("UTC", _) => String::new(),
                (zone, offset) if clock.written(now).ends_with(&offset) => format!(" in {zone}"),
                (zone, offset) => format!(" in {zone} ({offset})"),
            },
        }
    }
}

/// `GET /account/date-time-format`
async fn edit(by: May<ChooseClock>, respond: Responder) -> Page {
    respond.render(&Edit::page(&by, ClockForm::of(by.clock()), &respond))
}

/// `POST /account/date-time-format`
async fn update(by: May<ChooseClock>, Form(mut form): Form<ClockForm>, db: Db, respond: Responder) -> Page {
    let Some(clock) = form.read(by.now()) else {
        return respond.render_invalid(&Edit::page(&by, form, &respond));
    };
    match db.write(&by, move |tx| choose_clock(tx, clock)).await? {
        Ok(()) => {
            respond.redirect(HERE).notice(format!("Dates and times are shown like this: {}.", clock.written(by.now())))
        }
        Err(never) => match never {},
    }
}
