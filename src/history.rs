//! What is written when something has happened.
//!
//! Every change of anything is told as one [`Happened`], in the transaction that makes it: the type
//! that a transaction returns cannot be made without one. The words shown on the Activity pages are
//! made here from the facts, so that a line written years ago reads like one of today.

mod topic;

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::authority::Role;
use crate::ids::{AccountId, OrganizationId, SessionId, UndoingId};
use crate::text::{EmailAddress, Slug, Title, Username};
pub use topic::Topic;

/// Something that has happened. Kept as JSON: a variant may gain fields with defaults, never lose any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the variants' fields are the nouns of their sentences, told in `phrase`")]
pub enum Happened {
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
        undoing: Option<UndoingId>,
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
        undoing: Option<UndoingId>,
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

/// How much of an event its reader may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eyes {
    /// Everything, addresses of invited people too.
    Owner,
    /// Names and roles.
    Member,
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

impl Happened {
    /// Whether it tells of somebody's account rather than of an organization.
    pub const fn is_about_an_account(&self) -> bool {
        matches!(
            self,
            Self::AccountCreated
                | Self::SignedIn { .. }
                | Self::SignedOut
                | Self::SecondFactorRefused
                | Self::SessionEnded { .. }
                | Self::SessionsEnded
                | Self::PasswordResetAsked
                | Self::PasswordReset
                | Self::PasswordGivenAgain
                | Self::PasswordChanged
                | Self::AddressClaimed { .. }
                | Self::AddressClaimCancelled { .. }
                | Self::AddressAdded { .. }
                | Self::AddressRemoved { .. }
                | Self::PrimaryAddressChanged { .. }
                | Self::TwoFactorEnabled
                | Self::TwoFactorDisabled
                | Self::RecoveryCodesRenewed
                | Self::RecoveryCodeUsed { .. }
                | Self::PasskeyAdded { .. }
                | Self::PasskeyRenamed { .. }
                | Self::PasskeyRemoved { .. }
                | Self::PasskeyRefused { .. }
                | Self::ProfileChanged
                | Self::PictureChanged
                | Self::PictureRemoved
                | Self::UsernameChanged { .. }
                | Self::TimeFormatChanged
                | Self::AccountSuspended
                | Self::AccountRestored
                | Self::AccountDeleted
        )
    }

    /// What undoes it, for a while.
    pub const fn undoing(&self) -> Option<UndoingId> {
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

    /// What follows the actor's name: "ada *invited grace@example.org as Member*".
    pub fn phrase(&self, eyes: Eyes) -> String {
        let whom = |email: &EmailAddress| match eyes {
            Eyes::Owner => email.to_string(),
            Eyes::Member => "someone".to_owned(),
        };
        match self {
            Self::AccountCreated => "created an account".into(),
            Self::RegistrationBegun => "asked for an account".into(),
            Self::SignedIn { device, proof, .. } => match (device.is_empty(), proof) {
                (true, Proof::Password) => "signed in".into(),
                (true, proof) => format!("signed in {proof}"),
                (false, Proof::Password) => format!("signed in from {device}"),
                (false, proof) => format!("signed in {proof} from {device}"),
            },
            Self::SignedOut => "signed out".into(),
            Self::SecondFactorRefused => "gave the right password, and then five wrong codes".into(),
            Self::SessionEnded { device } => format!("signed out {device}"),
            Self::SessionsEnded => "signed out everywhere else".into(),
            Self::PasswordResetAsked => "asked to reset the password".into(),
            Self::PasswordReset => "reset the password".into(),
            Self::PasswordGivenAgain => "gave the password again".into(),
            Self::PasswordChanged => "changed the password".into(),
            Self::AddressClaimed { address } => format!("asked to add the address {}", whom(address)),
            Self::AddressClaimCancelled { address } => format!("asked no more to add the address {}", whom(address)),
            Self::AddressRemoved { address } => format!("deleted the address {}", whom(address)),
            Self::PrimaryAddressChanged { from, to } => {
                format!("changed the primary address from {} to {}", whom(from), whom(to))
            }
            Self::TwoFactorEnabled => "enabled two-factor authentication".into(),
            Self::TwoFactorDisabled => "disabled two-factor authentication".into(),
            Self::RecoveryCodesRenewed => "made new recovery codes".into(),
            Self::RecoveryCodeUsed { left } => format!("used a recovery code, {left} left"),
            Self::PasskeyAdded { name } => format!("added the passkey {name}"),
            Self::PasskeyRenamed { from, to } => format!("renamed the passkey {from} to {to}"),
            Self::PasskeyRemoved { name } => format!("removed the passkey {name}"),
            Self::PasskeyRefused { name } => format!("was refused with the passkey {name}, which seems to be copied"),
            Self::ProfileChanged => "changed the profile".into(),
            Self::PictureChanged => "changed the picture".into(),
            Self::PictureRemoved => "removed the picture".into(),
            Self::UsernameChanged { from, to } => format!("changed the username from {from} to {to}"),
            Self::TimeFormatChanged => "changed how dates and times are shown".into(),
            Self::AccountSuspended => "suspended the account".into(),
            Self::AccountRestored => "restored the account".into(),
            Self::AccountDeleted => "deleted the account".into(),
            Self::AddressAdded { address } => match eyes {
                Eyes::Owner => format!("added the address {address}"),
                Eyes::Member => "added an address".into(),
            },
            Self::OrganizationFounded { name } => format!("created the organization {name}"),
            Self::OrganizationRenamed { from, to } => format!("renamed the organization from {from} to {to}"),
            Self::OrganizationMoved { from, to } => format!("changed the URL from /{from} to /{to}"),
            Self::OrganizationPictureChanged => "changed the picture of the organization".into(),
            Self::OrganizationPictureRemoved => "removed the picture of the organization".into(),
            Self::OrganizationDeleted { name } => format!("deleted the organization {name}"),
            Self::OrganizationRestored { name } => format!("restored the organization {name}"),
            Self::OrganizationErased { name } => format!("erased the organization {name}"),
            Self::Invited { email, role } => format!("invited {} as {role}", whom(email)),
            Self::InvitationLimited { email, until } => format!("offered {} a membership until {until}", whom(email)),
            Self::InvitationResent { email } => format!("sent the invitation of {} again", whom(email)),
            Self::InvitationCancelled { email } => format!("cancelled the invitation of {}", whom(email)),
            Self::InviteeReminded { email } => format!("reminded {} of the invitation", whom(email)),
            Self::InvitationAskedFor { email } => format!("was asked for a new invitation of {}", whom(email)),
            Self::InvitationRequestDismissed { email } => {
                format!("did not send {} the new invitation that was asked for", whom(email))
            }
            Self::InvitationDeclined { .. } => "declined an invitation".into(),
            Self::InvitationEnded { email, why } => format!("ended the invitation of {}: {why}", whom(email)),
            Self::Joined { role } => format!("joined as {role}"),
            Self::Left => "left the organization".into(),
            Self::InvitationRestored { email } => format!("restored the invitation of {}", whom(email)),
            Self::InvitationListSent { size: 1 } => "began to send a list of 1 invitation".into(),
            Self::InvitationListSent { size } => format!("began to send a list of {size} invitations"),
            Self::InvitationListStopped { left, why } => {
                let because = if why.is_empty() { String::new() } else { format!(": {why}") };
                format!("stopped a list of invitations, of which {left} were not sent{because}")
            }
            Self::Removed { person, .. } => format!("removed {person}"),
            Self::RemovalUndone { person, role } => {
                format!("undid the removal of {person}, who is {} again", role.noun())
            }
            Self::Suspended { person } => format!("suspended {person}"),
            Self::Restored { person } => format!("restored {person}"),
            Self::MembershipLimited { person, until: Some(until) } => {
                format!("set the last day of {person} to {until}")
            }
            Self::MembershipLimited { person, until: None } => format!("took the end date of {person} away"),
            Self::MembershipEnded { person } => format!("suspended {person}, whose last day is over"),
            Self::EndCalledToMind { person, until } => format!("told owners that the last day of {person} is {until}"),
            Self::RoleChanged { person, from, to, .. } => format!("changed the role of {person} from {from} to {to}"),
            Self::RoleChangeUndone { person, from, to } => {
                format!("undid the role change of {person}, from {from} back to {to}")
            }
            Self::HandedOver { to } => format!("made {to} the primary owner"),
            // Whose account is guarded by a password alone is nothing for everybody to know.
            Self::OwnerReminded { person } => match eyes {
                Eyes::Owner => format!("reminded {person} of two-factor authentication"),
                Eyes::Member => "sent a reminder to an owner".into(),
            },
            Self::ProjectCreated { name } => format!("created the project {name}"),
            Self::ProjectChanged { name } => format!("changed the project {name}"),
            Self::ProjectRenamed { from, to } => format!("renamed the project {from} to {to}"),
            Self::ProjectDeleted { name } => format!("deleted the project {name}"),
            Self::MembersExported { format } => format!("exported the members as {format}"),
            Self::ActivityExported { format } => format!("exported the activity as {format}"),
            Self::OrganizationExported => "exported the organization".into(),
            Self::BillingChanged => "changed the billing details".into(),
            Self::CardChanged { brand, last_four } => match eyes {
                Eyes::Owner => format!("updated the card to {brand} ending in {last_four}"),
                Eyes::Member => "updated the card".into(),
            },
        }
    }
}

/// A line of history to be written: what happened, and where if not in the scope of the act.
#[derive(Clone, Debug)]
pub struct Event {
    /// What happened.
    pub happened: Happened,
    /// The organization, where the act's scope names none (founding one).
    pub organization: Option<OrganizationId>,
    /// Who did it, where the act's scope cannot know yet (signing in).
    pub by: Option<(AccountId, Username)>,
    /// Whose account it tells of, where that is not whoever did it (the operator's commands).
    pub account: Option<AccountId>,
}

impl From<Happened> for Event {
    fn from(happened: Happened) -> Self {
        Self { happened, organization: None, by: None, account: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_read_no_addresses() {
        let email = EmailAddress::parse("grace@example.org").unwrap();
        let events = [
            Happened::Invited { email: email.clone(), role: Role::Member },
            Happened::InvitationResent { email: email.clone() },
            Happened::InvitationLimited { email: email.clone(), until: NaiveDate::MIN },
            Happened::InvitationCancelled { email: email.clone() },
            Happened::InvitationDeclined { email: email.clone() },
            Happened::InviteeReminded { email: email.clone() },
            Happened::InvitationAskedFor { email: email.clone() },
            Happened::InvitationRequestDismissed { email: email.clone() },
            Happened::InvitationEnded { email: email.clone(), why: "they were removed".into() },
            Happened::InvitationRestored { email: email.clone() },
            Happened::AddressAdded { address: email },
        ];
        for event in events {
            assert!(!event.phrase(Eyes::Member).contains('@'), "{event:?}");
        }
    }

    #[test]
    fn members_do_not_read_whose_second_factor_is_missing() {
        let reminded = Happened::OwnerReminded { person: Username::parse("alan").unwrap() };
        assert_eq!(reminded.phrase(Eyes::Owner), "reminded alan of two-factor authentication");
        assert_eq!(reminded.phrase(Eyes::Member), "sent a reminder to an owner");
    }

    #[test]
    fn kinds_are_single_words_that_read_back() {
        let event = Happened::RoleChanged {
            person: Username::parse("grace").unwrap(),
            from: Role::Member,
            to: Role::Owner,
            undoing: Some(UndoingId::fresh()),
        };
        assert_eq!(event.kind(), "role_changed");
        let kept = serde_json::to_value(&event).unwrap();
        assert_eq!(serde_json::from_value::<Happened>(kept).unwrap(), event);
    }
}
