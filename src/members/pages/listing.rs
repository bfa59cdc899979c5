//! The form that finds people on the Members tab, and the addresses of its lists.

use super::Choice;
use crate::authority::Permission;
use crate::members::OrganizationMember;
use crate::members::rules::listing::{Kind, Listing, ListingFilter, Order, Seen};
use crate::web::Field;
use crate::web::paging::Cursor;

/// With so few people everybody is in sight, and nothing is offered to find them.
const IN_SIGHT: i32 = 10;

/// The form, and what is chosen in it.
pub struct Finder {
    /// Where it leads.
    pub action: String,
    /// What is looked for, as the field is called.
    pub label: &'static str,
    /// What to do where nobody is found.
    pub advice: &'static str,
    /// What was typed.
    pub text: Field,
    /// What they are.
    pub kind: Field,
    /// What they can be.
    pub kinds: Vec<Choice>,
    /// Two-factor authentication and the last visit, for those who may ask.
    pub more: Option<MoreFilters>,
    /// In which order.
    pub sort: Field,
    /// The orders to choose from.
    pub sorts: Vec<Choice>,
    /// Whether more is chosen than what was typed: it is in sight then.
    pub is_open: bool,
    /// What leaves people out: each with the address of the list without it.
    pub chosen: Vec<(String, String)>,
    /// The list of everyone.
    pub everyone: String,
    /// What of the address was not understood.
    pub left_out: Option<String>,
}

/// What only owners can ask.
pub struct MoreFilters {
    /// Two-factor authentication.
    pub guarded: Field,
    /// On or off.
    pub guardeds: Vec<Choice>,
    /// The last visit.
    pub seen: Field,
    /// When it can have been.
    pub last_seen_choices: Vec<Choice>,
}

/// Whether somebody may ask when others were here and how they are guarded.
pub fn sees_more(by: &OrganizationMember) -> bool {
    by.may(Permission::ManageMembers)
}

/// Where a list of people is, beside a page of the invitations.
pub fn address(by: &OrganizationMember, listing: &Listing, pending: Option<Cursor>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(listing.query());
    query.extend_pairs(pending.map(|at| ("pending", at.written())));
    match query.finish().as_str() {
        "" => by.link("members"),
        query => format!("{}?{query}", by.link("members")),
    }
}

fn choice(value: impl Into<String>, label: impl Into<String>) -> Choice {
    Choice { value: value.into(), label: label.into() }
}

/// Everything, and then each by itself.
fn any_or(any: &str, each: impl Iterator<Item = Choice>) -> Vec<Choice> {
    std::iter::once(choice("", any)).chain(each).collect()
}

impl Finder {
    /// The form above a list; none where everybody is in sight and nothing was asked.
    pub fn of(by: &OrganizationMember, listing: &Listing, left_out: &[&str]) -> Option<Self> {
        let is_asked = !listing.query().is_empty() || !left_out.is_empty();
        if by.member_count() <= IN_SIGHT && !is_asked {
            return None;
        }
        let query = listing.query();
        let value = |name: &str| {
            let found = query.iter().find(|(key, _)| *key == name);
            Field::filled(found.map_or("", |(_, value)| value.as_str()))
        };
        let sees_more = sees_more(by);
        let more = sees_more.then(|| MoreFilters {
            guarded: value("two_factor"),
            guardeds: any_or("On or off", [choice("on", "On"), choice("off", "Off")].into_iter()),
            seen: value("seen"),
            last_seen_choices: any_or("Any time", Seen::ALL.into_iter().map(|seen| choice(seen.key(), seen.label()))),
        });
        let orders = Order::ALL.into_iter().filter(|order| order.is_for(sees_more));
        let (parts, begin) = (listing.parts(), Listing { order: listing.order, ..Listing::default() });
        let (label, advice) = if by.may(Permission::SeeAddresses) {
            ("Name or Email", "Check the spelling, or leave something out. An email is looked for once its @ is typed.")
        } else {
            ("Name", "Check the spelling, or leave something out.")
        };
        Some(Self {
            action: by.link("members"),
            label,
            advice,
            text: Field::filled(listing.text.as_str()),
            kind: value("kind"),
            kinds: any_or("All roles", Kind::ALL.into_iter().map(|kind| choice(kind.key(), kind.label()))),
            more,
            sort: Field::filled(listing.order.key()),
            sorts: orders.map(|order| choice(order.key(), order.label())).collect(),
            is_open: listing.order != Order::default() || parts.iter().any(|(part, _)| *part != ListingFilter::Text),
            chosen: parts.into_iter().map(|(part, told)| (told, address(by, &listing.without(part), None))).collect(),
            everyone: address(by, &begin, None),
            left_out: (!left_out.is_empty()).then(|| {
                format!("The address asks for what is not offered here, which was left out: {}.", left_out.join(", "))
            }),
        })
    }
}
