//! What is true of access reviews: what is decided about somebody, what is left, and when the next one is due.

use chrono::{DateTime, TimeDelta, Utc};

use crate::authority::Role;
use crate::db::throttle::RateLimited;
use crate::ids::{AccountId, ReviewId};
use crate::text::Username;

/// People on a page of a review: as many as one looks at with care.
pub const AT_ONCE: usize = 20;

/// So long after a review the next is due: a quarter.
pub const QUARTER: TimeDelta = TimeDelta::days(90);

/// What became of somebody in a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// They stay as they are.
    Kept,
    /// They have this role now.
    Changed(Role),
    /// They were removed.
    Removed,
    /// They left, or were removed by other means, before anybody decided.
    Gone,
}

impl Decision {
    /// As it is kept, and as it is in an address.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Changed(_) => "changed",
            Self::Removed => "removed",
            Self::Gone => "gone",
        }
    }

    /// As it was kept.
    pub fn stored(key: &str, new_role: Option<&str>) -> Option<Self> {
        Some(match (key, new_role) {
            ("kept", _) => Self::Kept,
            ("changed", Some(role)) => Self::Changed(Role::stored(role)),
            ("removed", _) => Self::Removed,
            ("gone", _) => Self::Gone,
            _ => return None,
        })
    }

    /// The role that was given.
    pub const fn new_role(self) -> Option<Role> {
        match self {
            Self::Changed(role) => Some(role),
            Self::Kept | Self::Removed | Self::Gone => None,
        }
    }

    /// As it is shown.
    pub fn label(self) -> String {
        match self {
            Self::Kept => "Kept".to_owned(),
            Self::Changed(role) => format!("Is {} now", role.noun()),
            Self::Removed => "Removed".to_owned(),
            Self::Gone => "Left before a decision".to_owned(),
        }
    }

    /// What happened to somebody, as the end of "grace …".
    fn told(self) -> String {
        match self {
            Self::Kept => "was kept".to_owned(),
            Self::Changed(role) => format!("was made {}", role.noun()),
            Self::Removed => "was removed".to_owned(),
            Self::Gone => "is no longer a member".to_owned(),
        }
    }
}

/// Which of the people of a review are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecisionFilter {
    /// Those whose access ended with it.
    Removed,
    /// Those with another role.
    Changed,
    /// Those who went by themselves.
    Gone,
    /// Those who were not looked at.
    Left,
    /// Those who stay.
    Kept,
}

impl DecisionFilter {
    /// Every one, what was changed first.
    pub const ALL: [Self; 5] = [Self::Removed, Self::Changed, Self::Gone, Self::Left, Self::Kept];

    /// As it is in an address.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Gone => "gone",
            Self::Left => "left",
            Self::Kept => "kept",
        }
    }

    /// As it is shown.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Removed => "Removed",
            Self::Changed => "Other role",
            Self::Gone => "Left before a decision",
            Self::Left => "Not reviewed",
            Self::Kept => "Kept",
        }
    }

    /// Reads what is in an address; nonsense is everybody.
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.key() == key)
    }
}

/// A review, with what has come of it.
#[derive(Clone, Debug)]
pub struct Review {
    /// Which.
    pub id: ReviewId,
    /// Who began it, by the name they had, and when.
    pub begun: (String, DateTime<Utc>),
    /// Who finished it, and when.
    pub finished: Option<(String, DateTime<Utc>)>,
    /// How many belonged when it was begun.
    pub people: i32,
    /// How many stay as they are.
    pub kept: i32,
    /// How many have another role.
    pub changed: i32,
    /// How many were removed.
    pub removed: i32,
    /// How many went.
    pub gone: i32,
}

impl Review {
    /// How many were not looked at.
    pub const fn left(&self) -> i32 {
        self.people - self.reviewed()
    }

    /// How many were.
    pub const fn reviewed(&self) -> i32 {
        self.kept + self.changed + self.removed + self.gone
    }

    /// How many there are of a part.
    pub const fn of(&self, part: DecisionFilter) -> i32 {
        match part {
            DecisionFilter::Removed => self.removed,
            DecisionFilter::Changed => self.changed,
            DecisionFilter::Gone => self.gone,
            DecisionFilter::Left => self.left(),
            DecisionFilter::Kept => self.kept,
        }
    }
}

/// How it is with somebody in a review.
#[derive(Clone, Debug)]
pub struct ReviewState {
    /// Who.
    pub account: AccountId,
    /// What they are now; none where they are no longer a member.
    pub role: Option<Role>,
    /// What was decided, and by whom: their account, and the name they had.
    pub decided: Option<(Decision, Option<(AccountId, String)>)>,
}

/// Why no review is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BeginRefusal {
    /// So many were begun recently.
    TooOften(RateLimited),
}

/// Why nothing is decided about somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecideRefusal {
    /// There is no such review, or the person is not in it.
    Unknown,
    /// The review is finished.
    Finished,
    /// It was decided already: by whom, if that was a person, and whether by the person who asks now.
    Decided(Decision, Option<String>, bool),
    /// The person is no longer a member.
    Gone,
    /// The organization rests on them.
    PrimaryOwner,
    /// One does not do it to oneself.
    Oneself,
    /// It would end more, which must be confirmed. Holds what ends, a sentence each.
    EndsMore(Vec<String>),
}

impl DecideRefusal {
    /// Why nothing was decided about somebody, in a sentence.
    pub fn told(&self, person: &Username) -> String {
        match self {
            Self::Unknown => format!("{person} is not in this review."),
            Self::Finished => "This review is finished and can no longer be changed.".to_owned(),
            Self::Decided(decision, Some(by), false) => {
                format!("{by} was first: {person} {}. Nothing was changed now.", decision.told())
            }
            Self::Decided(decision, ..) => {
                format!("This was decided already: {person} {}. Nothing was changed now.", decision.told())
            }
            Self::Gone => format!("{person} is no longer a member."),
            Self::PrimaryOwner => format!("{person} is the primary owner and stays an owner until they hand over."),
            Self::Oneself => {
                "Nobody changes their own access in a review. Another owner can, or leave in Account Settings."
                    .to_owned()
            }
            Self::EndsMore(ends) => ends.join(" "),
        }
    }
}

/// When owners who want to be reminded are reminded first: a quarter after the last review, if that is not over
/// yet, and otherwise a quarter from now.
pub fn first_due(now: DateTime<Utc>, last_finished: Option<DateTime<Utc>>) -> DateTime<Utc> {
    let after_the_last = last_finished.map(|at| at + QUARTER).filter(|due| *due > now);
    after_the_last.unwrap_or(now + QUARTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_decision_reads_back_as_it_was_kept() {
        for decision in [Decision::Kept, Decision::Changed(Role::Viewer), Decision::Removed, Decision::Gone] {
            assert_eq!(Decision::stored(decision.key(), decision.new_role().map(Role::key)), Some(decision));
        }
        assert_eq!(Decision::stored("changed", None), None);
        assert_eq!(Decision::stored("burnt", None), None);
        for part in DecisionFilter::ALL {
            assert_eq!(DecisionFilter::parse(part.key()), Some(part));
        }
        assert_eq!(DecisionFilter::parse("all"), None);
    }

    #[test]
    fn all_parts_together_are_everybody() {
        let begun = ("ada".to_owned(), at("2026-11-26T07:00:00Z"));
        let review = Review {
            id: ReviewId::fresh(),
            begun,
            finished: None,
            people: 20,
            kept: 9,
            changed: 3,
            removed: 2,
            gone: 1,
        };
        assert_eq!((review.reviewed(), review.left()), (15, 5));
        assert_eq!(DecisionFilter::ALL.into_iter().map(|part| review.of(part)).sum::<i32>(), 20);
    }

    #[test]
    fn who_was_first_is_told_by_name() {
        let grace = Username::parse("grace").unwrap();
        let told = |refusal: DecideRefusal| refusal.told(&grace);
        let alan = || Some("alan".to_owned());
        assert_eq!(
            told(DecideRefusal::Decided(Decision::Removed, alan(), false)),
            "alan was first: grace was removed. Nothing was changed now."
        );
        assert_eq!(
            told(DecideRefusal::Decided(Decision::Changed(Role::Owner), alan(), true)),
            "This was decided already: grace was made an owner. Nothing was changed now."
        );
        assert_eq!(
            told(DecideRefusal::Decided(Decision::Gone, None, false)),
            "This was decided already: grace is no longer a member. Nothing was changed now."
        );
    }

    #[test]
    fn a_quarter_goes_by_between_two_reviews() {
        let now = at("2026-11-26T07:00:00Z");
        assert_eq!(first_due(now, None), at("2027-02-24T07:00:00Z"));
        assert_eq!(first_due(now, Some(at("2026-11-01T07:00:00Z"))), at("2027-01-30T07:00:00Z"));
        // The last is long ago: nobody is reminded the moment they ask for it.
        assert_eq!(first_due(now, Some(at("2025-11-01T07:00:00Z"))), at("2027-02-24T07:00:00Z"));
    }
}
