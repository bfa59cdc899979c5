//! What a verb answers.

use crate::history::{Event, Happened};
use crate::ids::{AccountId, OrganizationId};
use crate::outbox::{DeliveryTiming, FanOut, OutboxMessage};
use crate::text::Username;

/// What a verb has changed: the value, what happened, and the letters that say so. There is none
/// without an event, except for what was so already.
#[derive(Debug)]
pub struct Change<T> {
    pub(super) value: T,
    pub(super) events: Vec<Event>,
    pub(super) messages: Vec<OutboxMessage>,
    pub(super) fan_outs: Vec<FanOut>,
}

impl<T> Change<T> {
    /// A change, and what is written of it.
    pub fn recorded(value: T, happened: Happened) -> Self {
        Self { value, events: vec![happened.into()], messages: Vec::new(), fan_outs: Vec::new() }
    }

    /// Nothing new: what was asked for was so already, by an earlier click or another tab.
    pub const fn already(value: T) -> Self {
        Self { value, events: Vec::new(), messages: Vec::new(), fan_outs: Vec::new() }
    }

    /// One more thing that happened with it.
    #[must_use]
    pub fn and(mut self, happened: Happened) -> Self {
        self.events.push(happened.into());
        self
    }

    /// Says whose history this belongs to, where the act's scope cannot know.
    #[must_use]
    pub fn within(mut self, organization: OrganizationId) -> Self {
        for event in &mut self.events {
            event.organization.get_or_insert(organization);
        }
        self
    }

    /// Says who did it, where the act's scope cannot know yet.
    #[must_use]
    pub fn by(mut self, account: AccountId, username: &Username) -> Self {
        for event in &mut self.events {
            event.by.get_or_insert_with(|| (account, username.clone()));
        }
        self
    }

    /// Says whose account it is about, where that is not whoever does it.
    #[must_use]
    pub fn about(mut self, account: AccountId) -> Self {
        for event in &mut self.events {
            event.account.get_or_insert(account);
        }
        self
    }

    /// A letter that says so.
    #[must_use]
    pub fn mailing(mut self, message: OutboxMessage) -> Self {
        self.messages.push(message);
        self
    }

    /// Letters that say so.
    #[must_use]
    pub fn mailing_all(mut self, messages: impl IntoIterator<Item = OutboxMessage>) -> Self {
        self.messages.extend(messages);
        self
    }

    /// One email that says so to many people.
    #[must_use]
    pub fn fanning_out(mut self, fan_outs: impl IntoIterator<Item = FanOut>) -> Self {
        self.fan_outs.extend(fan_outs);
        self
    }

    /// Says that it is one of several changes that are made in one go: owners' news of it waits for news of the others.
    #[must_use]
    pub fn as_one_of_several(mut self) -> Self {
        let bundles = self.messages.iter_mut().filter_map(|message| message.bundle.as_mut());
        for bundle in bundles.filter(|bundle| bundle.to_owner) {
            bundle.pace = DeliveryTiming::Held;
        }
        self
    }

    /// What another verb changed with it, in the same transaction.
    #[must_use]
    pub fn with<U>(mut self, other: Change<U>) -> Self {
        self.events.extend(other.events);
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
        Change { value: turn(self.value), events: self.events, messages: self.messages, fan_outs: self.fan_outs }
    }
}
