//! Under what a reader of an organization's history would look for a line.

use super::EventKind;
use crate::text::FieldError;

/// A group of events, in people's words. It is kept with each line, so that a rare one is found by index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivityCategory {
    /// Who belongs, and as what.
    Members,
    /// Who was asked to come.
    Invitations,
    /// What is worked on.
    Projects,
    /// The organization itself: its name, its URL, its exports, its deletion.
    Settings,
    /// Who pays.
    Billing,
    /// What is shown nowhere else: accounts, and what another version of Roster wrote.
    Other,
}

impl ActivityCategory {
    /// Every topic.
    pub const ALL: [Self; 6] =
        [Self::Members, Self::Invitations, Self::Projects, Self::Settings, Self::Billing, Self::Other];

    /// Those that can be looked for, in the order in which a form offers them.
    pub const OFFERED: [Self; 5] = [Self::Members, Self::Invitations, Self::Projects, Self::Settings, Self::Billing];

    /// Reads a topic from an address. Nothing is guessed: what is no topic is an error.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        let found = Self::OFFERED.into_iter().find(|topic| topic.key() == typed);
        found.ok_or_else(|| "Choose one of the list.".into())
    }

    /// As it is kept, and as it is in an address.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Invitations => "invitations",
            Self::Projects => "projects",
            Self::Settings => "settings",
            Self::Billing => "billing",
            Self::Other => "other",
        }
    }

    /// As it is shown.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Members => "Members",
            Self::Invitations => "Invitations",
            Self::Projects => "Projects",
            Self::Settings => "Settings",
            Self::Billing => "Billing",
            Self::Other => "Other",
        }
    }
}

impl EventKind {
    /// Whether it tells of somebody's account rather than of an organization. Before a registration is
    /// confirmed there is no account that it could be informed about.
    pub const fn is_about_an_account(&self) -> bool {
        matches!(self.topic(), ActivityCategory::Other) && !matches!(self, Self::RegistrationBegun)
    }

    /// Under what a reader would look for it.
    pub const fn topic(&self) -> ActivityCategory {
        match self {
            Self::Joined { .. }
            | Self::Left
            | Self::Removed { .. }
            | Self::RemovalUndone { .. }
            | Self::Suspended { .. }
            | Self::Restored { .. }
            | Self::MembershipLimited { .. }
            | Self::MembershipEnded { .. }
            | Self::EndCalledToMind { .. }
            | Self::RoleChanged { .. }
            | Self::RoleChangeUndone { .. }
            | Self::HandedOver { .. }
            | Self::OwnerReminded { .. }
            | Self::AccessReviewBegun { .. }
            | Self::AccessReviewFinished { .. }
            | Self::AccessReviewRemindersChanged { .. }
            | Self::AccessReviewCalledToMind
            | Self::AccessReviewExported { .. } => ActivityCategory::Members,
            Self::Invited { .. }
            | Self::InvitationResent { .. }
            | Self::InvitationLimited { .. }
            | Self::InvitationCancelled { .. }
            | Self::InviteeReminded { .. }
            | Self::InvitationAskedFor { .. }
            | Self::InvitationRequestDismissed { .. }
            | Self::InvitationRestored { .. }
            | Self::InvitationListSent { .. }
            | Self::InvitationListStopped { .. }
            | Self::InvitationDeclined { .. }
            | Self::InvitationEnded { .. } => ActivityCategory::Invitations,
            Self::ProjectCreated { .. }
            | Self::ProjectChanged { .. }
            | Self::ProjectRenamed { .. }
            | Self::ProjectDeleted { .. } => ActivityCategory::Projects,
            Self::OrganizationFounded { .. }
            | Self::OrganizationRenamed { .. }
            | Self::OrganizationMoved { .. }
            | Self::OrganizationPictureChanged
            | Self::OrganizationPictureRemoved
            | Self::OrganizationDeleted { .. }
            | Self::OrganizationRestored { .. }
            | Self::OrganizationErased { .. }
            | Self::MembersExported { .. }
            | Self::ActivityExported { .. }
            | Self::OrganizationExported => ActivityCategory::Settings,
            Self::BillingChanged | Self::CardChanged { .. } => ActivityCategory::Billing,
            Self::AccountCreated
            | Self::RegistrationBegun
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
            | Self::MailChosen { .. }
            | Self::AccountSuspended
            | Self::AccountRestored
            | Self::AccountDeleted => ActivityCategory::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_read_to_the_letter() {
        for topic in ActivityCategory::OFFERED {
            assert_eq!(ActivityCategory::parse(topic.key()), Ok(topic));
        }
        for typed in ["", "Members", "members ", "other", "everything"] {
            assert!(ActivityCategory::parse(typed).is_err(), "{typed:?}");
        }
    }
}
