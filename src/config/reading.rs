//! What each setting may hold, and the collecting of what is wrong.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;

use ipnet::IpNet;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use url::{Host, Url};
use zeroize::Zeroizing;

use super::SecretKeys;

/// Everything that is wrong with the settings: one line each.
#[derive(Debug)]
pub struct ConfigErrors(pub(super) Vec<String>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for ConfigErrors {}

pub(super) const BIND: &str = "an address and a port, such as 127.0.0.1:8080";
pub(super) const URL: &str = "the public address without a path, such as https://roster.example.org; \
                   http:// only for localhost, 127.0.0.1 or [::1]";
pub(super) const DATABASE: &str =
    "an address such as postgresql://user:password@host/database; leave it unset for a private PostgreSQL";
pub(super) const KEY: &str = "64 random bytes in base64, as `head -c 64 /dev/urandom | base64 -w 0` makes; \
                   leave it unset to have one made";
pub(super) const SMTP: &str = "smtp://host:port, smtps://host or smtp+starttls://user:password@host \
                    (with %40 and the like for odd characters in the password)";
pub(super) const MAILBOX: &str = "an address, such as Roster <no-reply@example.org>";
pub(super) const NETWORKS: &str = "addresses or networks separated by commas, such as 127.0.0.1, 10.0.0.0/8";
pub(super) const FILTER: &str = "error, warn, info, debug or trace, or a list such as info,roster=debug";
pub(super) const TOKEN: &str = "16 visible characters or more";
pub(super) const FOLDER: &str = "a folder that can be made and written to, such as ./var or /var/lib/roster";

/// How many days invitations last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// Unless the person who invites chooses.
    pub usual: u32,
    /// At most.
    pub most: u32,
}

impl Lifetimes {
    /// So many, and no more than the most.
    pub fn bounded(&self, days: u32) -> u32 {
        days.min(self.most)
    }
}

/// Collects errors while the settings are read.
#[derive(Default)]
pub(super) struct Reading {
    pub errors: Vec<String>,
}

impl Reading {
    fn error(&mut self, variable: &str, holds: &str, may_hold: &str) {
        self.errors.push(format!("{variable} holds {holds}; it may hold {may_hold}"));
    }

    pub fn value<T>(
        &mut self,
        variable: &str,
        text: &str,
        may_hold: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = parse(text.trim());
        if value.is_none() {
            self.error(variable, &format!("{text:?}"), may_hold);
        }
        value
    }

    pub fn number(&mut self, variable: &str, text: &str, range: RangeInclusive<u32>) -> Option<u32> {
        let may_hold = format!("a whole number from {} to {}", range.start(), range.end());
        self.value(variable, text, &may_hold, |text| text.parse().ok().filter(|number| range.contains(number)))
    }

    /// The usual lifetime of invitations, and the most; unset, the usual one is no more than the most.
    pub fn lifetimes(&mut self, usual: Option<&str>, most: &str) -> Option<Lifetimes> {
        let most = self.number("ROSTER_INVITATION_DAYS_MAX", most, 1..=90)?;
        let usual = match usual {
            Some(text) => self.number("ROSTER_INVITATION_DAYS", text, 1..=most)?,
            None => most.min(7),
        };
        Some(Lifetimes { usual, most })
    }

    /// An empty text is an error like any other: where nothing is meant, nothing is set.
    pub fn secret(
        &mut self,
        variable: &str,
        text: Option<String>,
        may_hold: &str,
        parse: impl FnOnce(&str) -> Option<String>,
    ) -> Option<String> {
        let text = Zeroizing::new(text?);
        let value = parse(text.trim());
        if value.is_none() {
            let holds = if text.is_empty() { "nothing" } else { "something else (not shown)" };
            self.error(variable, holds, may_hold);
        }
        value
    }

    /// Unset, the address follows from the bind; of a faulty bind enough is said.
    pub fn url(&mut self, text: Option<&str>, bind: Option<SocketAddr>) -> Option<Url> {
        match (text, bind) {
            (Some(text), _) => self.value("ROSTER_URL", text, URL, public_address),
            (None, Some(bind)) => {
                let url = public_address(&format!("http://{bind}"));
                if url.is_none() {
                    let holds = format!("nothing while ROSTER_BIND is {bind}");
                    self.error("ROSTER_URL", &holds, URL);
                }
                url
            }
            (None, None) => None,
        }
    }

    pub fn key(&mut self, key: Result<Option<SecretKeys>, String>) -> Option<SecretKeys> {
        key.unwrap_or_else(|holds| {
            self.error("ROSTER_SECRET_KEY", &holds, KEY);
            None
        })
    }
}

/// An origin that links may be built from: https, or this machine.
fn public_address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let safe = match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_this_machine(&url),
        _ => false,
    };
    (bare && safe).then_some(url)
}

pub(super) fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

pub(super) fn database_url(text: &str) -> Option<String> {
    let known = ["postgresql://", "postgres://"].iter().any(|scheme| text.starts_with(scheme));
    known.then(|| text.to_owned())
}

/// The address as lettre reads it, which writes STARTTLS as a parameter.
pub(super) fn smtp_url(text: &str) -> Option<String> {
    let mut url = Url::parse(text).ok().filter(|url| url.query().is_none())?;
    match url.scheme() {
        "smtp" | "smtps" => {}
        "smtp+starttls" => {
            url.set_scheme("smtp").ok()?;
            url.set_query(Some("tls=required"));
        }
        _ => return None,
    }
    // lettre would send without signing in when only one of the two is there.
    let whole = url.username().is_empty() == url.password().is_none();
    let named = url.host_str().is_some_and(|host| !host.is_empty());
    let accepted = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str()).is_ok();
    (whole && named && accepted).then(|| url.into())
}

/// Networks, or single addresses, which are networks of one.
pub(super) fn networks(text: &str) -> Option<Vec<IpNet>> {
    let words: Vec<&str> = text.split([',', ' ']).map(str::trim).filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        return None;
    }
    words.into_iter().map(|word| word.parse().or_else(|_| word.parse::<IpAddr>().map(IpNet::from)).ok()).collect()
}

pub(super) fn token(text: &str) -> Option<String> {
    let strong = text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_graphic());
    strong.then(|| text.to_owned())
}
