//! What is posted about invitations.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::PgConnection;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rules::LinkSource;
use super::store;
use crate::authority::Role;
use crate::db::DbError;
use crate::ids::InvitationId;
use crate::mail::{Draft, EmailTemplate, Owner, unlinked};
use crate::signed_links::Purpose;
use crate::text::{EmailAddress, Slug, Title, Username};
use crate::web::Site;
use crate::web::clock::Clock;

/// To the invited address. Sent again, it carries the same link and another date.
///
/// The inviter is named by the username alone, in the subject and in the text: a stranger trusts a letter
/// of ours, and a display name can say whatever somebody wants a stranger to believe (INV-36). The page
/// behind the link names both, where the username is beside.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InvitationEmail {
    pub invitation: InvitationId,
    pub organization: Title,
    pub inviter: Username,
    pub email: EmailAddress,
    pub role: Role,
    pub expires_at: DateTime<Utc>,
    /// The how manieth letter: of several that wait, only the latest is still true.
    pub times_sent: i32,
    /// The last day of the membership, if it ends.
    #[serde(default)]
    pub until: Option<NaiveDate>,
}

impl EmailTemplate for InvitationEmail {
    const KIND: &'static str = "invitation";

    fn draft(&self, site: &Site, clock: Clock) -> Draft {
        let Self { inviter, email, role, .. } = self;
        let organization = unlinked(self.organization.as_str());
        let link = site.link(Purpose::Invitation, self.invitation.uuid(), LinkSource::Mailed.generation());
        let expires = clock.written(self.expires_at);
        Draft::new(format!("{inviter} invited you to join {organization} on Roster"))
            .paragraph(match self.until {
                None => format!("{inviter} invited you to join {organization} as {role}."),
                Some(day) => format!(
                    "{inviter} invited you to join {organization} as {role}, until {}.",
                    clock.calendar(day)
                ),
            })
            .button("See the invitation", link)
            .note(format!("The invitation is for {email} and expires on {expires}. Opening it changes nothing: there you accept or decline."))
            .note(to_strangers(inviter))
    }

    fn still_true(&self, connection: &mut PgConnection) -> Result<bool, DbError> {
        store::is_as_sent(connection, self.invitation, self.times_sent)
    }

    fn about(&self) -> Option<Uuid> {
        Some(self.invitation.uuid())
    }
}

/// What anyone who gets an invitation from somebody unknown should know.
fn to_strangers(inviter: &Username) -> String {
    format!("If you do not know {inviter}, ignore this email, or decline. Do not share the link.")
}

/// To the invited address, two days before the end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InvitationReminderEmail {
    pub invitation: InvitationId,
    pub organization: Title,
    pub inviter: Username,
    pub role: Role,
    pub expires_at: DateTime<Utc>,
    /// Which letter it calls to mind: once there is a later one, it is no longer true.
    pub times_sent: i32,
}

impl EmailTemplate for InvitationReminderEmail {
    const KIND: &'static str = "invitation_reminder";

    fn draft(&self, site: &Site, clock: Clock) -> Draft {
        let Self { inviter, role, .. } = self;
        let organization = unlinked(self.organization.as_str());
        let link = site.link(Purpose::Invitation, self.invitation.uuid(), LinkSource::Mailed.generation());
        let expires = clock.written(self.expires_at);
        Draft::new(format!("Your invitation to join {organization} on Roster expires soon"))
            .paragraph(format!(
                "{inviter} invited you to join {organization} as {role}. The invitation expires on {expires}."
            ))
            .button("See the invitation", link)
            .note("Opening it changes nothing: there you accept or decline. There will be no other reminder.")
            .note(to_strangers(inviter))
    }

    fn still_true(&self, connection: &mut PgConnection) -> Result<bool, DbError> {
        store::is_as_sent(connection, self.invitation, self.times_sent)
    }

    fn about(&self) -> Option<Uuid> {
        Some(self.invitation.uuid())
    }
}

/// To all owners: somebody whose link opens nothing any more asks for a new one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReinviteRequestEmail {
    /// What is approved or dismissed.
    pub invitation: InvitationId,
    pub organization: Title,
    pub slug: Slug,
    pub email: EmailAddress,
    pub role: Role,
}

impl EmailTemplate for ReinviteRequestEmail {
    const KIND: &'static str = "invitation_asked_again";

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        let Self { email, role, .. } = self;
        let organization = unlinked(self.organization.as_str());
        Draft::new(format!("{email} asks for a new invitation to {organization} on Roster"))
            .paragraph(format!("{email} was invited to join {organization} as {role}. Somebody opened that link after it had ended, and asks for a new invitation."))
            .button("Open the Members tab", site.address(&format!("/{}/members#invitation-{}", self.slug, self.invitation)))
            .note("Approve sends a new invitation to the same address with the same role. Dismiss sends nothing, and tells them nothing.")
            .to_owner(Owner::of(&self.organization, &self.slug, site))
    }

    fn still_true(&self, connection: &mut PgConnection) -> Result<bool, DbError> {
        store::waits_for_owners(connection, self.invitation)
    }
}

/// To the person who declined, and to all owners.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InvitationDeclinedEmail {
    pub organization: Title,
    pub slug: Slug,
    pub email: EmailAddress,
    pub role: Role,
    pub for_themselves: bool,
}

impl EmailTemplate for InvitationDeclinedEmail {
    const KIND: &'static str = "invitation_declined";

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        let Self { email, role, .. } = self;
        let organization = unlinked(self.organization.as_str());
        if self.for_themselves {
            return Draft::new(format!("You declined the invitation to {organization} on Roster"))
                .paragraph(format!(
                    "The invitation to join {organization} as {role} was declined, and its link no longer works."
                ))
                .note(
                    "If this is a mistake, open the link in the invitation once more: there you can ask for a new one.",
                );
        }
        Draft::new(format!("{email} declined the invitation to {organization} on Roster"))
            .paragraph(format!("{email} was invited to join {organization} as {role}, and declined."))
            .button("Open the Members tab", site.address(&format!("/{}/members", self.slug)))
            .to_owner(Owner::of(&self.organization, &self.slug, site))
    }
}
