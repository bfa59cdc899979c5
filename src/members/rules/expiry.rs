//! Memberships that end with a day.

use std::fmt;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::{Membership, OwnershipRules};
use crate::text::FieldError;
use crate::web::clock::Clock;

/// So long before the end owners are reminded of it.
pub const AHEAD: TimeDelta = TimeDelta::days(7);

/// No end lies further ahead, in days: the person who stays longer stays.
const FURTHEST: TimeDelta = TimeDelta::days(3653);

/// The last day of a membership. It ends when that day does by UTC: an organization is at home in no
/// zone, and of two people who read the date both are to know when it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LastDay(NaiveDate);

impl LastDay {
    /// Reads what was typed; nothing typed is no end. A day that is over is none to end with.
    pub fn parse(typed: &str, now: DateTime<Utc>) -> Result<Option<Self>, FieldError> {
        if typed.trim().is_empty() {
            return Ok(None);
        }
        let day = Self(Clock::read_day(typed)?);
        if day.is_over(now) {
            return Err("This day is over. Choose today or a later one.".into());
        }
        if day.ends_at() - now > FURTHEST {
            return Err("Choose a day within ten years, or none.".into());
        }
        Ok(Some(day))
    }

    /// The last day before a moment that a row holds.
    pub fn stored(ends_at: DateTime<Utc>) -> Self {
        let day = ends_at.naive_utc().date();
        Self(day.pred_opt().unwrap_or(day))
    }

    /// The first moment that is not the membership's any more.
    pub fn ends_at(self) -> DateTime<Utc> {
        self.0.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX).and_time(NaiveTime::MIN).and_utc()
    }

    /// Whether it is over.
    pub fn is_over(self, now: DateTime<Utc>) -> bool {
        self.ends_at() <= now
    }

    /// Whether it is too near to be reminded: the person who set it knows.
    pub fn is_near(self, now: DateTime<Utc>) -> bool {
        self.ends_at() <= now + AHEAD
    }

    /// The day itself.
    pub const fn day(self) -> NaiveDate {
        self.0
    }
}

/// As a form carries it.
impl fmt::Display for LastDay {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(to)
    }
}

/// Why no end is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitRefusal {
    /// The person does not belong here.
    NotAMember,
    /// The organization rests on them: it would be left without somebody to rest on. The only owner of an
    /// organization is always this one.
    PrimaryOwner,
    /// Nobody lengthens or shortens their own time.
    Oneself,
    /// They are suspended: restoring them asks for the end.
    Suspended,
    /// The day has ended while the form was open.
    Over,
}

impl OwnershipRules {
    /// Whether an end may be set, changed or taken away.
    pub fn limited(&self, membership: &Membership) -> Result<(), LimitRefusal> {
        if membership.account == self.primary_owner {
            return Err(LimitRefusal::PrimaryOwner);
        }
        if Some(membership.account) == self.actor {
            return Err(LimitRefusal::Oneself);
        }
        if membership.is_suspended { Err(LimitRefusal::Suspended) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::Role;
    use crate::ids::AccountId;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_membership_lasts_to_the_end_of_its_last_day() {
        let day = LastDay::parse("2027-03-03", at("2026-11-26T07:00:00Z")).unwrap().unwrap();
        assert_eq!(day.ends_at(), at("2027-03-04T00:00:00Z"));
        assert_eq!(LastDay::stored(day.ends_at()), day);
        assert!(!day.is_over(at("2027-03-03T23:59:59Z")) && day.is_over(at("2027-03-04T00:00:00Z")));
        assert!(!day.is_near(at("2027-02-24T23:59:59Z")) && day.is_near(at("2027-02-25T00:00:00Z")));
        assert_eq!(day.to_string(), "2027-03-03");
    }

    #[test]
    fn today_is_the_first_day_and_nothing_typed_is_no_end() {
        let now = at("2026-11-26T07:00:00Z");
        for typed in ["2026-11-26", "2026-11-27", "2036-11-20"] {
            assert!(LastDay::parse(typed, now).unwrap().is_some(), "{typed}");
        }
        for typed in ["2026-11-25", "1999-01-01", "2037-01-01", "26.11.2026", "tomorrow", "2026-02-30"] {
            assert!(LastDay::parse(typed, now).is_err(), "{typed}");
        }
        assert_eq!(LastDay::parse("  ", now), Ok(None));
    }

    #[test]
    fn the_primary_owner_oneself_and_the_suspended_have_no_end_set() {
        let membership = |role| Membership { account: AccountId::fresh(), role, is_suspended: false, last_day: None };
        let (primary, owner, member) = (membership(Role::Owner), membership(Role::Owner), membership(Role::Member));
        let rules = OwnershipRules::under_lock(primary.account, Some(owner.account));
        assert_eq!(rules.limited(&primary), Err(LimitRefusal::PrimaryOwner));
        assert_eq!(rules.limited(&owner), Err(LimitRefusal::Oneself));
        assert_eq!(rules.limited(&Membership { is_suspended: true, ..member }), Err(LimitRefusal::Suspended));
        assert_eq!(rules.limited(&member), Ok(()));
    }
}
