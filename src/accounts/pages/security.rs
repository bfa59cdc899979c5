//! Security: what has happened to one's account.

use askama::Template;

use super::{AccountTab, account_links};
use crate::accounts::SeeSecurity;
use crate::accounts::store::security_events::{self, SecurityEvent};
use crate::audit_log::{Audience, EventKind};
use crate::authority::{May, Scope};
use crate::db::{Db, Queries};
use crate::web::paging::Asked;
use crate::web::show::Moment;
use crate::web::{Layout, Page, Query, Responder, Routes, network};

/// Where the page is.
const HERE: &str = "/account/security";

pub(super) fn routes(routes: &mut Routes) {
    routes.get(HERE, index);
}

#[derive(Template)]
#[template(path = "accounts/security.html")]
struct Index {
    layout: Layout,
    links: Vec<AccountTab>,
    lines: Vec<Line>,
    /// Where the newest are, on a later page.
    newest: Option<&'static str>,
    next: Option<String>,
    previous: Option<String>,
}

/// What was done, by whom, from where, when.
struct Line {
    sign: &'static str,
    who: String,
    what: String,
    place: String,
    at: Moment,
}

impl Line {
    fn of(deed: &SecurityEvent, by: &May<SeeSecurity>) -> Self {
        let what = deed.event.as_ref().map(|event| event.describe(Audience::Owner));
        Self {
            sign: deed.event.as_ref().map_or("info", sign),
            who: who(deed, by),
            // Written by another version of Roster: that something was done is still to be shown.
            what: what.unwrap_or_else(|| "did something".to_owned()),
            place: network::told(&deed.source),
            at: by.clock().seen(deed.at, by.now()),
        }
    }
}

/// Who did it, as the person themselves reads it. What anybody can do who knows an address or a password is
/// nobody's in particular.
fn who(deed: &SecurityEvent, by: &May<SeeSecurity>) -> String {
    let anybodys = matches!(deed.event, Some(EventKind::PasswordResetAsked | EventKind::SecondFactorRefused));
    if anybodys {
        return "Somebody".to_owned();
    }
    if deed.actor == Some(by.account()) {
        return "You".to_owned();
    }
    let mut emails = deed.name.chars();
    emails.next().map_or_else(String::new, |first| first.to_uppercase().chain(emails).collect())
}

/// The icon beside it.
const fn sign(event: &EventKind) -> &'static str {
    match event {
        EventKind::SignedIn { .. } => "device",
        EventKind::SignedOut | EventKind::SessionEnded { .. } | EventKind::SessionsEnded => "exit",
        EventKind::SecondFactorRefused | EventKind::AccountSuspended => "warning",
        EventKind::AddressClaimed { .. }
        | EventKind::AddressAdded { .. }
        | EventKind::AddressRemoved { .. }
        | EventKind::PrimaryAddressChanged { .. } => "mail",
        EventKind::PasskeyAdded { .. }
        | EventKind::PasskeyRenamed { .. }
        | EventKind::PasskeyRemoved { .. }
        | EventKind::PasswordResetAsked
        | EventKind::PasswordReset
        | EventKind::PasswordChanged
        | EventKind::PasswordGivenAgain => "key",
        EventKind::TwoFactorEnabled
        | EventKind::TwoFactorDisabled
        | EventKind::RecoveryCodesRenewed
        | EventKind::RecoveryCodeUsed { .. } => "shield",
        _ => "person",
    }
}

/// `GET /account/security`
async fn index(by: May<SeeSecurity>, asked: Query<Asked>, db: Db, respond: Responder) -> Page {
    let (account, after) = (by.account(), asked.after());
    let (deeds, next) = db.read(&by, move |read| security_events::deeds(read.connection(), account, after)).await?;
    respond.render(&Index {
        layout: respond.layout("Security"),
        links: account_links(HERE),
        lines: deeds.iter().map(|deed| Line::of(deed, &by)).collect(),
        newest: after.map(|_| HERE),
        next: next.map(|next| format!("{HERE}?after={}", next.written())),
        previous: None,
    })
}
