//! Proof that someone may do something.
//!
//! A [`May`] is made when a request is admitted and names the act it allows; it carries its
//! [`Scope`]: who asks, and where. The database opens a transaction only for a `May`, stamps what it
//! hands out with the same act, and reads the scope again under the lock. So a handler that holds
//! the proof of one act cannot do another, and a function of a feature never takes an organization
//! as an argument: it is inside the proof.
//!
//! There is no way to make one up:
//!
//! ```compile_fail,E0624
//! use roster::{authority::May, invitations::InviteMembers, members::Within};
//! fn make_up(scope: Within) -> May<InviteMembers> { May::granted(scope) }
//! ```
//!
//! ```compile_fail,E0308
//! use roster::{authority::May, invitations::InviteMembers, members::SeeMembers};
//! fn promote(may: May<SeeMembers>) -> May<InviteMembers> { may }
//! ```
//!
//! The whole policy is [`Standing::allows`]: the extractor asks it, the sweep of the tests compares
//! every route with it, and the page that explains permissions is drawn from it.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, OrganizationId};
use crate::text::{Fault, Username};

/// Something that can be done, known at compile time.
pub trait Act: Send + Sync + 'static {
    /// Who may stand behind it, and where.
    type Scope: Scope;
    /// What the scope must allow.
    const NEEDS: <Self::Scope as Scope>::Need;
    /// Whether the password is asked for again when it was last given over 30 minutes ago.
    const GRAVE: bool;
    /// The act's name, for the sweep over all routes.
    const NAME: &'static str;
}

/// Who asks, and where: read from the database when a request is admitted, and again under the lock.
/// A scope's fields are private to the feature that admits it.
pub trait Scope: Send + Sync + Sized + 'static {
    /// What an act can need of it: a permission, or nothing beyond being in the scope.
    type Need: Copy + fmt::Debug + Send + Sync + 'static;

    /// Who is written into the history.
    fn actor(&self) -> Actor;

    /// The moment at which it was read, by the clock of the database.
    fn now(&self) -> DateTime<Utc>;

    /// Whose history it is written into, if any organization's.
    fn organization(&self) -> Option<OrganizationId> {
        None
    }
}

/// A scope inside an organization.
pub trait WithinOrganization: Scope {
    /// The organization all of this is about.
    fn organization_id(&self) -> OrganizationId;
}

/// Declares an act: `act!(/// Doc. pub InviteMembers: Within, Permission::InviteMembers);`, with
/// `grave` at the end where the password is asked for again.
#[macro_export]
macro_rules! act {
    ($(#[$doc:meta])* pub $name:ident: $scope:ty, $needs:expr) => {
        $crate::act!(@ $(#[$doc])* $name, $scope, $needs, false);
    };
    ($(#[$doc:meta])* pub $name:ident: $scope:ty, $needs:expr, grave) => {
        $crate::act!(@ $(#[$doc])* $name, $scope, $needs, true);
    };
    (@ $(#[$doc:meta])* $name:ident, $scope:ty, $needs:expr, $grave:literal) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}

        impl $crate::authority::Act for $name {
            type Scope = $scope;
            const NEEDS: <$scope as $crate::authority::Scope>::Need = $needs;
            const GRAVE: bool = $grave;
            const NAME: &'static str = stringify!($name);
        }
    };
}

/// Proof that someone may do the act `A`.
pub struct May<A: Act> {
    scope: Arc<A::Scope>,
    act: PhantomData<fn() -> A>,
}

impl<A: Act> May<A> {
    /// Called by the admission of a request, and by the checked stand-ins for seeds and the command
    /// line, with a scope that only the feature behind it can make.
    pub(crate) fn granted(scope: A::Scope) -> Self {
        Self { scope: Arc::new(scope), act: PhantomData }
    }

    /// The same proof once more, for the thread that does the work.
    pub(crate) fn again(&self) -> Self {
        Self { scope: Arc::clone(&self.scope), act: PhantomData }
    }
}

impl<A: Act> std::ops::Deref for May<A> {
    type Target = A::Scope;

    fn deref(&self) -> &A::Scope {
        &self.scope
    }
}

/// Who did something, as the history tells it.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The account, if a person did it.
    pub id: Option<AccountId>,
    /// The name as it is now.
    pub name: String,
    /// The network address it came from; empty for the command line and the workers.
    pub source: String,
}

impl Actor {
    /// A person at an address.
    pub fn person(id: AccountId, username: &Username, source: &str) -> Self {
        Self { id: Some(id), name: username.to_string(), source: source.to_owned() }
    }
}

/// The scope of Roster's own workers and of the operator's commands.
#[derive(Debug)]
pub struct Machine {
    name: &'static str,
    now: DateTime<Utc>,
}

impl Machine {
    /// Stands for a worker or a command of the operator, by the name the history shows.
    pub(crate) fn named<A: Act<Scope = Self>>(name: &'static str) -> May<A> {
        May::granted(Self { name, now: Utc::now() })
    }

    /// The same machine at the moment its transaction begins.
    pub(crate) const fn at(&self, now: DateTime<Utc>) -> Self {
        Self { name: self.name, now }
    }
}

impl Scope for Machine {
    type Need = ();

    fn actor(&self) -> Actor {
        Actor { id: None, name: self.name.to_owned(), source: String::new() }
    }

    fn now(&self) -> DateTime<Utc> {
        self.now
    }
}

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
