//! The policy: what can be given to somebody, what somebody is, and what that allows.
//!
//! All of it is the one table in [`EffectiveRole::allows`]; whatever is said elsewhere of who may do what is
//! asked of it. The standings are no ladder: the person who sees the bill sees no project, and the other way
//! round. So nothing may be concluded from one of them about another.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::FieldError;

/// What can be given to someone in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Runs the organization.
    Owner,
    /// Works in it.
    Member,
    /// Looks on.
    Viewer,
    /// Pays for it.
    Billing,
}

impl Role {
    /// Every role as a form offers them, the usual one first.
    pub const ALL: [Self; 4] = [Self::Member, Self::Viewer, Self::Billing, Self::Owner];

    /// Reads a role from a form. Nothing is guessed: what is no role is an error.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        Self::ALL.into_iter().find(|role| role.key() == typed).ok_or_else(|| "Choose a role.".into())
    }

    /// Reads a role that was kept. A constraint knows only these; what it did not know would change
    /// nothing.
    pub fn stored(key: &str) -> Self {
        Self::ALL.into_iter().find(|role| role.key() == key).unwrap_or(Self::Viewer)
    }

    /// As it is kept and posted.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Member => "member",
            Self::Viewer => "viewer",
            Self::Billing => "billing",
        }
    }

    /// As it is shown.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Member => "Member",
            Self::Viewer => "Viewer",
            Self::Billing => "Billing",
        }
    }

    /// A person who has it, as the end of "grace is now …".
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Owner => "an owner",
            Self::Member => "a member",
            Self::Viewer => "a viewer",
            Self::Billing => "a billing manager",
        }
    }

    /// What it is for, in a line.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Owner => "Also invites and manages people, settings and billing.",
            Self::Member => "Works on the projects.",
            Self::Viewer => "Reads the projects, and changes nothing.",
            Self::Billing => "Sees the people and the billing details, and no projects.",
        }
    }

    /// The roles that allow something.
    pub fn allowing(permission: Permission) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |role| EffectiveRole::of(*role).allows(permission))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(self.label())
    }
}

/// What someone is in an organization: their role, and whether it rests on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EffectiveRole {
    /// The owner it rests on: its creator, until they hand over.
    PrimaryOwner,
    /// An owner.
    Owner,
    /// A member.
    Member,
    /// Somebody who looks on.
    Viewer,
    /// Somebody who pays.
    Billing,
    /// Somebody of whatever role who has no access for now.
    Suspended,
}

/// What can be allowed inside an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See its name and its people.
    SeeOrganization,
    /// See its projects.
    SeeProjects,
    /// See what happened in it.
    SeeActivity,
    /// See addresses and pending invitations.
    SeeAddresses,
    /// Create and change projects.
    WorkOnProjects,
    /// Delete a project.
    DeleteProjects,
    /// Invite, resend and cancel.
    InviteMembers,
    /// Give others another role, and remove them.
    ManageMembers,
    /// See and change the name and the URL.
    ManageSettings,
    /// See and change who pays.
    ManageBilling,
    /// Take along what it holds, as a file.
    Export,
    /// Delete the organization, and restore it.
    DeleteOrganization,
    /// Leave it.
    Leave,
    /// Make another owner the primary owner.
    HandOver,
}

impl Permission {
    /// Every permission, in the order in which a person would ask.
    pub const ALL: [Self; 14] = [
        Self::SeeOrganization,
        Self::SeeProjects,
        Self::SeeActivity,
        Self::WorkOnProjects,
        Self::DeleteProjects,
        Self::SeeAddresses,
        Self::InviteMembers,
        Self::ManageMembers,
        Self::ManageSettings,
        Self::ManageBilling,
        Self::Export,
        Self::DeleteOrganization,
        Self::Leave,
        Self::HandOver,
    ];

    /// What it lets one do, as the end of "You can …".
    pub const fn deed(self) -> &'static str {
        match self {
            Self::SeeOrganization => "see who belongs, and as what",
            Self::SeeProjects => "see the projects",
            Self::SeeActivity => "see the activity",
            Self::SeeAddresses => "see addresses and pending invites",
            Self::WorkOnProjects => "create and change projects",
            Self::DeleteProjects => "delete projects",
            Self::InviteMembers => "invite people, and resend or cancel invites",
            Self::ManageMembers => "change the roles of others, and remove them",
            Self::ManageSettings => "see and change the name and the URL",
            Self::ManageBilling => "see and change the billing details",
            Self::Export => "export the members, the activity and the whole organization",
            Self::DeleteOrganization => "delete the organization, and restore it",
            Self::Leave => "leave the organization",
            Self::HandOver => "make another owner the primary owner",
        }
    }

    /// Who may, as the middle of "Only … can": in the words for many.
    pub fn who(self) -> String {
        let many = EffectiveRole::ALL.into_iter().filter(|standing| standing.allows(self));
        // A primary owner is an owner: named by themselves only where no other owner may.
        let many: Vec<_> = match EffectiveRole::Owner.allows(self) {
            true => many.filter(|standing| *standing != EffectiveRole::PrimaryOwner).map(EffectiveRole::many).collect(),
            false => many.map(EffectiveRole::many).collect(),
        };
        match many.as_slice() {
            [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
            one => one.concat(),
        }
    }
}

impl EffectiveRole {
    /// Every standing, in the order in which a table shows them.
    pub const ALL: [Self; 6] =
        [Self::PrimaryOwner, Self::Owner, Self::Member, Self::Viewer, Self::Billing, Self::Suspended];

    /// What a role amounts to.
    pub const fn of(role: Role) -> Self {
        match role {
            Role::Owner => Self::Owner,
            Role::Member => Self::Member,
            Role::Viewer => Self::Viewer,
            Role::Billing => Self::Billing,
        }
    }

    /// What a role amounts to for one person.
    pub const fn of_one(role: Role, is_primary_owner: bool, is_suspended: bool) -> Self {
        match (is_suspended, is_primary_owner) {
            (true, _) => Self::Suspended,
            (false, true) => Self::PrimaryOwner,
            (false, false) => Self::of(role),
        }
    }

    /// As it is shown.
    pub const fn label(self) -> &'static str {
        match self {
            Self::PrimaryOwner => "Primary owner",
            Self::Owner => Role::Owner.label(),
            Self::Member => Role::Member.label(),
            Self::Viewer => Role::Viewer.label(),
            Self::Billing => Role::Billing.label(),
            Self::Suspended => "Suspended",
        }
    }

    /// All who are it.
    const fn many(self) -> &'static str {
        match self {
            Self::PrimaryOwner => "the primary owner",
            Self::Owner => "owners",
            Self::Member => "members",
            Self::Viewer => "viewers",
            Self::Billing => "billing managers",
            Self::Suspended => "people who are suspended",
        }
    }

    /// The whole policy. Leaving is allowed to everyone as far as rights go, the person who is suspended
    /// included: that the primary owner must hand over first is a rule about the organization, told
    /// where it applies.
    pub const fn allows(self, permission: Permission) -> bool {
        use Permission as P;
        match (permission, self) {
            (P::Leave, _) => true,
            (P::SeeOrganization, standing) => !matches!(standing, Self::Suspended),
            (P::SeeProjects | P::SeeActivity, standing) => {
                matches!(standing, Self::PrimaryOwner | Self::Owner | Self::Member | Self::Viewer)
            }
            (P::WorkOnProjects, standing) => matches!(standing, Self::PrimaryOwner | Self::Owner | Self::Member),
            (P::ManageBilling, standing) => matches!(standing, Self::PrimaryOwner | Self::Owner | Self::Billing),
            (P::HandOver, standing) => matches!(standing, Self::PrimaryOwner),
            (
                P::SeeAddresses
                | P::DeleteProjects
                | P::InviteMembers
                | P::ManageMembers
                | P::ManageSettings
                | P::Export
                | P::DeleteOrganization,
                standing,
            ) => matches!(standing, Self::PrimaryOwner | Self::Owner),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(standing: EffectiveRole) -> Vec<Permission> {
        Permission::ALL.into_iter().filter(|permission| standing.allows(*permission)).collect()
    }

    #[test]
    fn an_owner_may_whatever_anybody_may() {
        for permission in Permission::ALL {
            let somebody = EffectiveRole::ALL.into_iter().any(|standing| standing.allows(permission));
            assert!(somebody, "nobody can {}", permission.deed());
            assert!(EffectiveRole::PrimaryOwner.allows(permission), "{permission:?}");
            assert!(EffectiveRole::Owner.allows(permission) || permission == Permission::HandOver, "{permission:?}");
        }
    }

    /// Written out once more, and not by the table: the person who changes it has to say so twice.
    #[test]
    fn the_other_roles_are_for_what_their_meaning_says() {
        use Permission as P;
        assert_eq!(
            allowed(EffectiveRole::Member),
            [P::SeeOrganization, P::SeeProjects, P::SeeActivity, P::WorkOnProjects, P::Leave]
        );
        assert_eq!(allowed(EffectiveRole::Viewer), [P::SeeOrganization, P::SeeProjects, P::SeeActivity, P::Leave]);
        assert_eq!(allowed(EffectiveRole::Billing), [P::SeeOrganization, P::ManageBilling, P::Leave]);
        assert_eq!(allowed(EffectiveRole::Suspended), [P::Leave]);
    }

    /// The Settings page is opened by those who manage billing, and shows the rest to those who may.
    #[test]
    fn whoever_manages_settings_manages_billing() {
        for standing in EffectiveRole::ALL.into_iter().filter(|standing| standing.allows(Permission::ManageSettings)) {
            assert!(standing.allows(Permission::ManageBilling), "{standing:?}");
        }
    }

    #[test]
    fn who_may_is_told_in_words() {
        assert_eq!(Permission::HandOver.who(), "the primary owner");
        assert_eq!(Permission::InviteMembers.who(), "owners");
        assert_eq!(Permission::WorkOnProjects.who(), "owners and members");
        assert_eq!(Permission::SeeProjects.who(), "owners, members and viewers");
        assert_eq!(Permission::ManageBilling.who(), "owners and billing managers");
    }

    #[test]
    fn a_standing_is_what_its_role_makes_it() {
        for role in Role::ALL {
            assert_eq!(Role::stored(role.key()), role);
            assert_eq!(EffectiveRole::of(role).label(), role.label());
            assert_eq!(EffectiveRole::of_one(role, false, false), EffectiveRole::of(role));
            assert_eq!(EffectiveRole::of_one(role, false, true), EffectiveRole::Suspended);
        }
        assert_eq!(EffectiveRole::of_one(Role::Owner, true, false), EffectiveRole::PrimaryOwner);
    }

    #[test]
    fn roles_are_read_to_the_letter() {
        assert_eq!(Role::parse("owner"), Ok(Role::Owner));
        for typed in ["", "Owner", "owner ", "admin"] {
            assert!(Role::parse(typed).is_err(), "{typed:?}");
        }
        assert!(
            allowed(EffectiveRole::of(Role::stored("admin")))
                .iter()
                .all(|permission| { matches!(permission.deed().split(' ').next(), Some("see" | "leave")) })
        );
    }
}
