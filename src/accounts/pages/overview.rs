//! Account Settings: every page of them, with a line of what stands there.

use askama::Template;

use super::{Tab, account_links};
use crate::accounts::SeeAccount;
use crate::accounts::holdings::{Holdings, holdings};
use crate::authority::May;
use crate::db::Db;
use crate::web::show::{Moment, Picture, count};
use crate::web::{Desk, Page, Routes, Shell};

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/account", show);
}

#[derive(Template)]
#[template(path = "accounts/show.html")]
struct Show {
    shell: Shell,
    links: Vec<Tab>,
    picture: Picture,
    called: String,
    username: String,
    /// The primary address.
    address: String,
    since: Moment,
    rows: Vec<Row>,
}

/// A page of Account Settings.
struct Row {
    label: &'static str,
    href: &'static str,
    icon: &'static str,
    told: String,
}

impl Row {
    /// The row of a page in the side navigation: what it is for, or what stands there.
    fn of(tab: &Tab, held: &Holdings) -> Self {
        let (icon, told) = match tab.href {
            "/account/profile" => ("person", "Your picture, your display name and your username.".to_owned()),
            "/account/email-addresses" => ("mail", addresses(held)),
            "/account/password" => ("key", "Choose a new one when you want to, or have to.".to_owned()),
            "/account/two-factor" => (
                "shield",
                match held.has_second_factor {
                    true => "Enabled: signing in asks for a code, too.".to_owned(),
                    false => "Not enabled: the password alone signs in.".to_owned(),
                },
            ),
            "/account/passkeys" => (
                "lock",
                match held.passkeys {
                    0 => "Sign in with a device instead of a password.".to_owned(),
                    passkeys => format!("{} can sign in without a password.", count(passkeys, "device")),
                },
            ),
            "/account/sessions" => (
                "device",
                match held.sessions {
                    ..=1 => "You are signed in here alone.".to_owned(),
                    several => format!("You are signed in in {several} browsers."),
                },
            ),
            "/account/security" => ("activity", "Recent sign-ins, and what was changed in your account.".to_owned()),
            "/account/date-time-format" => {
                ("clock", "How dates and times are shown to you, and in which zone.".to_owned())
            }
            "/account/organizations" => {
                ("building", "Where you belong: create one, leave one, hand one over.".to_owned())
            }
            "/account/notifications" => ("bell", "Which mail you get about the organizations you own.".to_owned()),
            _ => ("gear", String::new()),
        };
        Self { label: tab.label, href: tab.href, icon, told }
    }
}

fn addresses(held: &Holdings) -> String {
    match held.addresses.as_slice() {
        [primary, others @ ..] if !others.is_empty() => format!("{primary}, and {} more.", others.len()),
        all => all.iter().map(ToString::to_string).collect(),
    }
}

/// `GET /account`
async fn show(by: May<SeeAccount>, db: Db, desk: Desk) -> Page {
    let held = db.read(&by, |read| holdings(read)).await?;
    let links = account_links("/account");
    desk.draw(&Show {
        shell: desk.shell("Account Settings"),
        rows: links.iter().filter(|tab| !tab.current).map(|tab| Row::of(tab, &held)).collect(),
        links,
        picture: Picture::of_person(&held.username, held.display_name.as_ref()).showing(by.picture()),
        called: held.display_name.as_ref().map_or_else(|| held.username.to_string(), ToString::to_string),
        username: held.username.to_string(),
        address: held.addresses.first().map(ToString::to_string).unwrap_or_default(),
        since: by.clock().day(held.created_at),
    })
}
