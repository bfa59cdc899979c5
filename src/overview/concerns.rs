//! What wants attention, in the words and with the remedies in which the page shows it; the gravest first.

use chrono::{DateTime, Utc};

use super::rules::{COUNTED, SHOWN};
use super::store::{OverviewFacts, OwnerStatus, Quiet, Stuck};
use crate::authority::{Permission, Scope};
use crate::billing::cards::{Card, Outlook};
use crate::members::OrganizationMember;
use crate::web::clock::Clock;
use crate::web::show::{Moment, Picture, count, grouped};

/// Where two-factor authentication is turned on.
const TWO_FACTOR: &str = "/account/two-factor";

/// A link to where something is done.
pub struct Way {
    /// As it is shown.
    pub label: &'static str,
    /// Where it leads.
    pub href: String,
    /// Whether it asks in place where scripts run.
    pub asks: bool,
}

impl Way {
    const fn to(label: &'static str, href: String) -> Self {
        Self { label, href, asks: false }
    }
}

/// A button that does something at once.
pub struct NextStep {
    /// As it is shown.
    pub label: &'static str,
    /// Where it is posted.
    pub action: String,
    /// Where it is pressed, for what would otherwise lead to another page afterwards.
    pub from: Option<&'static str>,
}

/// One of those whom a concern is about.
pub struct Item {
    /// The picture of a person; an address has none.
    pub picture: Option<Picture>,
    /// The name people know, or the address.
    pub name: String,
    /// The username, where the name is another.
    pub username: Option<String>,
    /// A word about it.
    pub badge: Option<&'static str>,
    /// "Sent", "Expired", "Last active", before the moment.
    pub when: Option<(&'static str, Moment)>,
    /// Where the remedy is.
    pub way: Option<Way>,
    /// The remedy, at once.
    pub press: Option<NextStep>,
}

/// Something that wants attention.
pub struct Concern {
    /// For links and labels on the page.
    pub id: &'static str,
    /// Whether it cannot wait.
    pub is_grave: bool,
    /// In a few words.
    pub title: String,
    /// Why it matters, in a sentence.
    pub text: String,
    /// The remedies for all of it.
    pub ways: Vec<Way>,
    /// Whom it is about.
    pub items: Vec<Item>,
    /// That there are more, and where they are.
    pub more: Option<Way>,
}

/// How it is with who pays.
pub enum Billing {
    /// Nobody is named.
    Missing,
    /// Named, perhaps with a card.
    Kept(Option<Card>),
}

/// Everything that wants attention of a reader who may do something about it.
pub fn concerns(by: &OrganizationMember, sight: &OverviewFacts, billing: &Billing) -> Vec<Concern> {
    let (clock, now) = (by.clock(), by.now());
    let bills = by.may(Permission::ManageBilling);
    let invites = by.may(Permission::InviteMembers);
    let manages = by.may(Permission::ManageMembers);
    let all = [
        bills.then(|| card_over(by, billing)).flatten(),
        manages.then(|| only_owner(by, sight)).flatten(),
        manages.then(|| unguarded(by, &sight.unguarded)).flatten(),
        invites.then(|| failed(by, &sight.failed, clock, now)).flatten(),
        invites.then(|| expired(by, &sight.expired, clock, now)).flatten(),
        bills.then(|| card_soon(by, billing)).flatten(),
        bills.then(|| unbilled(by, billing)).flatten(),
        manages.then(|| review_due(by, sight, clock)).flatten(),
        manages.then(|| inactive(by, sight, clock)).flatten(),
    ];
    all.into_iter().flatten().collect()
}

/// "3 owners", or "More than 5 owners" of a list that is cut.
fn number(length: usize, one: &str) -> String {
    if length > SHOWN {
        format!("More than {SHOWN} {one}s")
    } else {
        count(i64::try_from(length).unwrap_or(i64::MAX), one)
    }
}

/// A person who reads this is an owner, so the only one is the reader.
fn only_owner(by: &OrganizationMember, sight: &OverviewFacts) -> Option<Concern> {
    if sight.owner_count > 1 {
        return None;
    }
    let mut ways = vec![Way::to("Invite an Owner", by.link("members#invite"))];
    if by.member_count() > 1 {
        ways.insert(0, Way::to("Make Someone an Owner", by.link("members")));
    }
    Some(Concern {
        id: "only-owner",
        is_grave: true,
        title: "You are the only owner".to_owned(),
        text: "When you are away, nobody else can invite or remove people, or pay. Add a second owner.".to_owned(),
        ways,
        items: Vec::new(),
        more: None,
    })
}

fn unguarded(by: &OrganizationMember, owners: &[OwnerStatus]) -> Option<Concern> {
    if owners.is_empty() {
        return None;
    }
    let item = |owner: &OwnerStatus| {
        let is_me = owner.id == by.me().account();
        Item {
            picture: Some(Picture::of_person(&owner.username, owner.display_name.as_ref()).showing(owner.picture_id)),
            name: owner.display_name.as_ref().map_or_else(|| owner.username.to_string(), ToString::to_string),
            username: owner.display_name.as_ref().map(|_| owner.username.to_string()),
            badge: is_me.then_some("You"),
            when: None,
            way: is_me.then(|| Way::to("Two-factor Authentication", TWO_FACTOR.to_owned())),
            press: (!is_me).then(|| NextStep {
                label: "Remind",
                action: by.link(&format!("members/{}/reminder", owner.username)),
                from: None,
            }),
        }
    };
    Some(Concern {
        id: "two-factor",
        is_grave: true,
        title: format!("{} without two-factor authentication", number(owners.len(), "owner")),
        text: "Anyone with an owner's password has full control. Remind sends them an email, at most once a day."
            .to_owned(),
        ways: Vec::new(),
        items: owners.iter().take(SHOWN).map(item).collect(),
        more: (owners.len() > SHOWN).then(|| Way::to("All members", by.link("members"))),
    })
}

/// The invitations of a list, each with Resend, which comes back here.
fn stuck(
    by: &OrganizationMember,
    all: &[Stuck],
    when: impl Fn(&Stuck) -> (&'static str, Moment),
) -> (Vec<Item>, Option<Way>) {
    let item = |one: &Stuck| Item {
        picture: None,
        name: one.email.clone(),
        username: None,
        badge: Some(one.role.label()),
        when: Some(when(one)),
        way: None,
        press: Some(NextStep {
            label: "Resend",
            action: by.link(&format!("invitations/{}/delivery", one.id)),
            from: Some("overview"),
        }),
    };
    let more = (all.len() > SHOWN).then(|| Way::to("All pending invites", by.link("members#pending")));
    (all.iter().take(SHOWN).map(item).collect(), more)
}

fn failed(by: &OrganizationMember, all: &[Stuck], clock: Clock, now: DateTime<Utc>) -> Option<Concern> {
    let (items, more) = stuck(by, all, |one| ("Sent", clock.seen(one.sent_at, now)));
    (!items.is_empty()).then(|| Concern {
        id: "undelivered",
        is_grave: true,
        title: format!("{} not delivered", number(all.len(), "invitation")),
        text: "The email could not be delivered. Check the address and send it again.".to_owned(),
        ways: Vec::new(),
        items,
        more,
    })
}

fn expired(by: &OrganizationMember, all: &[Stuck], clock: Clock, now: DateTime<Utc>) -> Option<Concern> {
    let (items, more) = stuck(by, all, |one| ("Expired", clock.seen(one.expires_at, now)));
    (!items.is_empty()).then(|| Concern {
        id: "expired",
        is_grave: false,
        title: format!("{} expired", number(all.len(), "invitation")),
        text: "Nobody answered in time. Resend sends the same link again, valid for the full period. Cancel it in Members."
            .to_owned(),
        ways: Vec::new(),
        items,
        more,
    })
}

/// A concern about who pays: its remedy is Modify.
fn bill(by: &OrganizationMember, id: &'static str, is_grave: bool, title: &str, text: String) -> Concern {
    Concern {
        id,
        is_grave,
        title: title.to_owned(),
        text,
        ways: vec![Way::to("Modify", by.link("settings/billing"))],
        items: Vec::new(),
        more: None,
    }
}

/// The card, if it stands so with it.
fn card_that_is(billing: &Billing, outlook: Outlook, now: DateTime<Utc>) -> Option<&Card> {
    match billing {
        Billing::Kept(Some(card)) if card.expiry.outlook(now) == outlook => Some(card),
        _ => None,
    }
}

fn card_over(by: &OrganizationMember, billing: &Billing) -> Option<Concern> {
    let card = card_that_is(billing, Outlook::Over, by.now())?;
    let Card { brand, last_four, expiry } = card;
    let text = format!("The {brand} card ending in {last_four} was valid to {expiry}. Put another one in its place.");
    Some(bill(by, "card", true, "The card has expired", text))
}

fn card_soon(by: &OrganizationMember, billing: &Billing) -> Option<Concern> {
    let card = card_that_is(billing, Outlook::Soon, by.now())?;
    let Card { brand, last_four, expiry } = card;
    let text = format!("The {brand} card ending in {last_four} is valid to {expiry}. Put another one in its place.");
    Some(bill(by, "card", false, "The card expires soon", text))
}

fn unbilled(by: &OrganizationMember, billing: &Billing) -> Option<Concern> {
    let text = "Say who pays for the organization, and where the bill goes.".to_owned();
    matches!(billing, Billing::Missing).then(|| bill(by, "billing", false, "No billing details yet", text))
}

fn review_due(by: &OrganizationMember, sight: &OverviewFacts, clock: Clock) -> Option<Concern> {
    let since = clock.day(sight.review_due_since?).words;
    Some(Concern {
        id: "review",
        is_grave: false,
        title: "An access review is due".to_owned(),
        text: format!(
            "On {since}, 90 days had gone by without one. Go through everyone who belongs, and keep, change or remove each."
        ),
        ways: vec![Way::to("Access Review", by.link("reviews"))],
        items: Vec::new(),
        more: None,
    })
}

fn inactive(by: &OrganizationMember, sight: &OverviewFacts, clock: Clock) -> Option<Concern> {
    if sight.inactive.is_empty() {
        return None;
    }
    let item = |person: &Quiet| {
        let removable = person.id != by.me().account() && person.id != by.primary_owner();
        Item {
            picture: Some(
                Picture::of_person(&person.username, person.display_name.as_ref()).showing(person.picture_id),
            ),
            name: person.display_name.as_ref().map_or_else(|| person.username.to_string(), ToString::to_string),
            username: person.display_name.as_ref().map(|_| person.username.to_string()),
            badge: (person.id == by.primary_owner()).then_some("Primary owner"),
            when: Some(("Last active", clock.day(person.last_active_at))),
            way: removable.then(|| Way {
                label: "Remove",
                href: by.link(&format!("members/{}/removal", person.username)),
                asks: true,
            }),
            press: None,
        }
    };
    let people = match sight.inactive_count {
        more if more > COUNTED => format!("More than {} people", grouped(COUNTED)),
        1 => "1 person".to_owned(),
        people => format!("{} people", grouped(people)),
    };
    let length = usize::try_from(sight.inactive_count).unwrap_or(usize::MAX);
    Some(Concern {
        id: "inactive",
        is_grave: false,
        title: format!("{people} {} not been here for 90 days", if length == 1 { "has" } else { "have" }),
        text: "Unused access is a risk. Remove anyone who no longer needs access.".to_owned(),
        ways: Vec::new(),
        items: sight.inactive.iter().map(item).collect(),
        more: (length > sight.inactive.len()).then(|| Way::to("All members", by.link("members"))),
    })
}
