//! What is written when something has happened.
//!
//! Every change of anything is shown as one [`EventKind`], in the transaction that makes it: the type
//! that a transaction returns cannot be made without one. The words shown on the Activity pages are
//! made here from the facts, so that a line written years ago reads like one of today.

mod category;
mod describe;

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::authority::Role;
use crate::ids::{AccountId, OrganizationId, SessionId, UndoId};
use crate::text::{EmailAddress, Slug, Title, Username};
pub use category::ActivityCategory;
pub use describe::Audience;

/// Something that has happened. Kept as JSON: a variant may gain fields with defaults, never lose any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the variants' fields are the nouns of their sentences, told in `phrase`")]
pub enum EventKind {
    AccountCreated,
    RegistrationBegun,
    SignedIn {
        #[serde(default)]
        device: String,
        #[serde(default)]
        proof: Proof,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        session: Option<SessionId>,
    },
    SignedOut,
    SecondFactorRefused,
    SessionEnded {
        device: String,
    },
    SessionsEnded,
    PasswordResetAsked,
    PasswordReset,
    PasswordGivenAgain,
    PasswordChanged,
    AddressClaimed {
        address: EmailAddress,
    },
    AddressClaimCancelled {
        address: EmailAddress,
    },
    AddressAdded {
        address: EmailAddress,
    },
    AddressRemoved {
        address: EmailAddress,
    },
    PrimaryAddressChanged {
        from: EmailAddress,
        to: EmailAddress,
    },
    TwoFactorEnabled,
    TwoFactorDisabled,
    RecoveryCodesRenewed,
    RecoveryCodeUsed {
        left: i64,
    },
    PasskeyAdded {
        name: Title,
    },
    PasskeyRenamed {
        from: Title,
        to: Title,
    },
    PasskeyRemoved {
        name: Title,
    },
    PasskeyRefused {
        name: Title,
    },
    ProfileChanged,
    PictureChanged,
    PictureRemoved,
    UsernameChanged {
        from: Username,
        to: Username,
    },
    TimeFormatChanged,
    MailChosen {
        organization: Title,
    },
    AccountSuspended,
    AccountRestored,
    AccountDeleted,
    OrganizationFounded {
        name: Title,
    },
    OrganizationRenamed {
        from: Title,
        to: Title,
    },
    OrganizationMoved {
        from: Slug,
        to: Slug,
    },
    OrganizationPictureChanged,
    OrganizationPictureRemoved,
    OrganizationDeleted {
        name: Title,
    },
    OrganizationRestored {
        name: Title,
    },
    OrganizationErased {
        name: Title,
    },
    Invited {
        email: EmailAddress,
        role: Role,
    },
    InvitationLimited {
        email: EmailAddress,
        until: NaiveDate,
    },
    InvitationResent {
        email: EmailAddress,
    },
    InvitationCancelled {
        email: EmailAddress,
    },
    InviteeReminded {
        email: EmailAddress,
    },
    InvitationAskedFor {
        email: EmailAddress,
    },
    InvitationRequestDismissed {
        email: EmailAddress,
    },
    InvitationDeclined {
        email: EmailAddress,
    },
    InvitationEnded {
        email: EmailAddress,
        why: String,
    },
    InvitationRestored {
        email: EmailAddress,
    },
    InvitationListSent {
        size: i64,
    },
    InvitationListStopped {
        left: i64,
        #[serde(default)]
        why: String,
    },
    Joined {
        role: Role,
    },
    Left,
    Removed {
        person: Username,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        undoing: Option<UndoId>,
    },
    RemovalUndone {
        person: Username,
        role: Role,
    },
    Suspended {
        person: Username,
    },
    Restored {
        person: Username,
    },
    MembershipLimited {
        person: Username,
        until: Option<NaiveDate>,
    },
    MembershipEnded {
        person: Username,
    },
    EndCalledToMind {
        person: Username,
        until: NaiveDate,
    },
    RoleChanged {
        person: Username,
        from: Role,
        to: Role,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        undoing: Option<UndoId>,
    },
    RoleChangeUndone {
        person: Username,
        from: Role,
        to: Role,
    },
    HandedOver {
        to: Username,
    },
    OwnerReminded {
        person: Username,
    },
    AccessReviewBegun {
        people: i32,
    },
    AccessReviewFinished {
        kept: i32,
        changed: i32,
        removed: i32,
        gone: i32,
        left: i32,
    },
    AccessReviewRemindersChanged {
        wanted: bool,
    },
    AccessReviewCalledToMind,
    AccessReviewExported {
        format: String,
    },
    ProjectCreated {
        name: Title,
    },
    ProjectChanged {
        name: Title,
    },
    ProjectRenamed {
        from: Title,
        to: Title,
    },
    ProjectDeleted {
        name: Title,
    },
    MembersExported {
        format: String,
    },
    ActivityExported {
        format: String,
    },
    OrganizationExported,
    BillingChanged,
    CardChanged {
        brand: String,
        last_four: String,
    },
}

/// How somebody signed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// With the password alone.
    #[default]
    Password,
    /// With the password and a code of the app.
    Code,
    /// With the password and a recovery code.
    RecoveryCode,
    /// With a passkey.
    Passkey,
}

impl fmt::Display for Proof {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Password => "with the password",
            Self::Code => "with a code",
            Self::RecoveryCode => "with a recovery code",
            Self::Passkey => "with a passkey",
        })
    }
}

impl EventKind {
    /// What undoes it, for a while.
    pub const fn undoing(&self) -> Option<UndoId> {
        match self {
            Self::Removed { undoing, .. } | Self::RoleChanged { undoing, .. } => *undoing,
            _ => None,
        }
    }

    /// The event's name, as it is kept beside the details.
    pub fn kind(&self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::Object(fields)) => {
                fields.get("kind").and_then(|kind| kind.as_str()).unwrap_or_default().to_owned()
            }
            _ => String::new(),
        }
    }
}

/// An audit entry to be written: what happened, and where if not in the scope of the action.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    /// What happened.
    pub event: EventKind,
    /// The organization, where the action's scope names none (founding one).
    pub organization: Option<OrganizationId>,
    /// Who did it, where the action's scope cannot know yet (signing in).
    pub by: Option<(AccountId, Username)>,
    /// Whose account it tells of, where that is not the person who did it (the operator's commands).
    pub account: Option<AccountId>,
}

impl From<EventKind> for AuditEntry {
    fn from(event: EventKind) -> Self {
        Self { event, organization: None, by: None, account: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_single_words_that_read_back() {
        let event = EventKind::RoleChanged {
            person: Username::parse("grace").unwrap(),
            from: Role::Member,
            to: Role::Owner,
            undoing: Some(UndoId::fresh()),
        };
        assert_eq!(event.kind(), "role_changed");
        let kept = serde_json::to_value(&event).unwrap();
        assert_eq!(serde_json::from_value::<EventKind>(kept).unwrap(), event);
    }
}
