//! Who may become what.

pub mod bulk;
pub mod expiry;
pub mod listing;
pub mod notifications;
pub mod undo;

use crate::authority::{EffectiveRole, Permission, Role};
use crate::ids::AccountId;
use crate::text::Username;
use expiry::LastDay;

/// Someone's place in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Whose.
    pub account: AccountId,
    /// As what.
    pub role: Role,
    /// Whether it gives no access for now.
    pub is_suspended: bool,
    /// On which day it ends, if it does.
    pub last_day: Option<LastDay>,
}

/// What the rules need to know of an organization's people. Only the lock produces it, so a rule
/// about several rows cannot be asked without one.
#[derive(Clone, Copy, Debug)]
pub struct OwnershipRules {
    primary_owner: AccountId,
    /// Who acts, if a person does.
    actor: Option<AccountId>,
}

/// Why a role is not given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoleRefusal {
    /// The person does not belong here.
    NotAMember,
    /// The primary owner would step down without a successor.
    PrimaryOwner,
    /// It would end what giving the role back does not bring back, or it is one's own, which one cannot give
    /// back: to be confirmed. Holds what ends, a sentence each.
    EndsMore(Vec<String>),
}

/// Why someone is not removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoveRefusal {
    /// The person does not belong here.
    NotAMember,
    /// The organization rests on them.
    PrimaryOwner,
    /// One leaves by oneself, in Account Settings.
    Oneself,
}

/// Why someone cannot leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveRefusal {
    /// The organization rests on them: they hand over first.
    PrimaryOwner,
}

/// Why the organization is not handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandOverRefusal {
    /// Only another owner can become the primary owner.
    NotAnOwner,
    /// They are suspended: nothing rests on somebody without access.
    Suspended,
    /// Their membership ends: nothing rests on somebody who goes.
    Limited,
    /// They are it already.
    AlreadyPrimary,
}

/// Why someone is not suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuspendRefusal {
    /// The person does not belong here.
    NotAMember,
    /// The organization rests on them.
    PrimaryOwner,
    /// Nobody shuts themselves out.
    Oneself,
}

/// Why someone is not restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestoreRefusal {
    /// The person does not belong here.
    NotAMember,
    /// The last day that was chosen has ended while the form was open.
    Over,
}

impl OwnershipRules {
    /// What the lock produced: on whom the organization rests, and who acts.
    pub(super) const fn under_lock(primary_owner: AccountId, actor: Option<AccountId>) -> Self {
        Self { primary_owner, actor }
    }

    /// What a page saw without the lock: to tell what would come of something, never to do it.
    pub(super) const fn seen(primary_owner: AccountId, reader: Option<AccountId>) -> Self {
        Self { primary_owner, actor: reader }
    }

    /// The seat with its new role, none if it has that role already; unless the primary owner would
    /// step down without a successor.
    pub fn with_role(&self, membership: &Membership, role: Role) -> Result<Option<Membership>, RoleRefusal> {
        if role != Role::Owner && membership.account == self.primary_owner {
            return Err(RoleRefusal::PrimaryOwner);
        }
        Ok((membership.role != role).then_some(Membership { role, ..*membership }))
    }

    /// The seat that is taken away, unless it is the primary owner's or one's own.
    pub fn without(&self, membership: &Membership) -> Result<Membership, RemoveRefusal> {
        if membership.account == self.primary_owner {
            return Err(RemoveRefusal::PrimaryOwner);
        }
        if Some(membership.account) == self.actor {
            return Err(RemoveRefusal::Oneself);
        }
        Ok(*membership)
    }

    /// Whether the seat is that of the person who acts.
    pub fn is_actors(&self, membership: &Membership) -> bool {
        Some(membership.account) == self.actor
    }

    /// Whether someone may leave: everyone but the primary owner.
    pub fn left_by(&self, account: AccountId) -> Result<(), LeaveRefusal> {
        if account == self.primary_owner { Err(LeaveRefusal::PrimaryOwner) } else { Ok(()) }
    }

    /// The seat that the organization will rest on: another owner's.
    pub fn handed_to(&self, membership: &Membership) -> Result<Membership, HandOverRefusal> {
        if membership.account == self.primary_owner {
            return Err(HandOverRefusal::AlreadyPrimary);
        }
        if membership.role != Role::Owner {
            return Err(HandOverRefusal::NotAnOwner);
        }
        if membership.is_suspended {
            return Err(HandOverRefusal::Suspended);
        }
        if membership.last_day.is_some() {
            return Err(HandOverRefusal::Limited);
        }
        Ok(*membership)
    }

    /// The seat that gives no access from now on, none if it gives none already; unless it is the primary
    /// owner's or one's own.
    pub fn suspended(&self, membership: &Membership) -> Result<Option<Membership>, SuspendRefusal> {
        if membership.account == self.primary_owner {
            return Err(SuspendRefusal::PrimaryOwner);
        }
        if Some(membership.account) == self.actor {
            return Err(SuspendRefusal::Oneself);
        }
        Ok((!membership.is_suspended).then_some(Membership { is_suspended: true, ..*membership }))
    }
}

/// What somebody can no longer do once their standing is another, or once they have none: out of the policy
/// itself, as the end of "You can no longer …".
pub fn lost(from: EffectiveRole, to: Option<EffectiveRole>) -> Vec<&'static str> {
    let kept = |permission| to.is_some_and(|to| to.allows(permission));
    // A person who no longer belongs has nothing to leave.
    let counts = |permission| to.is_some() || permission != Permission::Leave;
    let lost = Permission::ALL.into_iter().filter(|p| from.allows(*p) && !kept(*p) && counts(*p));
    lost.map(Permission::deed).collect()
}

/// Why somebody cannot do something, and who can help: one sentence, out of the policy itself.
pub fn why_not(permission: Permission, who_can: &[Username]) -> String {
    format!("Only {} can {}: ask {}.", permission.who(), permission.deed(), any_of(who_can))
}

/// The same where a page says what it is about.
pub fn why_not_this(permission: Permission, who_can: &[Username]) -> String {
    format!("Only {} can do this. Ask {}.", permission.who(), any_of(who_can))
}

/// Whom to ask.
pub fn any_of(who_can: &[Username]) -> String {
    let names: Vec<&str> = who_can.iter().map(Username::as_str).collect();
    match names.as_slice() {
        [] => "the operator of this Roster".to_owned(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_with_who_can_help() {
        let names = |names: &[&str]| -> Vec<Username> { names.iter().map(|n| Username::parse(n).unwrap()).collect() };
        let told = |permission, who: &[&str]| why_not(permission, &names(who));
        assert_eq!(told(Permission::DeleteProjects, &["ada"]), "Only owners can delete projects: ask ada.");
        assert_eq!(
            told(Permission::InviteMembers, &["ada", "alan", "grace"]),
            "Only owners can invite people, and resend or cancel invites: ask ada, alan or grace."
        );
        let billing = told(Permission::ManageBilling, &["ada"]);
        assert_eq!(billing, "Only owners and billing managers can see and change the billing details: ask ada.");
        let primary = told(Permission::HandOver, &["ada"]);
        assert_eq!(primary, "Only the primary owner can make another owner the primary owner: ask ada.");
        let this = why_not_this(Permission::ManageSettings, &names(&["ada", "alan"]));
        assert_eq!(this, "Only owners can do this. Ask ada or alan.");
    }

    #[test]
    fn what_is_lost_is_what_the_policy_takes_away() {
        use EffectiveRole::{Member, Owner, PrimaryOwner};
        assert_eq!(lost(PrimaryOwner, Some(Owner)), ["make another owner the primary owner"]);
        assert_eq!(
            lost(Member, None),
            ["see who belongs, and as what", "see the projects", "see the activity", "create and change projects"]
        );
        assert_eq!(lost(Member, Some(Owner)), [""; 0]);
        let (stepping_down, leaving) = (lost(Owner, Some(Member)), lost(Owner, None));
        assert!(stepping_down.contains(&"delete projects") && !stepping_down.contains(&"leave the organization"));
        assert!(stepping_down.iter().all(|deed| leaving.contains(deed)), "{leaving:?}");
    }

    fn people() -> (OwnershipRules, Membership, Membership, Membership) {
        let membership = |role| Membership { account: AccountId::fresh(), role, is_suspended: false, last_day: None };
        let (primary, owner, member) = (membership(Role::Owner), membership(Role::Owner), membership(Role::Member));
        (OwnershipRules::under_lock(primary.account, Some(owner.account)), primary, owner, member)
    }

    #[test]
    fn the_primary_owner_stays_an_owner() {
        let (rules, primary, ..) = people();
        assert_eq!(rules.with_role(&primary, Role::Member), Err(RoleRefusal::PrimaryOwner));
        assert_eq!(rules.without(&primary), Err(RemoveRefusal::PrimaryOwner));
        assert_eq!(rules.left_by(primary.account), Err(LeaveRefusal::PrimaryOwner));
        assert_eq!(rules.with_role(&primary, Role::Owner), Ok(None));
    }

    #[test]
    fn others_change_roles_and_part() {
        let (rules, _, owner, member) = people();
        assert_eq!(rules.with_role(&member, Role::Owner), Ok(Some(Membership { role: Role::Owner, ..member })));
        assert_eq!(rules.with_role(&owner, Role::Member), Ok(Some(Membership { role: Role::Member, ..owner })));
        assert_eq!(rules.without(&member), Ok(member));
        assert_eq!(rules.left_by(owner.account), Ok(()));
    }

    #[test]
    fn nobody_removes_themselves() {
        let (rules, _, owner, _) = people();
        assert_eq!(rules.without(&owner), Err(RemoveRefusal::Oneself));
    }

    #[test]
    fn others_are_suspended_once() {
        let (rules, primary, owner, member) = people();
        let suspended = Membership { is_suspended: true, ..member };
        assert_eq!(rules.suspended(&member), Ok(Some(suspended)));
        assert_eq!(rules.suspended(&suspended), Ok(None));
        assert_eq!(rules.suspended(&primary), Err(SuspendRefusal::PrimaryOwner));
        assert_eq!(rules.suspended(&owner), Err(SuspendRefusal::Oneself));
        // Where no person acts, an owner is like anybody else.
        let unattended = OwnershipRules::under_lock(primary.account, None);
        assert_eq!(unattended.suspended(&owner), Ok(Some(Membership { is_suspended: true, ..owner })));
        assert_eq!(unattended.suspended(&primary), Err(SuspendRefusal::PrimaryOwner));
    }

    #[test]
    fn only_another_owner_takes_over() {
        let (rules, primary, owner, member) = people();
        assert_eq!(rules.handed_to(&owner), Ok(owner));
        assert_eq!(rules.handed_to(&member), Err(HandOverRefusal::NotAnOwner));
        assert_eq!(rules.handed_to(&primary), Err(HandOverRefusal::AlreadyPrimary));
        let suspended = Membership { is_suspended: true, ..owner };
        assert_eq!(rules.handed_to(&suspended), Err(HandOverRefusal::Suspended));
        let last_day = LastDay::parse("2027-03-03", "2026-11-26T07:00:00Z".parse().unwrap()).unwrap();
        assert_eq!(rules.handed_to(&Membership { last_day, ..owner }), Err(HandOverRefusal::Limited));
    }
}
