//! What is handed to the outbox: the kind of a letter and its facts, never its text.

use serde_json::Value;
use uuid::Uuid;

use crate::ids::OrganizationId;
use crate::text::EmailAddress;

/// A letter that waits to be written out and posted. It holds no link: those are computed when the
/// letter leaves.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// Which kind of letter.
    pub kind: &'static str,
    /// What the letter is written from.
    pub facts: Value,
    /// Where it goes.
    pub to: EmailAddress,
    /// The row it is about, where somebody is shown whether it was delivered.
    pub about: Option<Uuid>,
    /// What it can share a letter with, where it can.
    pub bundle: Option<Bundle>,
}

/// News for one owner about one organization: what waits for the same person about the same one leaves as one letter.
#[derive(Clone, Copy, Debug)]
pub struct Bundle {
    /// About which organization.
    pub organization: OrganizationId,
    /// When it leaves.
    pub pace: Pace,
}

/// When news leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// At once, with whatever waits.
    Urgent,
    /// At once; but a minute later where other news of the kind was posted within the last minute.
    Spaced,
    /// A minute later: it is one of several, and the others come.
    Held,
}

impl Envelope {
    /// News about an organization, which can share a letter with other news.
    #[must_use]
    pub const fn about_organization(mut self, organization: OrganizationId, pace: Pace) -> Self {
        self.bundle = Some(Bundle { organization, pace });
        self
    }
}
