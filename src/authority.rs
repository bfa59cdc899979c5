//! Proof that someone may do something.
//!
//! A [`May`] is made when a request is admitted and names the action it allows; it carries its
//! [`Scope`]: who asks, and where. The database opens a transaction only for a `May`, stamps what it
//! hands out with the same act, and reads the scope again under the lock. So a handler that holds
//! the proof of one act cannot do another, and a function of a feature never takes an organization
//! as an argument: it is inside the proof.
//!
//! There is no way to make one up:
//!
//! ```compile_fail,E0624
//! use roster::{authority::May, invitations::InviteMembers, members::OrganizationMember};
//! fn make_up(scope: OrganizationMember) -> May<InviteMembers> { May::granted(scope) }
//! ```
//!
//! ```compile_fail,E0308
//! use roster::{authority::May, invitations::InviteMembers, members::SeeMembers};
//! fn promote(may: May<SeeMembers>) -> May<InviteMembers> { may }
//! ```
//!
//! The whole policy is [`EffectiveRole::allows`]: the extractor asks it, the sweep of the tests compares
//! every route with it, and the page that explains permissions is drawn from it.

mod policy;
mod source;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::ids::{AccountId, OrganizationId};
use crate::text::Username;
pub use policy::{EffectiveRole, Permission, Role};
pub use source::Source;

/// Something that can be done, known at compile time.
pub trait Action: Send + Sync + 'static {
    /// Who may be behind it, and where.
    type Scope: Scope;
    /// What the scope must allow.
    const NEEDS: <Self::Scope as Scope>::Need;
    /// Whether the password is asked for again when it was last given over 30 minutes ago.
    const REQUIRES_RECENT_PASSWORD: bool;
    /// The act's name, for the sweep over all routes.
    const NAME: &'static str;
}

/// Who asks, and where: read from the database when a request is admitted, and again under the lock.
/// A scope's fields are private to the feature that admits it.
pub trait Scope: Send + Sync + Sized + 'static {
    /// What an action can need of it: a permission, or nothing beyond being in the scope.
    type Need: Copy + fmt::Debug + Send + Sync + 'static;

    /// Who is written into the audit log.
    fn actor(&self) -> Actor;

    /// The moment at which it was read, by the clock of the database.
    fn now(&self) -> DateTime<Utc>;

    /// Whose history it is written into, if any organization's.
    fn organization(&self) -> Option<OrganizationId> {
        None
    }
}

/// A scope inside an organization.
pub trait OrganizationScope: Scope {
    /// The organization all of this is about.
    fn organization_id(&self) -> OrganizationId;
}

/// Declares an action: `action!(/// Doc. pub InviteMembers: OrganizationMember, Permission::InviteMembers);`, with
/// `requires_recent_password` at the end where the password is asked for again.
#[macro_export]
macro_rules! action {
    ($(#[$doc:meta])* pub $name:ident: $scope:ty, $needs:expr) => {
        $crate::action!(@ $(#[$doc])* $name, $scope, $needs, false);
    };
    ($(#[$doc:meta])* pub $name:ident: $scope:ty, $needs:expr, requires_recent_password) => {
        $crate::action!(@ $(#[$doc])* $name, $scope, $needs, true);
    };
    (@ $(#[$doc:meta])* $name:ident, $scope:ty, $needs:expr, $requires_recent_password:literal) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}

        impl $crate::authority::Action for $name {
            type Scope = $scope;
            const NEEDS: <$scope as $crate::authority::Scope>::Need = $needs;
            const REQUIRES_RECENT_PASSWORD: bool = $requires_recent_password;
            const NAME: &'static str = stringify!($name);
        }
    };
}

/// Proof that someone may do the action `A`.
pub struct May<A: Action> {
    scope: Arc<A::Scope>,
    action: PhantomData<fn() -> A>,
}

impl<A: Action> May<A> {
    /// Called by the admission of a request, and by the checked stand-ins for seeds and the command
    /// line, with a scope that only the feature behind it can make.
    pub(crate) fn granted(scope: A::Scope) -> Self {
        Self { scope: Arc::new(scope), action: PhantomData }
    }

    /// The same proof once more, for the thread that does the work.
    pub(crate) fn again(&self) -> Self {
        Self { scope: Arc::clone(&self.scope), action: PhantomData }
    }
}

impl<A: Action> std::ops::Deref for May<A> {
    type Target = A::Scope;

    fn deref(&self) -> &A::Scope {
        &self.scope
    }
}

/// Who did something, as the audit log tells it.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The account, if a person did it.
    pub id: Option<AccountId>,
    /// The name as it is now.
    pub name: String,
    /// The network address it came from; empty for the command line and the workers.
    pub source: Source,
}

impl Actor {
    /// A person at an address.
    pub fn person(id: AccountId, username: &Username, source: &Source) -> Self {
        Self { id: Some(id), name: username.to_string(), source: source.clone() }
    }

    /// A person who asks from an address, and is not signed in.
    pub fn unknown(source: &Source) -> Self {
        Self { id: None, name: "somebody".to_owned(), source: source.clone() }
    }

    /// Roster itself, or the operator: by a name that is no account's.
    pub fn system(name: &str) -> Self {
        Self { id: None, name: name.to_owned(), source: Source::default() }
    }
}

/// The scope of Roster's own workers and of the operator's commands.
#[derive(Debug)]
pub struct SystemActor {
    name: &'static str,
    now: DateTime<Utc>,
}

impl SystemActor {
    /// Stands for a worker or a command of the operator, by the name the audit log shows.
    pub(crate) fn named<A: Action<Scope = Self>>(name: &'static str) -> May<A> {
        May::granted(Self { name, now: Utc::now() })
    }

    /// The same machine at the moment its transaction begins.
    pub(crate) const fn at(&self, now: DateTime<Utc>) -> Self {
        Self { name: self.name, now }
    }
}

impl Scope for SystemActor {
    type Need = ();

    fn actor(&self) -> Actor {
        Actor::system(self.name)
    }

    fn now(&self) -> DateTime<Utc> {
        self.now
    }
}
