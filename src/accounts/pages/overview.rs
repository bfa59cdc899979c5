//! Account Settings: every page of them, with a line of what is there.

use askama::Template;

use super::{AccountTab, account_links};
use crate::accounts::SeeAccount;
use crate::accounts::account_summary::{AccountSummary, account_summary};
use crate::authority::May;
use crate::db::Db;
use crate::web::show::{Moment, Picture, count};
use crate::web::{Layout, Page, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/account", show);
}

#[derive(Template)]
#[template(path = "accounts/show.html")]
struct Show {
    layout: Layout,
    links: Vec<AccountTab>,
    picture: Picture,
    called: String,
    username: String,
    /// The primary address.
    address: String,
    since: Moment,
    rows: Vec<Row>,
}

/// A page of Account Settings as it is listed.
struct Row {
    label: &'static str,
    href: &'static str,
    icon: &'static str,
    told: String,
}

/// A page of Account Settings.
pub(super) struct Listed {
    /// As it is shown.
    pub label: &'static str,
    /// Where it is.
    pub href: &'static str,
    icon: &'static str,
    /// What it is for, or what is there.
    told: fn(&AccountSummary) -> String,
}

/// Every page of Account Settings but the first, which lists them.
pub(super) const LISTED: [Listed; 10] = [
    Listed {
        label: "Profile",
        href: "/account/profile",
        icon: "person",
        told: |_| "Your picture, your display name and your username.".to_owned(),
    },
    Listed { label: "Email Addresses", href: "/account/email-addresses", icon: "mail", told: addresses },
    Listed {
        label: "Change Password",
        href: "/account/password",
        icon: "key",
        told: |_| "Choose a new one when you want to, or have to.".to_owned(),
    },
    Listed {
        label: "Two-factor Authentication",
        href: "/account/two-factor",
        icon: "shield",
        told: |held| match held.has_second_factor {
            true => "Enabled: signing in asks for a code, too.".to_owned(),
            false => "Not enabled: the password alone signs in.".to_owned(),
        },
    },
    Listed {
        label: "Passkeys",
        href: "/account/passkeys",
        icon: "lock",
        told: |held| match held.passkeys {
            0 => "Sign in with a device instead of a password.".to_owned(),
            passkeys => format!("{} can sign in without a password.", count(passkeys, "device")),
        },
    },
    Listed {
        label: "Sessions",
        href: "/account/sessions",
        icon: "device",
        told: |held| match held.sessions {
            ..=1 => "You are signed in here alone.".to_owned(),
            several => format!("You are signed in in {several} browsers."),
        },
    },
    Listed {
        label: "Security",
        href: "/account/security",
        icon: "activity",
        told: |_| "Recent sign-ins, and what was changed in your account.".to_owned(),
    },
    Listed {
        label: "Date & Time Format",
        href: "/account/date-time-format",
        icon: "clock",
        told: |_| "How dates and times are shown to you, and in which zone.".to_owned(),
    },
    Listed {
        label: "Organizations",
        href: "/account/organizations",
        icon: "building",
        told: |_| "Where you belong: create one, leave one, hand one over.".to_owned(),
    },
    Listed {
        label: "Notifications",
        href: "/account/notifications",
        icon: "bell",
        told: |_| "The emails you receive about the organizations you own.".to_owned(),
    },
];

fn addresses(held: &AccountSummary) -> String {
    match held.addresses.as_slice() {
        [primary, others @ ..] if !others.is_empty() => format!("{primary}, and {} more.", others.len()),
        all => all.iter().map(ToString::to_string).collect(),
    }
}

/// `GET /account`
async fn show(by: May<SeeAccount>, db: Db, respond: Responder) -> Page {
    let held = db.read(&by, |read| account_summary(read)).await?;
    let rows = LISTED.map(|page| Row { label: page.label, href: page.href, icon: page.icon, told: (page.told)(&held) });
    respond.render(&Show {
        layout: respond.layout("Account Settings"),
        rows: rows.into(),
        links: account_links("/account"),
        picture: Picture::of_person(&held.username, held.display_name.as_ref()).showing(by.picture()),
        called: held.display_name.as_ref().map_or_else(|| held.username.to_string(), ToString::to_string),
        username: held.username.to_string(),
        address: held.addresses.first().map(ToString::to_string).unwrap_or_default(),
        since: by.clock().day(held.created_at),
    })
}
