//! The policy: what can be given to somebody, what somebody is, and what that allows.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::Fault;

/// What can be given to someone in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Runs the organization.
    Owner,
    /// Works in it.
    Member,
}

impl Role {
    /// Every role, the weakest first, as a form offers them.
    pub const ALL: [Self; 2] = [Self::Member, Self::Owner];

    /// Reads a role from a form. Nothing is guessed: what is no role is a fault.
    pub fn parse(typed: &str) -> Result<Self, Fault> {
        Self::ALL.into_iter().find(|role| role.key() == typed).ok_or_else(|| "Choose a role.".into())
    }

    /// As it is kept and posted.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Member => "member",
        }
    }

    /// As it is shown.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Member => "Member",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(self.label())
    }
}

/// What someone is in an organization: their role, and whether it rests on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// The owner it rests on: its creator, until they hand over.
    PrimaryOwner,
    /// An owner.
    Owner,
    /// A member.
    Member,
}

/// What can be allowed inside an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See its projects, its people and its activity.
    SeeOrganization,
    /// See addresses and pending invitations.
    SeeAddresses,
    /// Create and change projects.
    WorkOnProjects,
    /// Delete a project.
    DeleteProjects,
    /// Invite, resend and cancel.
    InviteMembers,
    /// Make others owner or member, and remove them.
    ManageMembers,
    /// See and change the name and the URL.
    ManageSettings,
    /// See and change who pays.
    ManageBilling,
    /// Delete the organization, and restore it.
    DeleteOrganization,
    /// Leave it.
    Leave,
    /// Make another owner the primary owner.
    HandOver,
}

impl Permission {
    /// Every permission, in the order in which a person would ask.
    pub const ALL: [Self; 11] = [
        Self::SeeOrganization,
        Self::WorkOnProjects,
        Self::DeleteProjects,
        Self::SeeAddresses,
        Self::InviteMembers,
        Self::ManageMembers,
        Self::ManageSettings,
        Self::ManageBilling,
        Self::DeleteOrganization,
        Self::Leave,
        Self::HandOver,
    ];

    /// What it lets one do, as the end of "You can …".
    pub const fn deed(self) -> &'static str {
        match self {
            Self::SeeOrganization => "see the projects, the people and the activity",
            Self::SeeAddresses => "see addresses and pending invites",
            Self::WorkOnProjects => "create and change projects",
            Self::DeleteProjects => "delete projects",
            Self::InviteMembers => "invite people, and resend or cancel invites",
            Self::ManageMembers => "make others owner or member, and remove them",
            Self::ManageSettings => "see and change the name and the URL",
            Self::ManageBilling => "see and change the billing details",
            Self::DeleteOrganization => "delete the organization, and restore it",
            Self::Leave => "leave the organization",
            Self::HandOver => "make another owner the primary owner",
        }
    }
}

impl Standing {
    /// Every standing, the strongest first.
    pub const ALL: [Self; 3] = [Self::PrimaryOwner, Self::Owner, Self::Member];

    /// What a role amounts to for one person.
    pub const fn of(role: Role, is_primary_owner: bool) -> Self {
        match (role, is_primary_owner) {
            (_, true) => Self::PrimaryOwner,
            (Role::Owner, false) => Self::Owner,
            (Role::Member, false) => Self::Member,
        }
    }

    /// The weakest that allows something: whoever is that much can help those who are not.
    pub fn least(permission: Permission) -> Self {
        let allowing = Self::ALL.into_iter().rev().find(|standing| standing.allows(permission));
        allowing.unwrap_or(Self::PrimaryOwner)
    }

    /// The role behind it.
    pub const fn role(self) -> Role {
        match self {
            Self::PrimaryOwner | Self::Owner => Role::Owner,
            Self::Member => Role::Member,
        }
    }

    /// As it is shown.
    pub const fn label(self) -> &'static str {
        match self {
            Self::PrimaryOwner => "Primary owner",
            Self::Owner => "Owner",
            Self::Member => "Member",
        }
    }

    /// The whole policy. Leaving is allowed to everyone as far as rights go: that the primary owner
    /// must hand over first is a rule about the organization, told where it applies.
    pub const fn allows(self, permission: Permission) -> bool {
        use Permission as P;
        match (permission, self) {
            (P::SeeOrganization | P::WorkOnProjects | P::Leave, _) => true,
            (P::HandOver, standing) => matches!(standing, Self::PrimaryOwner),
            (
                P::SeeAddresses
                | P::DeleteProjects
                | P::InviteMembers
                | P::ManageMembers
                | P::ManageSettings
                | P::ManageBilling
                | P::DeleteOrganization,
                standing,
            ) => matches!(standing, Self::PrimaryOwner | Self::Owner),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_standing_allows_what_the_weaker_allows() {
        for permission in Permission::ALL {
            let allowed: Vec<bool> = Standing::ALL.iter().rev().map(|s| s.allows(permission)).collect();
            assert!(allowed.is_sorted(), "{permission:?}");
        }
    }

    #[test]
    fn roles_are_read_to_the_letter() {
        assert_eq!(Role::parse("owner"), Ok(Role::Owner));
        for typed in ["", "Owner", "owner ", "admin"] {
            assert!(Role::parse(typed).is_err(), "{typed:?}");
        }
    }
}
