//! What a domain function answers.

use crate::audit_log::{AuditEntry, EventKind};
use crate::ids::{AccountId, OrganizationId};
use crate::outbox::{DeliveryTiming, FanOut, OutboxMessage};
use crate::text::Username;

/// What a domain function has changed: the value, what happened, and the emails that say so. There is none
/// without an event, except for what was so already.
#[derive(Debug)]
pub struct Change<T> {
    pub(super) value: T,
    pub(super) entries: Vec<AuditEntry>,
    pub(super) messages: Vec<OutboxMessage>,
    pub(super) fan_outs: Vec<FanOut>,
}

impl<T> Change<T> {
    /// A change, and what is written of it.
    pub fn recorded(value: T, event: EventKind) -> Self {
        Self { value, entries: vec![event.into()], messages: Vec::new(), fan_outs: Vec::new() }
    }

    /// Nothing new: what was asked for was so already, by an earlier click or another tab.
    pub const fn unchanged(value: T) -> Self {
        Self { value, entries: Vec::new(), messages: Vec::new(), fan_outs: Vec::new() }
    }

    /// One more thing that happened with it.
    #[must_use]
    pub fn and(mut self, event: EventKind) -> Self {
        self.entries.push(event.into());
        self
    }

    /// Says whose history this belongs to, where the action's scope cannot know.
    #[must_use]
    pub fn within(mut self, organization: OrganizationId) -> Self {
        for entry in &mut self.entries {
            entry.organization.get_or_insert(organization);
        }
        self
    }

    /// Says who did it, where the action's scope cannot know yet.
    #[must_use]
    pub fn by(mut self, account: AccountId, username: &Username) -> Self {
        for entry in &mut self.entries {
            entry.by.get_or_insert_with(|| (account, username.clone()));
        }
        self
    }

    /// Says whose account it is about, where that is not the person who does it.
    #[must_use]
    pub fn about(mut self, account: AccountId) -> Self {
        for entry in &mut self.entries {
            entry.account.get_or_insert(account);
        }
        self
    }

    /// An email that says so.
    #[must_use]
    pub fn with_email(mut self, message: OutboxMessage) -> Self {
        self.messages.push(message);
        self
    }

    /// Emails that say so.
    #[must_use]
    pub fn with_emails(mut self, messages: impl IntoIterator<Item = OutboxMessage>) -> Self {
        self.messages.extend(messages);
        self
    }

    /// One email that says so to many people.
    #[must_use]
    pub fn with_fan_outs(mut self, fan_outs: impl IntoIterator<Item = FanOut>) -> Self {
        self.fan_outs.extend(fan_outs);
        self
    }

    /// Says that it is one of several changes that are made at once: owners' news of it waits for news of the others.
    #[must_use]
    pub fn as_bulk_action(mut self) -> Self {
        let bundles = self.messages.iter_mut().filter_map(|message| message.bundle.as_mut());
        for bundle in bundles.filter(|bundle| bundle.to_owner) {
            bundle.pace = DeliveryTiming::Held;
        }
        self
    }

    /// What another domain function changed with it, in the same transaction.
    #[must_use]
    pub fn with<U>(mut self, other: Change<U>) -> Self {
        self.entries.extend(other.entries);
        self.messages.extend(other.messages);
        self.fan_outs.extend(other.fan_outs);
        self
    }

    /// What it answers with, once it is made.
    pub const fn value(&self) -> &T {
        &self.value
    }

    /// The same change with another value to answer with.
    pub fn map<U>(self, turn: impl FnOnce(T) -> U) -> Change<U> {
        Change { value: turn(self.value), entries: self.entries, messages: self.messages, fan_outs: self.fan_outs }
    }
}
