//! What is handed to the outbox: the kind of an email and its facts, never its text.

use serde_json::Value;
use uuid::Uuid;

use crate::ids::OrganizationId;
use crate::text::EmailAddress;

/// An email that waits to be written out and posted. It holds no link: those are computed when the
/// letter leaves.
#[derive(Clone, Debug)]
pub struct OutboxMessage {
    /// Which kind of letter.
    pub kind: &'static str,
    /// What the email is written from.
    pub facts: Value,
    /// Where it goes.
    pub to: EmailAddress,
    /// The row it is about, where somebody is shown whether it was delivered.
    pub about: Option<Uuid>,
    /// What it can share a letter with, where it can.
    pub bundle: Option<Bundle>,
    /// Before or after which others it leaves.
    pub priority: Priority,
}

/// Which emails leave first when many wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// Somebody asked for it, and waits for its link.
    Requested,
    /// It tells of something that may be an attack.
    Security,
    /// News, invitations, reminders.
    News,
}

impl Priority {
    /// As it is kept: the lowest leaves first.
    pub const fn rank(self) -> i16 {
        match self {
            Self::Requested => 0,
            Self::Security => 1,
            Self::News => 2,
        }
    }
}

/// News for one person about one organization: what waits for the same person about the same one leaves as one email.
#[derive(Clone, Copy, Debug)]
pub struct Bundle {
    /// About which organization.
    pub organization: OrganizationId,
    /// When it leaves.
    pub pace: DeliveryTiming,
    /// Whether it tells an owner, and not the person whom it is about: the two are not sent together.
    pub to_owner: bool,
}

/// When news leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryTiming {
    /// At once, with whatever waits; but a minute later where several were posted within the last minute.
    Urgent,
    /// At once; but a minute later where other news of the kind was posted within the last minute.
    Spaced,
    /// A minute later: it is one of several, and the others come.
    Held,
}

/// One email to many people of an organization. A worker puts it into the outbox a portion at a time.
#[derive(Clone, Debug)]
pub struct FanOut {
    /// Which organization.
    pub organization: OrganizationId,
    /// Which of its people.
    pub audience: RecipientGroup,
    /// Which kind of email.
    pub kind: &'static str,
    /// What it is written from.
    pub facts: Value,
}

/// People of an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecipientGroup {
    /// All of them.
    Everyone,
    /// Those who may act as an owner.
    Owners,
    /// All but those.
    Others,
}

impl RecipientGroup {
    /// As it is stored.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Owners => "owners",
            Self::Others => "others",
        }
    }

    /// The audience behind a stored key.
    pub fn of(key: &str) -> Option<Self> {
        [Self::Everyone, Self::Owners, Self::Others].into_iter().find(|audience| audience.key() == key)
    }
}

impl OutboxMessage {
    /// News about an organization to an owner, which can share a letter with other news.
    #[must_use]
    pub const fn about_organization(mut self, organization: OrganizationId, pace: DeliveryTiming) -> Self {
        self.bundle = Some(Bundle { organization, pace, to_owner: true });
        self
    }

    /// News to somebody about their own place in an organization, which can share a letter with other such news.
    #[must_use]
    pub const fn about_ones_place_in(mut self, organization: OrganizationId) -> Self {
        self.bundle = Some(Bundle { organization, pace: DeliveryTiming::Spaced, to_owner: false });
        self
    }
}
