//! What can be restored, and why not.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Membership, OwnershipRules, RoleRefusal};
use crate::authority::Role;
use crate::ids::AccountId;
use crate::text::{PersonName, Username};

/// How long something can be restored.
pub const LASTS: TimeDelta = TimeDelta::minutes(30);

/// How what was kept came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UndoEnd {
    /// It was restored.
    Undone,
    /// Something else was changed about the same person.
    Overtaken,
}

impl UndoEnd {
    /// As it is stored.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Undone => "undone",
            Self::Overtaken => "overtaken",
        }
    }

    /// As it was stored.
    pub fn of(key: &str) -> Option<Self> {
        [Self::Undone, Self::Overtaken].into_iter().find(|ended| ended.key() == key)
    }
}

/// What was kept of somebody's membership, and what they are now.
#[derive(Clone, Debug)]
pub struct UndoEntry {
    /// Whose.
    pub account: AccountId,
    /// By which name.
    pub person: Username,
    /// As they wish to be called, if they have said so.
    pub called: Option<PersonName>,
    /// What they were.
    pub role: Role,
    /// What they became instead; none where they were removed.
    pub became: Option<Role>,
    /// Since when they belonged.
    pub joined_at: DateTime<Utc>,
    /// When it was changed.
    pub made_at: DateTime<Utc>,
    /// Whether it came to an end.
    pub ended: Option<UndoEnd>,
    /// Their role now, and since when they belong, if they do.
    pub membership: Option<(Role, DateTime<Utc>)>,
}

/// Why something is not undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UndoRefusal {
    /// There is nothing of the kind here.
    Unknown,
    /// The half hour is over.
    TooLate,
    /// It was undone already.
    Already,
    /// Something else was changed about them since.
    ChangedSince,
    /// They were removed, and belong here again.
    JoinedAnew,
    /// They are no longer a member.
    NotAMember,
    /// They are the primary owner now, and stay an owner.
    PrimaryOwner,
    /// Something that ended with it cannot come back. Holds why, a sentence.
    InTheWay(String),
}

impl UndoRefusal {
    /// Why, for the person who wanted it.
    pub fn told(&self, person: &Username) -> String {
        match self {
            Self::Unknown => "There is nothing to undo.".to_owned(),
            Self::TooLate => "Changes can be undone for 30 minutes. That time has passed.".to_owned(),
            Self::Already => format!("The change of {person} was undone already."),
            Self::ChangedSince => format!("Something else was changed about {person} since then."),
            Self::JoinedAnew => format!("{person} belongs to the organization again."),
            Self::NotAMember => format!("{person} is no longer a member of the organization."),
            Self::PrimaryOwner => format!("{person} is the primary owner now, and stays an owner."),
            Self::InTheWay(why) => why.clone(),
        }
    }
}

impl UndoEntry {
    /// Whether it can be restored, as far as the person is concerned.
    pub fn stands(&self, now: DateTime<Utc>) -> Result<(), UndoRefusal> {
        match self.ended {
            Some(UndoEnd::Undone) => return Err(UndoRefusal::Already),
            Some(UndoEnd::Overtaken) => return Err(UndoRefusal::ChangedSince),
            None if now >= self.made_at + LASTS => return Err(UndoRefusal::TooLate),
            None => {}
        }
        match (self.became, self.membership) {
            (None, None) => Ok(()),
            (None, Some(_)) => Err(UndoRefusal::JoinedAnew),
            (Some(_), None) => Err(UndoRefusal::NotAMember),
            (Some(became), Some(membership)) if membership == (became, self.joined_at) => Ok(()),
            (Some(_), Some(_)) => Err(UndoRefusal::ChangedSince),
        }
    }
}

impl OwnershipRules {
    /// Whether it can be restored: not where the primary owner would step down without a successor.
    pub fn undone(&self, undoing: &UndoEntry, now: DateTime<Utc>) -> Result<(), UndoRefusal> {
        undoing.stands(now)?;
        let Some(role) = undoing.became else { return Ok(()) };
        let membership = Membership { account: undoing.account, role, is_suspended: false, last_day: None };
        match self.with_role(&membership, undoing.role) {
            Err(RoleRefusal::PrimaryOwner) => Err(UndoRefusal::PrimaryOwner),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn kept(became: Option<Role>, membership: Option<Role>) -> UndoEntry {
        let joined_at = at("2026-01-01T00:00:00Z");
        UndoEntry {
            account: AccountId::fresh(),
            person: Username::parse("grace").unwrap(),
            called: None,
            role: Role::Member,
            became,
            joined_at,
            made_at: at("2026-03-05T08:00:00Z"),
            ended: None,
            membership: membership.map(|role| (role, joined_at)),
        }
    }

    #[test]
    fn a_change_can_be_undone_for_half_an_hour() {
        let removed = kept(None, None);
        assert_eq!(removed.stands(at("2026-03-05T08:29:59Z")), Ok(()));
        assert_eq!(removed.stands(at("2026-03-05T08:30:00Z")), Err(UndoRefusal::TooLate));
    }

    #[test]
    fn what_happened_in_between_forbids_it() {
        let soon = at("2026-03-05T08:01:00Z");
        assert_eq!(kept(None, Some(Role::Member)).stands(soon), Err(UndoRefusal::JoinedAnew));
        assert_eq!(kept(Some(Role::Owner), None).stands(soon), Err(UndoRefusal::NotAMember));
        assert_eq!(kept(Some(Role::Owner), Some(Role::Owner)).stands(soon), Ok(()));
        assert_eq!(kept(Some(Role::Owner), Some(Role::Viewer)).stands(soon), Err(UndoRefusal::ChangedSince));
        // They left, and came back with the same role: it is another membership.
        let again = UndoEntry { membership: Some((Role::Owner, soon)), ..kept(Some(Role::Owner), None) };
        assert_eq!(again.stands(soon), Err(UndoRefusal::ChangedSince));
        let overtaken = UndoEntry { ended: Some(UndoEnd::Overtaken), ..kept(None, None) };
        assert_eq!(overtaken.stands(soon), Err(UndoRefusal::ChangedSince));
        let undone = UndoEntry { ended: Some(UndoEnd::Undone), ..kept(None, None) };
        assert_eq!(undone.stands(soon), Err(UndoRefusal::Already));
    }

    #[test]
    fn the_primary_owner_does_not_step_down_by_it() {
        let made_owner = kept(Some(Role::Owner), Some(Role::Owner));
        let soon = at("2026-03-05T08:01:00Z");
        let rules = |primary| OwnershipRules::under_lock(primary, Some(AccountId::fresh()));
        assert_eq!(rules(made_owner.account).undone(&made_owner, soon), Err(UndoRefusal::PrimaryOwner));
        assert_eq!(rules(AccountId::fresh()).undone(&made_owner, soon), Ok(()));
    }
}
