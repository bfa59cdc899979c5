//! What is above every page of an organization.

use crate::authority::{EffectiveRole, Permission};
use crate::members::OrganizationMember;
use crate::text::{Slug, Title};
use crate::web::show::Picture;

/// A tab of an organization.
pub struct OrganizationTab {
    /// As it is shown.
    pub label: &'static str,
    /// Where it leads.
    pub href: String,
    /// Whether this is the page.
    pub current: bool,
}

/// What is above every page of an organization: its picture and name, and the tabs its reader
/// may open.
pub struct OrganizationLayout {
    /// The organization's name.
    pub name: String,
    /// Its picture.
    pub picture: Picture,
    /// The tabs.
    pub tabs: Vec<OrganizationTab>,
}

impl OrganizationLayout {
    /// The frame for a person, with the tab that is open.
    pub fn of(by: &OrganizationMember, here: &str) -> Self {
        Self::around(by.name(), by.picture(), by.slug(), by.standing(), here)
    }

    /// The frame around a page of an organization for someone of a standing in it: for scopes of other
    /// features.
    pub fn around(name: &Title, picture: Picture, slug: &Slug, standing: EffectiveRole, here: &str) -> Self {
        let tabs = [
            ("Overview", "/overview", Permission::ManageMembers),
            ("Projects", "", Permission::SeeProjects),
            ("Members", "/members", Permission::SeeOrganization),
            ("Activity", "/activity", Permission::SeeActivity),
            ("Settings", "/settings", Permission::ManageBilling),
        ];
        let tabs = tabs.into_iter().filter(|(.., permission)| standing.allows(*permission));
        let tabs = tabs.map(|(label, rest, _)| OrganizationTab {
            label,
            href: format!("/{slug}{rest}"),
            current: label == here,
        });
        Self { name: name.to_string(), picture, tabs: tabs.collect() }
    }
}
