//! What happened, in the words of those who read it.

use super::{EventKind, Proof};
use crate::text::EmailAddress;

/// How much of an event its reader may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everything, addresses of invited people too.
    Owner,
    /// Names and roles.
    Member,
}

impl EventKind {
    /// What follows the actor's name: "ada *invited grace@example.org as Member*".
    pub fn describe(&self, audience: Audience) -> String {
        let whom = |email: &EmailAddress| match audience {
            Audience::Owner => email.to_string(),
            Audience::Member => "someone".to_owned(),
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
            Self::AddressClaimCancelled { address } => format!("cancelled adding the address {}", whom(address)),
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
            Self::MailChosen { organization } => format!("chose which emails to receive about {organization}"),
            Self::AccountSuspended => "suspended the account".into(),
            Self::AccountRestored => "restored the account".into(),
            Self::AccountDeleted => "deleted the account".into(),
            Self::AddressAdded { address } => match audience {
                Audience::Owner => format!("added the address {address}"),
                Audience::Member => "added an address".into(),
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
            Self::EndCalledToMind { person, until } => {
                format!("reminded owners that the last day of {person} is {until}")
            }
            Self::RoleChanged { person, from, to, .. } => format!("changed the role of {person} from {from} to {to}"),
            Self::RoleChangeUndone { person, from, to } => {
                format!("undid the role change of {person}, from {from} back to {to}")
            }
            Self::HandedOver { to } => format!("made {to} the primary owner"),
            // Whose account is guarded by a password alone is nothing for everybody to know.
            Self::OwnerReminded { person } => match audience {
                Audience::Owner => format!("reminded {person} of two-factor authentication"),
                Audience::Member => "sent a reminder to an owner".into(),
            },
            Self::AccessReviewBegun { people: 1 } => "began an access review of 1 person".into(),
            Self::AccessReviewBegun { people } => format!("began an access review of {people} people"),
            Self::AccessReviewFinished { kept, changed, removed, gone, left } => {
                let told = [
                    (*kept, "kept"),
                    (*changed, "with another role"),
                    (*removed, "removed"),
                    (*gone, "left before a decision"),
                    (*left, "not reviewed"),
                ];
                let told = told.iter().filter(|(number, _)| *number > 0);
                let told: Vec<String> = told.map(|(number, what)| format!("{number} {what}")).collect();
                format!("finished the access review: {}", told.join(", "))
            }
            Self::AccessReviewRemindersChanged { wanted: true } => {
                "turned reminders of an access review each quarter on".into()
            }
            Self::AccessReviewRemindersChanged { wanted: false } => {
                "turned reminders of an access review each quarter off".into()
            }
            Self::AccessReviewCalledToMind => "reminded owners of an access review".into(),
            Self::AccessReviewExported { format } => format!("exported an access review as {format}"),
            Self::ProjectCreated { name } => format!("created the project {name}"),
            Self::ProjectChanged { name } => format!("changed the project {name}"),
            Self::ProjectRenamed { from, to } => format!("renamed the project {from} to {to}"),
            Self::ProjectDeleted { name } => format!("deleted the project {name}"),
            Self::MembersExported { format } => format!("exported the members as {format}"),
            Self::ActivityExported { format } => format!("exported the activity as {format}"),
            Self::OrganizationExported => "exported the organization".into(),
            Self::BillingChanged => "changed the billing details".into(),
            Self::CardChanged { brand, last_four } => match audience {
                Audience::Owner => format!("updated the card to {brand} ending in {last_four}"),
                Audience::Member => "updated the card".into(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::authority::Role;
    use crate::text::Username;

    #[test]
    fn members_read_no_addresses() {
        let email = EmailAddress::parse("grace@example.org").unwrap();
        let events = [
            EventKind::Invited { email: email.clone(), role: Role::Member },
            EventKind::InvitationResent { email: email.clone() },
            EventKind::InvitationLimited { email: email.clone(), until: NaiveDate::MIN },
            EventKind::InvitationCancelled { email: email.clone() },
            EventKind::InvitationDeclined { email: email.clone() },
            EventKind::InviteeReminded { email: email.clone() },
            EventKind::InvitationAskedFor { email: email.clone() },
            EventKind::InvitationRequestDismissed { email: email.clone() },
            EventKind::InvitationEnded { email: email.clone(), why: "they were removed".into() },
            EventKind::InvitationRestored { email: email.clone() },
            EventKind::AddressAdded { address: email },
        ];
        for event in events {
            assert!(!event.describe(Audience::Member).contains('@'), "{event:?}");
        }
    }

    #[test]
    fn members_do_not_read_whose_second_factor_is_missing() {
        let reminded = EventKind::OwnerReminded { person: Username::parse("alan").unwrap() };
        assert_eq!(reminded.describe(Audience::Owner), "reminded alan of two-factor authentication");
        assert_eq!(reminded.describe(Audience::Member), "sent a reminder to an owner");
    }
}
