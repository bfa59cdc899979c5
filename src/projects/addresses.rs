//! Which URL a project has within its organization: the rules of names.
//!
//! The URL comes from the name, and both are given once: a project keeps every URL it ever had (old
//! links go on working), and what belonged to a deleted project is never given again. Only a name
//! that says nothing a URL can hold, or a word that pages here need, gets a number.

use unicode_normalization::UnicodeNormalization;

use super::rules::NameRefusal;
use crate::ids::ProjectId;
use crate::text::{Slug, Title};

/// Longest URL of a project, in characters.
pub const MOST: usize = 60;

/// What a project is called in its URL when its name leaves nothing for one.
const NAMELESS: &str = "project";

/// Words that stand, or may come to stand, at a project's place in the addresses of an organization;
/// compared without hyphens.
const RESERVED: [&str; 69] = [
    "account",
    "activity",
    "add",
    "address",
    "addresses",
    "admin",
    "api",
    "audit",
    "avatar",
    "billing",
    "card",
    "confirm",
    "create",
    "dashboard",
    "delete",
    "deletion",
    "delivery",
    "departure",
    "edit",
    "events",
    "export",
    "exports",
    "feed",
    "files",
    "handover",
    "help",
    "history",
    "home",
    "import",
    "invitation",
    "invitations",
    "invite",
    "invites",
    "invoices",
    "join",
    "leave",
    "link",
    "links",
    "member",
    "members",
    "membership",
    "memberships",
    "new",
    "newproject",
    "organization",
    "overview",
    "owner",
    "owners",
    "people",
    "permissions",
    "picture",
    "plan",
    "projects",
    "removal",
    "restoration",
    "restorations",
    "review",
    "reviews",
    "roles",
    "search",
    "security",
    "settings",
    "static",
    "teams",
    "transfer",
    "trash",
    "undoings",
    "usage",
    "webhooks",
];

/// Whether a page of the organization is at an address, so that no project can.
pub fn is_reserved(slug: &str) -> bool {
    let bare: String = slug.chars().filter(|c| *c != '-').collect();
    RESERVED.contains(&bare.as_str())
}

/// What names are compared by: those that differ only in case, width or spaces are the same.
pub fn key(name: &Title) -> String {
    let folded: String = name.as_str().nfkc().flat_map(char::to_lowercase).nfkc().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The beginning of the URLs that a name may get.
pub fn beginning(name: &Title) -> String {
    let suggestion = Slug::suggestion(name.as_str(), MOST);
    if suggestion.is_empty() { NAMELESS.to_owned() } else { suggestion }
}

/// An address that was given in this organization.
#[derive(Clone, Debug)]
pub struct Given {
    /// The address.
    pub slug: String,
    /// The name it was given for.
    pub name_key: String,
    /// Whose it is; a deleted project's is nobody's.
    pub project: Option<ProjectId>,
    /// Whether it is the project's current one.
    pub is_current: bool,
}

/// The URL for a name. `given` are the addresses that begin alike and those of the same name, read
/// under the lock; `own` is the project that is to bear the name, if there is one.
pub fn address(name: &Title, given: &[Given], own: Option<ProjectId>) -> Result<Slug, NameRefusal> {
    let (key, suggestion, beginning) = (key(name), Slug::suggestion(name.as_str(), MOST), beginning(name));
    let is_numbered = suggestion.is_empty() || is_reserved(&suggestion);
    let is_own = |one: &&Given| own.is_some() && one.project == own;
    let claims = |one: &Given| one.name_key == key || (!is_numbered && one.slug == beginning);
    if let Some(other) = given.iter().find(|one| claims(one) && !is_own(one)) {
        return Err(match (other.project, other.is_current) {
            (None, _) => NameRefusal::Deleted,
            (Some(_), true) => NameRefusal::Taken,
            (Some(_), false) => NameRefusal::HadBefore,
        });
    }
    if !is_numbered {
        return Ok(Slug::stored(beginning));
    }
    let numbered = |number: usize| match number {
        1 => beginning.clone(),
        _ => format!("{}-{number}", beginning.get(..MOST - 4).unwrap_or(&beginning).trim_end_matches('-')),
    };
    let mut free = (1..).map(numbered).filter(|slug| !is_reserved(slug));
    let fits = |slug: &String| given.iter().filter(|one| one.slug == *slug).all(|one| is_own(&one));
    // There are more numbers than addresses, so one fits.
    Ok(Slug::stored(free.find(fits).unwrap_or(beginning.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(text: &str) -> Title {
        Title::parse(text).unwrap()
    }

    fn given(slug: &str, name: &str, project: Option<ProjectId>, is_current: bool) -> Given {
        Given { slug: slug.into(), name_key: key(&title(name)), project, is_current }
    }

    #[test]
    fn a_url_comes_from_the_name() {
        let slug = |name: &str| address(&title(name), &[], None).unwrap().to_string();
        assert_eq!(slug("Difference Engine No. 2"), "difference-engine-no-2");
        assert_eq!(slug("日本"), "project");
        assert_eq!(slug("Members"), "members-2");
        assert_eq!(slug("New-Project"), "new-project-2");
        assert!(slug(&"long name ".repeat(8)).len() <= MOST);
    }

    #[test]
    fn a_name_is_given_once() {
        let (one, other) = (ProjectId::fresh(), ProjectId::fresh());
        let living = [given("engine", "Engine", Some(one), true)];
        let renamed = [given("engine", "Engine", Some(one), false)];
        let deleted = [given("engine", "Engine", None, true)];
        for name in ["Engine", "ENGINE!", "Ｅｎｇｉｎｅ"] {
            assert_eq!(address(&title(name), &living, None), Err(NameRefusal::Taken));
            assert_eq!(address(&title(name), &living, Some(other)), Err(NameRefusal::Taken));
            assert_eq!(address(&title(name), &renamed, Some(other)), Err(NameRefusal::HadBefore));
            assert_eq!(address(&title(name), &deleted, Some(other)), Err(NameRefusal::Deleted));
            assert!(address(&title(name), &living, Some(one)).is_ok());
            assert!(address(&title(name), &renamed, Some(one)).is_ok());
        }
    }

    #[test]
    fn names_without_letters_for_a_url_are_told_apart_too() {
        let (one, other) = (ProjectId::fresh(), ProjectId::fresh());
        let taken = [given("project", "日本", Some(one), true), given("project-2", "東京", None, true)];
        assert_eq!(address(&title("大阪"), &taken, None).unwrap().as_str(), "project-3");
        assert_eq!(address(&title("大阪"), &taken, Some(one)).unwrap().as_str(), "project");
        assert_eq!(address(&title("東京"), &taken, Some(one)), Err(NameRefusal::Deleted));
        assert_eq!(address(&title("日本"), &taken, Some(other)), Err(NameRefusal::Taken));
    }

    #[test]
    fn pages_of_the_organization_are_never_covered() {
        for slug in ["members", "new-project", "newproject", "set-tings", "billing", "activity", "projects"] {
            assert!(is_reserved(slug), "{slug}");
        }
        assert!(!is_reserved("difference-engine"));
    }
}
