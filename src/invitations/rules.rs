//! What is true of invitations.

pub mod lifetimes;
pub mod line_status;
pub mod lists;
pub mod requests;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::authority::Role;
use crate::ids::InvitationId;
use crate::text::EmailAddress;

/// Who is invited, and as what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Where the email goes, and whose it has to be to accept.
    pub email: EmailAddress,
    /// As what.
    pub role: Role,
}

/// How an invitation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A person who was invited joined.
    Accepted,
    /// A person who was invited said no.
    Declined,
    /// An owner took it back.
    Cancelled,
    /// Who sent it is no longer an owner, or suspended (INV-15).
    InviterLostOwnership,
    /// The address belongs to someone who left (INV-16).
    MemberRemoved,
    /// There is nothing to join any more.
    OrganizationDeleted,
}

impl Ending {
    /// As it is kept.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::InviterLostOwnership => "inviter_lost_ownership",
            Self::MemberRemoved => "member_removed",
            Self::OrganizationDeleted => "organization_deleted",
        }
    }

    /// Why, as the audit log tells it.
    pub const fn why(self) -> &'static str {
        match self {
            Self::Accepted => "they belong to the organization already",
            Self::Declined => "it was declined",
            Self::Cancelled => "it was cancelled",
            Self::InviterLostOwnership => "the person who sent it can no longer invite people",
            Self::MemberRemoved => "the address belongs to someone who left or was removed",
            Self::OrganizationDeleted => "the organization was deleted",
        }
    }
}

/// What became of the email.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It waits for its turn, perhaps not for the first time.
    Queued,
    /// A mail server took it.
    Delivered,
    /// It was refused, or nobody took it for two days.
    Failed,
}

impl Delivery {
    /// From the outbox; none of an email that is not worth telling of.
    pub fn of(state: &str) -> Option<Self> {
        match state {
            "queued" => Some(Self::Queued),
            "sent" => Some(Self::Delivered),
            "failed" => Some(Self::Failed),
            _ => None,
        }
    }
}

/// How somebody came by a link. It is part of the link, under its MAC.
///
/// The emailed link proves the mailbox: the person who opens it reads the invited address. The one that an
/// owner copies proves nothing of the kind, for the owner holds it too: were it a proof, anyone could
/// found an organization, invite an address that is not theirs, and have it as their own (ACC-04). Where no
/// email leaves, a copied link is the only way in. It then counts for the organization of its owner alone,
/// and the address is nobody's by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkSource {
    /// By mail.
    Mailed,
    /// From an owner, who copied it where email leaves.
    Copied,
    /// From an owner, who copied it where no email leaves.
    Handed,
}

impl LinkSource {
    /// As it is in the link.
    pub const fn generation(self) -> u16 {
        match self {
            Self::Mailed => 1,
            Self::Copied => 2,
            Self::Handed => 3,
        }
    }

    /// From a link.
    pub fn of(generation: u16) -> Option<Self> {
        [Self::Mailed, Self::Copied, Self::Handed].into_iter().find(|way| way.generation() == generation)
    }

    /// The link to copy.
    pub const fn copied(proof: MailProof) -> Self {
        match proof {
            MailProof::Sent => Self::Copied,
            MailProof::Shown => Self::Mailed,
            MailProof::None => Self::Handed,
        }
    }

    /// What a link that was come by in this way is worth: where no email leaves, none was ever mailed, so one that says
    /// so was copied by an earlier version.
    #[must_use]
    pub const fn at_most(self, proof: MailProof) -> Self {
        match (self, proof) {
            (Self::Mailed, MailProof::None) => Self::Handed,
            (way, _) => way,
        }
    }

    /// The more it is worth, the higher.
    const fn worth(self) -> u8 {
        match self {
            Self::Copied => 0,
            Self::Handed => 1,
            Self::Mailed => 2,
        }
    }
}

/// What email can prove here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailProof {
    /// It leaves by a mail server: who opens an emailed link reads the mailbox.
    Sent,
    /// It is shown to everybody on this machine alone, and proves as much as anything does there.
    Shown,
    /// It does not leave, and nobody is shown it.
    None,
}

/// The links that were opened in a browser recently, kept in its encrypted cookie: so the page of an
/// invitation has an address without a token in it (INV-32).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedLinks(Vec<OpenedLink>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct OpenedLink {
    invitation: InvitationId,
    way: LinkSource,
    /// Seconds since 1970.
    at: i64,
}

impl OpenedLinks {
    /// No more than these are kept, the latest ones.
    const MOST: usize = 5;

    /// So long an opened link stays open.
    const LASTS: TimeDelta = TimeDelta::hours(2);

    /// Keeps a link that was opened now. One that is worth more is not made less by another.
    pub fn keep(&mut self, invitation: InvitationId, way: LinkSource, now: DateTime<Utc>) {
        let earlier = self.way(invitation, now).filter(|earlier| earlier.worth() > way.worth());
        let way = earlier.unwrap_or(way);
        self.0.retain(|opening| opening.invitation != invitation && opening.is_live(now));
        self.0.push(OpenedLink { invitation, way, at: now.timestamp() });
        let over = self.0.len().saturating_sub(Self::MOST);
        self.0.drain(..over);
    }

    /// How the link of an invitation was come by, if it was opened recently.
    pub fn way(&self, invitation: InvitationId, now: DateTime<Utc>) -> Option<LinkSource> {
        self.0
            .iter()
            .find(|opening| opening.invitation == invitation && opening.is_live(now))
            .map(|opening| opening.way)
    }
}

impl OpenedLink {
    fn is_live(&self, now: DateTime<Utc>) -> bool {
        (0..OpenedLinks::LASTS.num_seconds()).contains(&(now.timestamp() - self.at))
    }
}

/// What an action at an invitation needs of the person who comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationAccess {
    /// To have opened the link, or to have the invited address: signed in or not.
    Invited,
    /// The same, signed in; or to be the one who accepted it already.
    InvitedPerson,
    /// To have opened a link that lets somebody without an account in: the one that was emailed to the invited address,
    /// or one that was handed over where no email leaves.
    Newcomer,
    /// To have opened the link that was emailed to the invited address, signed in; or to be the one who accepted
    /// already.
    MailboxPerson,
}

/// Who comes, as far as an invitation is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkHolder {
    /// Whether anyone is signed in.
    pub is_signed_in: bool,
    /// How they came by the link, if they opened it recently.
    pub way: Option<LinkSource>,
    /// Whether the invited address is a confirmed one of theirs.
    pub is_addressed: bool,
    /// Whether they are the one who accepted it.
    pub has_accepted: bool,
}

/// Why an action is out of somebody's reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessDenied {
    /// For them there is no such invitation, whether or not there is one.
    Dead,
    /// It is theirs, but they have to sign in.
    SignedOut,
}

impl InvitationAccess {
    /// Whether anyone who comes may do what needs this of an invitation.
    pub fn holds(self, caller: LinkHolder, is_open: bool) -> Result<(), AccessDenied> {
        let is_invited = is_open && (caller.way.is_some() || caller.is_addressed);
        let has_mailbox = is_open && caller.way == Some(LinkSource::Mailed);
        let known = match self {
            Self::Invited => is_invited,
            Self::InvitedPerson => is_invited || caller.has_accepted,
            Self::Newcomer => has_mailbox || is_open && caller.way == Some(LinkSource::Handed),
            Self::MailboxPerson => has_mailbox || caller.has_accepted,
        };
        let needs_person = matches!(self, Self::InvitedPerson | Self::MailboxPerson);
        match (known, needs_person && !caller.is_signed_in) {
            (false, _) => Err(AccessDenied::Dead),
            (true, true) => Err(AccessDenied::SignedOut),
            (true, false) => Ok(()),
        }
    }
}

/// An open invitation that ends with a membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AffectedInvitation {
    /// Who was invited.
    pub email: String,
    /// Who sent it.
    pub inviter: String,
    /// Whether it could not be accepted any more anyway.
    pub is_expired: bool,
}

impl AffectedInvitation {
    /// So many are shown one by one.
    pub const MOST: usize = 10;

    /// What ends, or only stops working, a sentence each; of many, the first and how many more.
    pub fn told(first: &[Self], number: usize, may_come_back: bool) -> Vec<String> {
        let (one, many) = if may_come_back { ("stops working", "stop working") } else { ("ends", "end") };
        let mut told: Vec<String> = first
            .iter()
            .take(Self::MOST)
            .map(|loose| {
                let kind = if loose.is_expired { "expired" } else { "open" };
                format!("The {kind} invitation of {}, which {} sent, {one}.", loose.email, loose.inviter)
            })
            .collect();
        match number.saturating_sub(Self::MOST) {
            0 => {}
            1 => told.push(format!("One more invitation {one}.")),
            more => told.push(format!("{more} more invitations {many}.")),
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minutes)
    }

    const NOBODY: LinkHolder = LinkHolder { is_signed_in: false, way: None, is_addressed: false, has_accepted: false };

    #[test]
    fn an_opened_link_lasts_two_hours() {
        let (mut opened, id) = (OpenedLinks::default(), InvitationId::fresh());
        opened.keep(id, LinkSource::Mailed, at(0));
        assert_eq!(opened.way(id, at(119)), Some(LinkSource::Mailed));
        assert_eq!(opened.way(id, at(120)), None);
        assert_eq!(opened.way(id, at(-1)), None, "a clock that went back opens nothing");
        assert_eq!(opened.way(InvitationId::fresh(), at(0)), None);
    }

    #[test]
    fn the_latest_five_links_are_kept() {
        let (mut opened, ids) = (OpenedLinks::default(), [(); 7].map(|()| InvitationId::fresh()));
        for id in ids {
            opened.keep(id, LinkSource::Mailed, at(0));
        }
        opened.keep(ids[6], LinkSource::Mailed, at(1));
        let kept: Vec<bool> = ids.iter().map(|id| opened.way(*id, at(1)).is_some()).collect();
        assert_eq!(kept, [false, false, true, true, true, true, true]);
    }

    #[test]
    fn a_copied_link_adds_nothing_to_a_mailed_one_and_takes_nothing_from_it() {
        let (mut opened, id) = (OpenedLinks::default(), InvitationId::fresh());
        opened.keep(id, LinkSource::Copied, at(0));
        assert_eq!(opened.way(id, at(0)), Some(LinkSource::Copied));
        opened.keep(id, LinkSource::Mailed, at(1));
        opened.keep(id, LinkSource::Copied, at(2));
        assert_eq!(opened.way(id, at(3)), Some(LinkSource::Mailed));
    }

    #[test]
    fn only_generations_that_were_given_are_known() {
        for way in [LinkSource::Mailed, LinkSource::Copied, LinkSource::Handed] {
            assert_eq!(LinkSource::of(way.generation()), Some(way));
        }
        assert!([0, 4, u16::MAX].into_iter().all(|generation| LinkSource::of(generation).is_none()));
    }

    #[test]
    fn a_copied_link_proves_no_mailbox_where_mail_leaves() {
        let caller = |way| LinkHolder { way: Some(way), is_signed_in: true, ..NOBODY };
        for reach in [InvitationAccess::Newcomer, InvitationAccess::MailboxPerson] {
            assert_eq!(reach.holds(caller(LinkSource::Mailed), true), Ok(()));
            assert_eq!(reach.holds(caller(LinkSource::Copied), true), Err(AccessDenied::Dead));
            assert_eq!(
                reach.holds(LinkHolder { is_addressed: true, is_signed_in: true, ..NOBODY }, true),
                Err(AccessDenied::Dead)
            );
        }
        assert_eq!(LinkSource::copied(MailProof::Sent), LinkSource::Copied);
        assert_eq!(LinkSource::Mailed.at_most(MailProof::Sent), LinkSource::Mailed);
    }

    /// AUTH-3: where no email leaves, a copied link brings somebody in, and gives nobody an address.
    #[test]
    fn auth_3_a_link_that_was_handed_over_proves_no_mailbox() {
        let caller = |way| LinkHolder { way: Some(way), is_signed_in: true, ..NOBODY };
        assert_eq!(LinkSource::copied(MailProof::None), LinkSource::Handed);
        assert_eq!(
            LinkSource::Mailed.at_most(MailProof::None),
            LinkSource::Handed,
            "a link that an earlier version copied"
        );
        for (reach, held) in [
            (InvitationAccess::Invited, Ok(())),
            (InvitationAccess::InvitedPerson, Ok(())),
            (InvitationAccess::Newcomer, Ok(())),
            (InvitationAccess::MailboxPerson, Err(AccessDenied::Dead)),
        ] {
            assert_eq!(reach.holds(caller(LinkSource::Handed), true), held, "{reach:?}");
            assert_eq!(reach.holds(caller(LinkSource::Handed), false), Err(AccessDenied::Dead), "{reach:?}");
        }
    }

    #[test]
    fn what_has_ended_is_dead_for_all_but_the_one_who_accepted() {
        let everyone =
            LinkHolder { is_signed_in: true, way: Some(LinkSource::Mailed), is_addressed: true, has_accepted: false };
        for reach in [
            InvitationAccess::Invited,
            InvitationAccess::InvitedPerson,
            InvitationAccess::Newcomer,
            InvitationAccess::MailboxPerson,
        ] {
            assert_eq!(reach.holds(everyone, false), Err(AccessDenied::Dead), "{reach:?}");
            assert_eq!(reach.holds(NOBODY, true), Err(AccessDenied::Dead), "{reach:?}");
        }
        let joined = LinkHolder { has_accepted: true, ..everyone };
        for (reach, held) in [
            (InvitationAccess::Invited, Err(AccessDenied::Dead)),
            (InvitationAccess::InvitedPerson, Ok(())),
            (InvitationAccess::Newcomer, Err(AccessDenied::Dead)),
            (InvitationAccess::MailboxPerson, Ok(())),
        ] {
            assert_eq!(reach.holds(joined, false), held, "{reach:?}");
        }
    }

    #[test]
    fn a_visitor_with_the_link_is_asked_to_sign_in_only_where_a_person_is_needed() {
        let visitor = LinkHolder { way: Some(LinkSource::Mailed), ..NOBODY };
        assert_eq!(InvitationAccess::Invited.holds(visitor, true), Ok(()));
        assert_eq!(InvitationAccess::Newcomer.holds(visitor, true), Ok(()));
        assert_eq!(InvitationAccess::InvitedPerson.holds(visitor, true), Err(AccessDenied::SignedOut));
        assert_eq!(InvitationAccess::MailboxPerson.holds(visitor, true), Err(AccessDenied::SignedOut));
    }

    #[test]
    fn of_many_that_end_the_first_are_told() {
        let loose =
            |is_expired| AffectedInvitation { email: "grace@example.org".into(), inviter: "ada".into(), is_expired };
        assert_eq!(
            AffectedInvitation::told(&[loose(false), loose(true)], 2, false),
            [
                "The open invitation of grace@example.org, which ada sent, ends.",
                "The expired invitation of grace@example.org, which ada sent, ends.",
            ]
        );
        let first = vec![loose(false); 10];
        assert_eq!(AffectedInvitation::told(&first, 13, false).last().unwrap(), "3 more invitations end.");
    }
}
