//! The pages of Roster by their names: those of oneself, and those of an organization that one may open.

use super::rules::{Fit, Wanted};
use super::store::SearchableOrganization;
use crate::accounts::pages::account_links;
use crate::authority::Permission;
use crate::help::topics;
use crate::members::pages::OrganizationLayout;
use crate::web::show::Picture;

/// A page that can be gone to.
#[derive(Debug, PartialEq, Eq)]
pub struct PageResult {
    /// As it is called where it is linked.
    pub label: String,
    /// Where it stands: in Account Settings, in an organization.
    pub within: String,
    /// Its address.
    pub href: String,
    /// Other words that people have for it.
    also: &'static str,
}

impl PageResult {
    fn new(label: &str, within: &str, href: &str, also: &'static str) -> Self {
        Self { label: label.to_owned(), within: within.to_owned(), href: href.to_owned(), also }
    }

    /// How well it fits: by its name, or together with the other words and with where it stands.
    pub fn fits(&self, wanted: &Wanted) -> Option<Fit> {
        let by_all = || wanted.fits(&format!("{} {} {}", self.label, self.also, self.within)).map(|_| Fit::Holds);
        wanted.fits(&self.label).or_else(by_all)
    }
}

/// The pages that most people want, for anyone who has typed nothing yet.
pub fn first() -> Vec<PageResult> {
    vec![
        PageResult::new("Your Dashboard", "", "/dashboard", "home start overview"),
        PageResult::new("Your Organizations", "", "/organizations", "switch"),
        PageResult::new("Create a New Organization", "", "/account/organizations/new", "found add team"),
        PageResult::new("Account Settings", "", "/account", "preferences profile"),
    ]
}

/// The pages that are the same for everybody.
pub fn of_everybody() -> Vec<PageResult> {
    let mut places = first();
    places.push(PageResult::new("All Projects", "", "/dashboard/projects", "recently modified"));
    let links = account_links("").into_iter().filter(|link| link.href != "/account");
    places.extend(links.map(|link| PageResult::new(link.label, "Account Settings", link.href, also(link.href))));
    places.push(PageResult::new("Delete this Account", "Account Settings", "/account/deletion", "close remove"));
    places.push(PageResult::new("Help", "", "/help", "manual how"));
    places
}

/// What the manual tells.
pub fn of_manual() -> Vec<PageResult> {
    topics::all().map(|topic| PageResult::new(topic.title, "Help", &topic.href(), "")).collect()
}

/// What else a page of Account Settings is called.
fn also(href: &str) -> &'static str {
    match href {
        "/account/profile" => "display name username picture avatar",
        "/account/email-addresses" => "mail",
        "/account/two-factor" => "2fa totp authenticator code",
        "/account/passkeys" => "fingerprint security key",
        "/account/sessions" => "devices browsers sign out",
        "/account/security" => "recent sign-ins log",
        "/account/date-time-format" => "time zone clock",
        "/account/organizations" => "leave hand over",
        _ => "",
    }
}

/// The pages of an organization that somebody may open: its tabs, and what else has an address of its own.
pub fn of_organization(mine: &SearchableOrganization) -> Vec<PageResult> {
    let name = mine.name.as_str();
    let tabs = OrganizationLayout::around(&mine.name, Picture::of(name), &mine.slug, mine.standing, "").tabs;
    let mut places: Vec<PageResult> = tabs.iter().map(|tab| PageResult::new(tab.label, name, &tab.href, "")).collect();
    let others = [
        ("New Project", "new-project", "create add", Permission::WorkOnProjects),
        ("Invite a New Member", "members", "add people", Permission::InviteMembers),
        ("Who can do what", "permissions", "roles rights", Permission::SeeOrganization),
        ("Access Review", "reviews", "audit recertification keep remove people", Permission::ManageMembers),
        ("Billing details", "settings/billing", "card address invoice pay", Permission::ManageBilling),
    ];
    for (label, rest, also, permission) in others {
        if mine.standing.allows(permission) {
            places.push(PageResult::new(label, name, &format!("/{}/{rest}", mine.slug), also));
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::EffectiveRole;
    use crate::ids::OrganizationId;
    use crate::text::{Slug, Title};

    fn mine(standing: EffectiveRole) -> SearchableOrganization {
        let (name, slug) = (Title::parse("Acme Works").unwrap(), Slug::parse("acme-works").unwrap());
        SearchableOrganization {
            organization: OrganizationId::fresh(),
            name,
            slug,
            standing,
            member_count: 3,
            picture: None,
        }
    }

    #[test]
    fn pages_that_are_not_open_are_not_found() {
        let labels = |standing| -> Vec<String> {
            of_organization(&mine(standing)).into_iter().map(|place| place.label).collect()
        };
        assert!(labels(EffectiveRole::Owner).contains(&"Settings".to_owned()));
        for label in ["Settings", "Invite a New Member", "Billing details"] {
            assert!(!labels(EffectiveRole::Member).contains(&label.to_owned()), "{label}");
        }
    }

    #[test]
    fn a_page_is_found_by_its_name_with_its_organization_and_by_other_words() {
        let fits = |place: &PageResult, typed: &str| place.fits(&Wanted::read(typed));
        let members =
            of_organization(&mine(EffectiveRole::Owner)).into_iter().find(|place| place.label == "Members").unwrap();
        assert_eq!(fits(&members, "mem"), Some(Fit::Begins));
        assert_eq!(fits(&members, "acme mem"), Some(Fit::Holds));
        assert_eq!(fits(&members, "nimbus mem"), None);
        let found = of_everybody().into_iter().find(|place| fits(place, "2fa").is_some()).unwrap();
        assert_eq!(found.href, "/account/two-factor");
        let found = of_manual().into_iter().find(|place| fits(place, "hand over help").is_some()).unwrap();
        assert_eq!(found.href, "/help/leaving-and-handing-over");
    }
}
