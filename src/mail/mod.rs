//! Letters: what is posted, and how it leaves.
//!
//! A feature says what an email is about ([`EmailTemplate`]): facts, which wait in the outbox as JSON. Only
//! when an email leaves are the facts turned into a [`Draft`], with its link, and the draft into a
//! text and an HTML part by the two templates all emails share. So nothing at rest holds a usable
//! link, all emails look alike, and what is no longer true when its turn comes is not sent.

mod bundles;
pub mod dev_mailbox;
mod fan_outs;
pub mod transports;
pub mod worker;

use std::collections::HashMap;

use askama::Template;
use diesel::pg::PgConnection;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::db::DbError;
use crate::ids::OrganizationId;
use crate::outbox::{FanOut, OutboxMessage, Priority, RecipientGroup};
use crate::text::{EmailAddress, Slug, Title};
use crate::web::Site;
use crate::web::clock::Clock;

/// A kind of letter: its facts.
pub trait EmailTemplate: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The kind's name in the outbox.
    const KIND: &'static str;
    /// Before or after which others it leaves when many wait.
    const PRIORITY: Priority = Priority::News;

    /// What it says, with times as anyone who gets it reads them.
    fn draft(&self, site: &Site, clock: Clock) -> Draft;

    /// Whether it is still to be sent when its turn has come (INV-38).
    fn still_true(&self, _connection: &mut PgConnection) -> Result<bool, DbError> {
        Ok(true)
    }

    /// The row whose page shows whether this was delivered.
    fn about(&self) -> Option<Uuid> {
        None
    }

    /// Puts it into an envelope.
    fn to(&self, address: &EmailAddress) -> OutboxMessage {
        OutboxMessage {
            kind: Self::KIND,
            facts: serde_json::to_value(self).unwrap_or(Value::Null),
            to: address.clone(),
            about: self.about(),
            bundle: None,
            priority: Self::PRIORITY,
        }
    }

    /// Addresses it to many people of an organization.
    fn to_all(&self, organization: OrganizationId, audience: RecipientGroup) -> FanOut {
        let facts = serde_json::to_value(self).unwrap_or(Value::Null);
        FanOut { organization, audience, kind: Self::KIND, facts }
    }
}

/// A letter as it must be written: plain sentences, and at most one thing to do.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The subject, and the heading.
    pub subject: String,
    /// What is said before the button.
    pub paragraphs: Vec<String>,
    /// Several things that happened, each with its heading, after the paragraphs.
    pub entries: Vec<(String, String)>,
    /// What is said after those.
    pub rest: Option<String>,
    /// The button.
    pub action: Option<EmailButton>,
    /// What is said after it, smaller.
    pub notes: Vec<String>,
    /// Why an owner gets it, where one does.
    pub owner: Option<Owner>,
    /// The organization, as it is written in a letter, of anyone who gets it about their own place in it.
    pub place: Option<String>,
}

/// The owner of an organization, as whom somebody gets a letter.
#[derive(Clone, Debug)]
pub struct Owner {
    /// Of which organization, as it is written in a letter.
    pub organization: String,
    /// Where all that happened in it stands.
    pub activity: String,
    /// Where mail like this is chosen, if it can be.
    pub choice: Option<String>,
}

impl Owner {
    /// The owner of an organization, who can choose to get no such letter.
    pub fn of(organization: &Title, slug: &Slug, site: &Site) -> Self {
        Self {
            organization: unlinked(organization.as_str()),
            activity: site.address(&format!("/{slug}/activity")),
            choice: Some(site.address(&format!("/account/notifications/{slug}"))),
        }
    }

    /// Who gets it whatever they chose.
    #[must_use]
    pub fn always(self) -> Self {
        Self { choice: None, ..self }
    }
}

/// The one thing to do.
#[derive(Clone, Debug)]
pub struct EmailButton {
    /// On the button.
    pub label: &'static str,
    /// Where it leads.
    pub href: String,
}

impl Draft {
    /// A letter with a subject.
    pub fn new(subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), ..Self::default() }
    }

    /// Says something.
    #[must_use]
    pub fn paragraph(mut self, paragraph: impl Into<String>) -> Self {
        self.paragraphs.push(paragraph.into());
        self
    }

    /// Offers the one thing to do.
    #[must_use]
    pub fn button(mut self, label: &'static str, href: String) -> Self {
        self.action = Some(EmailButton { label, href });
        self
    }

    /// Adds a note below.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says that it is about somebody's own place in an organization, so that it can be shown with other such news.
    #[must_use]
    pub fn about_place(self, organization: &str) -> Self {
        Self { place: Some(organization.to_owned()), ..self }
    }

    /// Says last that it goes to an owner, and where such mail is chosen.
    #[must_use]
    pub fn to_owner(mut self, owner: Owner) -> Self {
        self = self.note(match owner.choice {
            Some(_) => "You get this because you are an owner of the organization.",
            None => {
                "You get this because you are an owner of the organization. All owners get it: it is about who is one."
            }
        });
        self.owner = Some(owner);
        self
    }

    /// Where such mail is chosen, if it can be.
    fn choice(&self) -> Option<&str> {
        self.owner.as_ref()?.choice.as_deref()
    }

    /// What an inbox shows beside the subject: what is said first, and what is said first in passing.
    fn preview(&self) -> String {
        let lines: Vec<&str> =
            self.paragraphs.first().into_iter().chain(self.notes.first()).map(String::as_str).collect();
        lines.join(" ")
    }

    /// Writes it out.
    pub fn written(self, site: &Site) -> Result<RenderedEmail, askama::Error> {
        let home = site.origin();
        let text = TextPart { draft: &self, home: &home }.render()?;
        let html = HtmlPart { draft: &self, home: &home }.render()?;
        let choice = self.choice().map(str::to_owned);
        Ok(RenderedEmail { subject: self.subject, text, html, choice })
    }
}

/// A letter, written out.
#[derive(Clone, Debug)]
pub struct RenderedEmail {
    /// One line.
    pub subject: String,
    /// Each link on a line of its own.
    pub text: String,
    /// The same, escaped.
    pub html: String,
    /// Where anyone who gets it chooses to no longer get like it.
    pub choice: Option<String>,
}

#[derive(Template)]
#[template(path = "emails/email.txt")]
struct TextPart<'a> {
    draft: &'a Draft,
    home: &'a str,
}

#[derive(Template)]
#[template(path = "emails/email.html")]
struct HtmlPart<'a> {
    draft: &'a Draft,
    home: &'a str,
}

/// A name that somebody chose, so that no mail program makes a link of it (INV-36): an invisible
/// joiner is behind each dot inside a word.
pub fn unlinked(name: &str) -> String {
    let mut safe = String::with_capacity(name.len());
    let mut emails = name.chars().peekable();
    while let Some(email) = emails.next() {
        safe.push(email);
        if email == '.' && emails.peek().is_some_and(|next| next.is_alphanumeric()) {
            safe.push('\u{2060}');
        }
    }
    safe
}

/// How the facts of one kind are read and judged.
#[derive(Clone, Copy)]
struct Kind {
    draft: fn(&Value, &Site, Clock) -> Result<Draft, serde_json::Error>,
    still_true: fn(&Value, &mut PgConnection) -> Result<bool, DbError>,
}

/// How people read dates and times, by their addresses. Of addresses that are nobody's it says nothing.
pub type Clocks = fn(&mut PgConnection, &[&str]) -> Result<HashMap<String, Clock>, DbError>;

/// Whether an address is still one of an owner of an organization who is not suspended.
pub type Owners = fn(&mut PgConnection, &str, Uuid) -> Result<bool, DbError>;

/// Some people of an organization, with their primary addresses: those after an account in the order of their ids, at
/// most so many.
pub type People =
    fn(&mut PgConnection, Uuid, RecipientGroup, Uuid, usize) -> Result<Vec<(Uuid, EmailAddress)>, DbError>;

/// Every kind of letter that the worker can write, and who knows its readers; put together in `app`.
#[derive(Clone, Default)]
pub struct EmailTemplates {
    kinds: HashMap<&'static str, Kind>,
    clocks: Option<Clocks>,
    owners: Option<Owners>,
    people: Option<People>,
}

impl EmailTemplates {
    /// Teaches the worker a kind.
    #[must_use]
    pub fn with<L: EmailTemplate>(mut self) -> Self {
        let kind = Kind {
            draft: |facts, site, clock| L::deserialize(facts).map(|email| email.draft(site, clock)),
            still_true: |facts, connection| match L::deserialize(facts) {
                Ok(email) => email.still_true(connection),
                // What cannot be read cannot be written either; the worker tells that apart.
                Err(_) => Ok(true),
            },
        };
        self.kinds.insert(L::KIND, kind);
        self
    }

    /// Tells the worker who knows how people read dates and times.
    #[must_use]
    pub fn read_by(mut self, clocks: Clocks) -> Self {
        self.clocks = Some(clocks);
        self
    }

    /// Tells the worker who knows the owners of organizations.
    #[must_use]
    pub fn told_to(mut self, owners: Owners) -> Self {
        self.owners = Some(owners);
        self
    }

    /// Tells the worker who knows the people of organizations.
    #[must_use]
    pub fn reaching(mut self, people: People) -> Self {
        self.people = Some(people);
        self
    }

    /// Some people of an organization.
    fn people(
        &self,
        connection: &mut PgConnection,
        organization: Uuid,
        audience: RecipientGroup,
        after: Uuid,
        most: usize,
    ) -> Result<Vec<(Uuid, EmailAddress)>, DbError> {
        self.people.map_or_else(|| Ok(Vec::new()), |people| people(connection, organization, audience, after, most))
    }

    /// Whether news about an organization, which may have waited, is still for anyone who gets it (MEM-04).
    fn is_for(&self, connection: &mut PgConnection, recipient: &str, organization: Uuid) -> Result<bool, DbError> {
        self.owners.map_or(Ok(true), |owners| owners(connection, recipient, organization))
    }

    /// How the people at some addresses read dates and times.
    fn clocks(&self, connection: &mut PgConnection, addresses: &[&str]) -> Result<HashMap<String, Clock>, DbError> {
        self.clocks.map_or_else(|| Ok(HashMap::new()), |clocks| clocks(connection, addresses))
    }

    /// The email behind facts, or why there is none.
    fn draft(&self, kind: &str, facts: &Value, site: &Site, clock: Clock) -> Result<Draft, String> {
        if kind == bundles::KIND {
            return bundles::draft(self, facts, site, clock);
        }
        let known = self.kinds.get(kind).ok_or_else(|| format!("no email of the kind {kind}"))?;
        (known.draft)(facts, site, clock).map_err(|error| error.to_string())
    }

    fn still_true(&self, kind: &str, facts: &Value, connection: &mut PgConnection) -> Result<bool, DbError> {
        self.kinds.get(kind).map_or(Ok(true), |known| (known.still_true)(facts, connection))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_make_no_links() {
        assert_eq!(unlinked("evil.tld"), "evil.\u{2060}tld");
        assert_eq!(unlinked("Acme Inc."), "Acme Inc.");
    }
}
