//! What is posted when somebody's place in an organization changes.

pub mod settings;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::authority::Role;
use crate::ids::UndoId;
use crate::mail::{Draft, EmailTemplate, Owner, unlinked};
use crate::members::rules::notifications::NotificationTopic;
use crate::text::{Slug, Title, Username};
use crate::web::Site;
use crate::web::clock::Clock;

/// What became of someone.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MembershipNotice {
    Joined {
        role: Role,
        #[serde(default)]
        until: Option<NaiveDate>,
    },
    Left,
    Removed,
    RoleChanged {
        from: Role,
        to: Role,
    },
    HandedOver,
    Suspended {
        role: Role,
    },
    Restored {
        role: Role,
        #[serde(default)]
        until: Option<NaiveDate>,
    },
    Limited {
        until: Option<NaiveDate>,
    },
    EndsSoon {
        until: NaiveDate,
    },
    Ended {
        role: Role,
    },
    RemovalUndone {
        role: Role,
    },
    RoleChangeUndone {
        from: Role,
        to: Role,
    },
}

impl MembershipNotice {
    /// What it is to owners, of somebody who has or had a role.
    pub fn matter(&self, role: Role) -> NotificationTopic {
        match self {
            Self::RoleChanged { from, to } | Self::RoleChangeUndone { from, to } => {
                NotificationTopic::of_a_person(*from, *to)
            }
            Self::HandedOver => NotificationTopic::Ownership,
            Self::Joined { .. }
            | Self::Left
            | Self::Removed
            | Self::Suspended { .. }
            | Self::Restored { .. }
            | Self::Limited { .. }
            | Self::EndsSoon { .. }
            | Self::Ended { .. }
            | Self::RemovalUndone { .. } => NotificationTopic::of_a_person(role, role),
        }
    }
}

/// To the person, and to owners: what became of someone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MembershipEmail {
    pub organization: Title,
    pub slug: Slug,
    pub person: Username,
    pub by: String,
    pub news: MembershipNotice,
    pub for_themselves: bool,
    /// What undoes it, for those who may.
    #[serde(default)]
    pub undoing: Option<UndoId>,
    /// Whether owners get it whatever they chose.
    #[serde(default)]
    pub is_always_told: bool,
}

impl EmailTemplate for MembershipEmail {
    const KIND: &'static str = "membership";

    fn draft(&self, site: &Site, clock: Clock) -> Draft {
        let organization = unlinked(self.organization.as_str());
        let (person, by) = (&self.person, &self.by);
        let subject = match (&self.news, self.for_themselves) {
            (MembershipNotice::Joined { .. }, true) => format!("You joined {organization} on Roster"),
            (MembershipNotice::Joined { .. }, false) => format!("{person} joined {organization} on Roster"),
            (MembershipNotice::Left, true) => format!("You left {organization} on Roster"),
            (MembershipNotice::Left, false) => format!("{person} left {organization} on Roster"),
            (MembershipNotice::Removed, true) => format!("You were removed from {organization} on Roster"),
            (MembershipNotice::Removed, false) => format!("{person} was removed from {organization} on Roster"),
            (MembershipNotice::RoleChanged { to, .. }, true) => {
                format!("You are now {} of {organization} on Roster", to.noun())
            }
            (MembershipNotice::RoleChanged { to, .. }, false) => {
                format!("{person} is now {} of {organization} on Roster", to.noun())
            }
            (MembershipNotice::Suspended { .. }, true) => format!("You were suspended in {organization} on Roster"),
            (MembershipNotice::Suspended { .. }, false) => {
                format!("{person} was suspended in {organization} on Roster")
            }
            (MembershipNotice::Restored { .. }, true) => {
                format!("Your access to {organization} on Roster was restored")
            }
            (MembershipNotice::Restored { .. }, false) => {
                format!("Access of {person} to {organization} on Roster was restored")
            }
            (MembershipNotice::Limited { until: Some(day) }, true) => {
                format!("Your membership of {organization} on Roster ends with {}", clock.calendar(*day))
            }
            (MembershipNotice::Limited { until: Some(day) }, false) => {
                format!("The membership of {person} in {organization} on Roster ends with {}", clock.calendar(*day))
            }
            (MembershipNotice::Limited { until: None }, true) => {
                format!("Your membership of {organization} on Roster no longer has an end date")
            }
            (MembershipNotice::Limited { until: None }, false) => {
                format!("The membership of {person} in {organization} on Roster no longer has an end date")
            }
            (MembershipNotice::EndsSoon { .. }, true) => {
                format!("Your membership of {organization} on Roster ends soon")
            }
            (MembershipNotice::EndsSoon { .. }, false) => {
                format!("The membership of {person} in {organization} on Roster ends soon")
            }
            (MembershipNotice::Ended { .. }, true) => format!("Your membership of {organization} on Roster has ended"),
            (MembershipNotice::Ended { .. }, false) => {
                format!("The membership of {person} in {organization} on Roster has ended")
            }
            (MembershipNotice::RemovalUndone { .. }, true) => format!("You belong to {organization} on Roster again"),
            (MembershipNotice::RemovalUndone { .. }, false) => {
                format!("{person} belongs to {organization} on Roster again")
            }
            (MembershipNotice::RoleChangeUndone { to, .. }, true) => {
                format!("You are {} of {organization} on Roster again", to.noun())
            }
            (MembershipNotice::RoleChangeUndone { to, .. }, false) => {
                format!("{person} is {} of {organization} on Roster again", to.noun())
            }
            (MembershipNotice::HandedOver, true) => {
                format!("You are now the primary owner of {organization} on Roster")
            }
            (MembershipNotice::HandedOver, false) => {
                format!("{person} is now the primary owner of {organization} on Roster")
            }
        };
        let over = |day: NaiveDate| format!("when {} is over, at midnight UTC", clock.calendar(day));
        let until = |until: Option<NaiveDate>| {
            until.map(|day| format!(" The membership ends {}.", over(day))).unwrap_or_default()
        };
        let whose = if self.for_themselves { "your".to_owned() } else { format!("{person}’s") };
        let told = match &self.news {
            MembershipNotice::Joined { role, until: end } => {
                format!("The invitation was accepted, and {whose} role is {role}.{}", until(*end))
            }
            MembershipNotice::Left => "Access to the organization and its projects ended at once.".to_owned(),
            MembershipNotice::Removed => {
                format!("{by} ended the membership. Access to the organization and its projects ended at once.")
            }
            MembershipNotice::RoleChanged { from, to } => format!("{by} changed {whose} role from {from} to {to}."),
            MembershipNotice::Suspended { role } => format!(
                "{by} suspended the membership. Access to the organization and its projects ended at once; the place in it and the role {role} are kept, and an owner can restore them."
            ),
            MembershipNotice::Restored { role, until: end } => {
                format!("{by} restored the membership, with the role {role}.{}", until(*end))
            }
            MembershipNotice::Limited { until: Some(day) } => format!(
                "{by} set an end date: the membership is suspended {}. The place in the organization and the role are kept.",
                over(*day)
            ),
            MembershipNotice::Limited { until: None } => {
                format!("{by} took the end date away: the membership goes on.")
            }
            MembershipNotice::EndsSoon { until: day } => format!(
                "The membership is suspended {}. If {person} is to stay, set a later date, or none.",
                over(*day)
            ),
            MembershipNotice::Ended { role } => format!(
                "The last day is over, and access to the organization and its projects ended with it. The place in it and the role {role} are kept, and an owner can restore them."
            ),
            MembershipNotice::RemovalUndone { role } => {
                format!("{by} undid the removal: everything is as it was before, with the role {role}.")
            }
            MembershipNotice::RoleChangeUndone { from, to } => {
                format!("{by} undid a change of {whose} role: it is {to} again, no longer {from}.")
            }
            MembershipNotice::HandedOver => format!(
                "{by} handed the organization over. The primary owner cannot leave or be removed without handing it over again."
            ),
        };
        let draft = Draft::new(subject).paragraph(told);
        if !self.for_themselves {
            let draft = match self.undoing {
                Some(undoing) => draft
                    .button("Undo", site.address(&format!("/{}/undoings/{undoing}", self.slug)))
                    .note("It can be undone for 30 minutes after it was done."),
                None => draft.button("Open the Members tab", site.address(&format!("/{}/members", self.slug))),
            };
            let owner = Owner::of(&self.organization, &self.slug, site);
            return draft.to_owner(if self.is_always_told { owner.always() } else { owner });
        }
        let draft = draft.about_place(&organization);
        match &self.news {
            MembershipNotice::Left
            | MembershipNotice::Removed
            | MembershipNotice::Suspended { .. }
            | MembershipNotice::Ended { .. } => {
                draft.note("If you think this is a mistake, ask an owner of the organization.")
            }
            MembershipNotice::Joined { .. }
            | MembershipNotice::RoleChanged { .. }
            | MembershipNotice::HandedOver
            | MembershipNotice::Restored { .. }
            | MembershipNotice::Limited { .. }
            | MembershipNotice::EndsSoon { .. }
            | MembershipNotice::RemovalUndone { .. }
            | MembershipNotice::RoleChangeUndone { .. } => {
                draft.button("Open the organization", site.address(&format!("/{}", self.slug)))
            }
        }
    }
}
