//! Which of an organization's people are listed, in which order, and from where on.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::authority::Role;
use crate::web::paging::Cursor;

/// Whom to list by what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Those of a role who are not suspended.
    In(Role),
    /// Those who have no access for now, whatever their role.
    Suspended,
}

impl Kind {
    /// Every one, in the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::In(Role::Owner),
        Self::In(Role::Member),
        Self::In(Role::Viewer),
        Self::In(Role::Billing),
        Self::Suspended,
    ];

    /// As it is in an address.
    pub const fn key(self) -> &'static str {
        match self {
            Self::In(role) => role.key(),
            Self::Suspended => "suspended",
        }
    }

    /// As it is shown.
    pub const fn label(self) -> &'static str {
        match self {
            Self::In(Role::Owner) => "Owners",
            Self::In(Role::Member) => "Members",
            Self::In(Role::Viewer) => "Viewers",
            Self::In(Role::Billing) => "Billing managers",
            Self::Suspended => "Suspended",
        }
    }
}

/// Whom to list by when they were last here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Within so many days.
    OrganizationMember(u8),
    /// Not for so many days.
    NotFor(u8),
}

impl Seen {
    /// Every one, in the order in which they are offered.
    pub const ALL: [Self; 4] =
        [Self::OrganizationMember(7), Self::OrganizationMember(30), Self::OrganizationMember(90), Self::NotFor(90)];

    /// As it is in an address.
    pub fn key(self) -> String {
        match self {
            Self::OrganizationMember(days) => format!("{days}"),
            Self::NotFor(days) => format!("not-{days}"),
        }
    }

    /// As it is shown.
    pub fn label(self) -> String {
        match self {
            Self::OrganizationMember(days) => format!("In the last {days} days"),
            Self::NotFor(days) => format!("Not for {days} days"),
        }
    }

    /// The first moment that counts, and the first that does not any more.
    pub fn bounds(self, now: DateTime<Utc>) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        match self {
            Self::OrganizationMember(days) => (Some(now - TimeDelta::days(days.into())), None),
            Self::NotFor(days) => (None, Some(now - TimeDelta::days(days.into()))),
        }
    }
}

/// By what a list is put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The name people know somebody by.
    Name,
    /// When they joined.
    Joined,
    /// When they were last here.
    Active,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Those who joined first.
    #[default]
    JoinedFirst,
    /// Those who joined last.
    JoinedLast,
    /// From A to Z.
    Name,
    /// Those who were here last.
    ActiveLast,
    /// Those who have been away longest.
    ActiveFirst,
}

impl Order {
    /// Every one, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::JoinedFirst, Self::JoinedLast, Self::Name, Self::ActiveLast, Self::ActiveFirst];

    /// As it is in an address.
    pub const fn key(self) -> &'static str {
        match self {
            Self::JoinedFirst => "joined",
            Self::JoinedLast => "joined-last",
            Self::Name => "name",
            Self::ActiveLast => "active-last",
            Self::ActiveFirst => "active",
        }
    }

    /// As it is shown.
    pub const fn label(self) -> &'static str {
        match self {
            Self::JoinedFirst => "Joined, earliest first",
            Self::JoinedLast => "Joined, latest first",
            Self::Name => "Name, A to Z",
            Self::ActiveLast => "Last active, latest first",
            Self::ActiveFirst => "Last active, longest ago first",
        }
    }

    /// What it goes by.
    pub const fn by(self) -> By {
        match self {
            Self::JoinedFirst | Self::JoinedLast => By::Joined,
            Self::Name => By::Name,
            Self::ActiveLast | Self::ActiveFirst => By::Active,
        }
    }

    /// Whether it is offered: by the last visit only to those who see it.
    pub fn is_for(self, sees_more: bool) -> bool {
        sees_more || self.by() != By::Active
    }

    /// Whether the greatest comes first.
    pub const fn is_falling(self) -> bool {
        matches!(self, Self::JoinedLast | Self::ActiveLast)
    }
}

/// Where a page begins: behind this person, where the list has them now or had them then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListPosition {
    /// In an order by time.
    At(Cursor),
    /// In the order by name.
    Named(String, Uuid),
}

impl ListPosition {
    /// As it is in an address.
    pub fn written(&self) -> String {
        match self {
            Self::At(cursor) => cursor.written(),
            Self::Named(name, id) => format!("{name}-{}", id.simple()),
        }
    }

    /// Reads what is in an address, for a list in this order; nonsense is none.
    fn read(text: &str, order: Order) -> Option<Self> {
        if order.by() != By::Name {
            return Cursor::read(text).map(Self::At);
        }
        let (name, id) = text.rsplit_once('-')?;
        let is_a_name = name.chars().count() <= Listing::MOST && !name.contains(char::is_control);
        is_a_name.then(|| Some(Self::Named(name.to_owned(), Uuid::try_parse(id).ok()?)))?
    }
}

/// What is asked of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// What was typed: the beginnings of words of a name, or of an address.
    pub text: String,
    /// Only these.
    pub kind: Option<Kind>,
    /// Only those with, or without, two-factor authentication.
    pub guarded: Option<bool>,
    /// Only those who were here then.
    pub seen: Option<Seen>,
    /// In which order.
    pub order: Order,
    /// From where on.
    pub after: Option<ListPosition>,
}

/// A part of a [`Listing`] that leaves people out, for taking it back alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListingFilter {
    /// What was typed.
    Text,
    /// What they are.
    Kind,
    /// Two-factor authentication.
    Guarded,
    /// When they were here.
    Seen,
}

impl Listing {
    /// More than this is no name and no address: the rest is left out.
    pub const MOST: usize = 100;

    /// Reads an address. What only owners may ask is left out for others (INV-46), and what nobody knows for all; the
    /// names of what was left out come with it, as the page shows them.
    pub fn read(asked: &BTreeMap<String, String>, sees_more: bool) -> (Self, Vec<&'static str>) {
        let mut left_out = Vec::new();
        let text = asked.get("q").map_or("", String::as_str);
        let text = text.chars().map(|c| if c.is_control() { ' ' } else { c });
        let text: String = text.skip_while(|c| c.is_whitespace()).take(Self::MOST).collect();
        let mut one_of = |name: &str, shown: &'static str, is_known: &dyn Fn(&str) -> bool| -> Option<String> {
            let value = asked.get(name).filter(|value| !value.is_empty())?;
            if !is_known(value) {
                left_out.push(shown);
                return None;
            }
            Some(value.clone())
        };
        let kind = |value: &str| Kind::ALL.into_iter().find(|kind| kind.key() == value);
        let guarded = |value: &str| match (value, sees_more) {
            ("on", true) => Some(true),
            ("off", true) => Some(false),
            _ => None,
        };
        let seen = |value: &str| Seen::ALL.into_iter().find(|seen| sees_more && seen.key() == value);
        let order = |value: &str| Order::ALL.into_iter().find(|one| one.key() == value && one.is_for(sees_more));
        let mut listing = Self {
            text: text.trim_end().to_owned(),
            kind: one_of("kind", "Role", &|value| kind(value).is_some()).and_then(|value| kind(&value)),
            guarded: one_of("two_factor", "Two-factor", &|value| guarded(value).is_some())
                .and_then(|value| guarded(&value)),
            seen: one_of("seen", "Last active", &|value| seen(value).is_some()).and_then(|value| seen(&value)),
            order: one_of("sort", "Sort by", &|value| order(value).is_some())
                .and_then(|value| order(&value))
                .unwrap_or_default(),
            after: None,
        };
        listing.after = asked.get("after").and_then(|after| ListPosition::read(after, listing.order));
        (listing, left_out)
    }

    /// What is in the address of this list, as pairs.
    pub fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = Vec::new();
        if !self.text.is_empty() {
            query.push(("q", self.text.clone()));
        }
        query.extend(self.kind.map(|kind| ("kind", kind.key().to_owned())));
        query.extend(self.guarded.map(|on| ("two_factor", if on { "on" } else { "off" }.to_owned())));
        query.extend(self.seen.map(|seen| ("seen", seen.key())));
        if self.order != Order::default() {
            query.push(("sort", self.order.key().to_owned()));
        }
        query.extend(self.after.as_ref().map(|after| ("after", after.written())));
        query
    }

    /// What leaves people out, each as it is shown.
    pub fn parts(&self) -> Vec<(ListingFilter, String)> {
        let text = (!self.text.is_empty()).then(|| (ListingFilter::Text, "Search".to_owned()));
        let kind = self.kind.map(|kind| (ListingFilter::Kind, format!("Role: {}", kind.label())));
        let guarded =
            self.guarded.map(|on| (ListingFilter::Guarded, format!("Two-factor: {}", if on { "On" } else { "Off" })));
        let seen = self.seen.map(|seen| (ListingFilter::Seen, format!("Last active: {}", seen.label())));
        [text, kind, guarded, seen].into_iter().flatten().collect()
    }

    /// The same list without one part, from its beginning.
    pub fn without(&self, part: ListingFilter) -> Self {
        let mut listing = Self { after: None, ..self.clone() };
        match part {
            ListingFilter::Text => listing.text.clear(),
            ListingFilter::Kind => listing.kind = None,
            ListingFilter::Guarded => listing.guarded = None,
            ListingFilter::Seen => listing.seen = None,
        }
        listing
    }

    /// The same list from another place on.
    pub fn from(&self, after: Option<ListPosition>) -> Self {
        Self { after, ..self.clone() }
    }

    /// Whether an address is looked for: no name holds the sign.
    pub fn is_address(&self) -> bool {
        self.text.contains('@')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_is_asked_reads_back_from_its_address() {
        for kind in Kind::ALL.map(Some).into_iter().chain([None]) {
            for seen in Seen::ALL.map(Some).into_iter().chain([None]) {
                for (order, guarded) in Order::ALL.into_iter().zip([None, Some(true), Some(false), None, Some(true)]) {
                    let id = Uuid::now_v7();
                    let after = match order.by() {
                        By::Name => ListPosition::Named("grace hopper-lee".to_owned(), id),
                        By::Joined | By::Active => ListPosition::At(Cursor {
                            at: DateTime::from_timestamp_micros(1_764_000_000_123_456).unwrap(),
                            id,
                        }),
                    };
                    let text = "grace h".to_owned();
                    let listing = Listing { text, kind, guarded, seen, order, after: Some(after) };
                    let query = listing.query().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                    assert_eq!(Listing::read(&query, true), (listing, Vec::new()));
                }
            }
        }
        assert!(Listing::default().query().is_empty());
    }

    #[test]
    fn nonsense_is_left_out_and_told() {
        let odd =
            [("q", "\0 \u{7}"), ("kind", "king"), ("two_factor", "1"), ("seen", "-1"), ("sort", "'"), ("after", "x")];
        let (listing, left_out) = Listing::read(&asked(&odd), true);
        assert_eq!(listing, Listing::default());
        assert_eq!(left_out, ["Role", "Two-factor", "Last active", "Sort by"]);
        assert_eq!(Listing::read(&asked(&[("kind", ""), ("sort", ""), ("else", "x")]), true).1, [""; 0]);
        let long = "é".repeat(10_000);
        assert_eq!(Listing::read(&asked(&[("q", &long)]), true).0.text.chars().count(), Listing::MOST);
        for after in ["-", "\0-00000000000000000000000000000000", "name-x", &format!("{long}-{}", Uuid::nil())] {
            assert_eq!(Listing::read(&asked(&[("sort", "name"), ("after", after)]), true).0.after, None, "{after:?}");
        }
    }

    #[test]
    fn what_owners_alone_see_others_cannot_ask() {
        let curious = [("two_factor", "off"), ("seen", "7"), ("sort", "active"), ("kind", "suspended")];
        let (listing, left_out) = Listing::read(&asked(&curious), false);
        assert_eq!(listing, Listing { kind: Some(Kind::Suspended), ..Listing::default() });
        assert_eq!(left_out, ["Two-factor", "Last active", "Sort by"]);
    }

    #[test]
    fn each_part_is_taken_back_alone() {
        let all = [("q", "a"), ("kind", "owner"), ("two_factor", "off"), ("seen", "not-90"), ("sort", "name")];
        let (listing, _) = Listing::read(&asked(&all), true);
        let told: Vec<String> = listing.parts().into_iter().map(|(_, told)| told).collect();
        assert_eq!(told, ["Search", "Role: Owners", "Two-factor: Off", "Last active: Not for 90 days"]);
        for (part, told) in listing.parts() {
            let rest = listing.without(part);
            assert_eq!(rest.parts().len(), 3);
            assert!(rest.order == Order::Name && rest.parts().iter().all(|(_, other)| *other != told));
        }
    }
}
