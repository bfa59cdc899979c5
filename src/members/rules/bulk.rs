//! What is done with several people at once, and what comes of it for each.

use super::{Membership, OwnershipRules, RemoveRefusal, RoleRefusal};
use crate::authority::{EffectiveRole, Role};
use crate::text::Username;

/// What is done with each of those who were chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkAction {
    /// They are removed.
    Remove,
    /// They get a role.
    Make(Role),
}

impl BulkAction {
    /// Every one, in the order in which they are offered.
    pub const ALL: [Self; Role::ALL.len() + 1] = {
        let [one, two, three, four] = Role::ALL;
        [Self::Make(one), Self::Make(two), Self::Make(three), Self::Make(four), Self::Remove]
    };

    /// As it is posted, and is in an address.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Remove => "remove",
            Self::Make(role) => role.key(),
        }
    }

    /// As it is shown.
    pub fn label(self) -> String {
        match self {
            Self::Remove => "Remove".to_owned(),
            Self::Make(role) => format!("Make {}", role.label()),
        }
    }

    /// The one that is in an address.
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.key() == key)
    }

    /// What somebody is once it is done.
    pub const fn standing_after(self) -> Option<EffectiveRole> {
        match self {
            Self::Remove => None,
            Self::Make(role) => Some(EffectiveRole::of(role)),
        }
    }

    /// What will come of it for somebody, as far as it can be known before. One does not do it to oneself: who is an
    /// who is no longer an owner could not go on with the others.
    pub fn outlook(self, rules: &OwnershipRules, membership: &Membership) -> BulkOutcome {
        if rules.is_actors(membership) {
            return BulkOutcome::Oneself;
        }
        match self {
            Self::Remove => match rules.without(membership) {
                Ok(_) => BulkOutcome::Done,
                Err(refusal) => refusal.into(),
            },
            Self::Make(role) => match rules.with_role(membership, role) {
                Ok(Some(_)) => BulkOutcome::Done,
                Ok(None) => BulkOutcome::Already,
                Err(refusal) => refusal.into(),
            },
        }
    }
}

/// What came of it for one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkOutcome {
    /// It is done, or will be.
    Done,
    /// There was nothing to do.
    Already,
    /// The person does not belong here, or no longer.
    NotAMember,
    /// The organization rests on them.
    PrimaryOwner,
    /// One does not do it to oneself.
    Oneself,
    /// It was not come to: in between, the person who asked for it lost the right to.
    NotReached,
}

impl From<RemoveRefusal> for BulkOutcome {
    fn from(refusal: RemoveRefusal) -> Self {
        match refusal {
            RemoveRefusal::NotAMember => Self::NotAMember,
            RemoveRefusal::PrimaryOwner => Self::PrimaryOwner,
            RemoveRefusal::Oneself => Self::Oneself,
        }
    }
}

impl From<RoleRefusal> for BulkOutcome {
    fn from(refusal: RoleRefusal) -> Self {
        match refusal {
            RoleRefusal::NotAMember => Self::NotAMember,
            RoleRefusal::PrimaryOwner => Self::PrimaryOwner,
            // All that ends was shown on the page before; what is left to ask is about oneself.
            RoleRefusal::EndsMore(_) => Self::Oneself,
        }
    }
}

impl BulkOutcome {
    /// Why nothing comes of it, as it is behind a name; none where something does.
    pub fn why_not(self, deed: BulkAction) -> Option<String> {
        Some(match self {
            Self::Done => return None,
            Self::Already => match deed {
                BulkAction::Remove => "No longer a member".to_owned(),
                BulkAction::Make(role) => format!("Is {} already", role.noun()),
            },
            Self::NotAMember => "Does not belong here".to_owned(),
            Self::PrimaryOwner => "Is the primary owner, until they hand over".to_owned(),
            Self::Oneself => "That is you".to_owned(),
            Self::NotReached => "Not done: you no longer have permission".to_owned(),
        })
    }
}

/// The most that are chosen at once: more than a page of the list shows.
pub const MOST: usize = 100;

/// Characters of a field that names them, with a space behind each.
pub const LONGEST: usize = MOST * 41;

/// The people whom a request names, each once, in its order; what is no username is left out, and what is beyond
/// [`MOST`].
pub fn people<'a>(named: impl Iterator<Item = &'a str>) -> Vec<Username> {
    let mut people: Vec<Username> = Vec::new();
    for username in named.filter_map(|name| Username::parse(name).ok()) {
        if !people.contains(&username) {
            people.push(username);
        }
        if people.len() == MOST {
            break;
        }
    }
    people
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::AccountId;

    #[test]
    fn a_deed_reads_back_from_its_key() {
        for deed in BulkAction::ALL {
            assert_eq!(BulkAction::parse(deed.key()), Some(deed));
        }
        assert_eq!(BulkAction::parse("burn"), None);
    }

    #[test]
    fn what_comes_of_it_is_what_the_rules_of_one_say() {
        let membership = |role| Membership { account: AccountId::fresh(), role, is_suspended: false, last_day: None };
        let (primary, owner, member) = (membership(Role::Owner), membership(Role::Owner), membership(Role::Member));
        let rules = OwnershipRules::under_lock(primary.account, Some(owner.account));
        assert_eq!(BulkAction::Remove.outlook(&rules, &member), BulkOutcome::Done);
        assert_eq!(BulkAction::Remove.outlook(&rules, &primary), BulkOutcome::PrimaryOwner);
        assert_eq!(BulkAction::Remove.outlook(&rules, &owner), BulkOutcome::Oneself);
        assert_eq!(BulkAction::Make(Role::Member).outlook(&rules, &member), BulkOutcome::Already);
        assert_eq!(BulkAction::Make(Role::Viewer).outlook(&rules, &member), BulkOutcome::Done);
        assert_eq!(BulkAction::Make(Role::Viewer).outlook(&rules, &primary), BulkOutcome::PrimaryOwner);
        assert_eq!(BulkAction::Make(Role::Viewer).outlook(&rules, &owner), BulkOutcome::Oneself);
        for deed in BulkAction::ALL {
            assert!(BulkOutcome::Done.why_not(deed).is_none() && BulkOutcome::NotReached.why_not(deed).is_some());
        }
    }

    #[test]
    fn people_are_named_once_and_not_without_end() {
        let named = people(["ada", "", "Ada", "no name", "grace", "ada"].into_iter());
        assert_eq!(named.iter().map(Username::as_str).collect::<Vec<_>>(), ["ada", "grace"]);
        let many: Vec<String> = (0..MOST + 50).map(|n| format!("person{n}")).collect();
        assert_eq!(people(many.iter().map(String::as_str)).len(), MOST);
    }
}
