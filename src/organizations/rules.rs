//! What is true of organizations: which URLs they can have, what a change of their settings comes
//! down to, and what becomes of a deleted one.

use chrono::{DateTime, Utc};

use crate::audit_log::ActivityCategory;
use crate::members::changed::Setting;
use crate::text::{FieldError, Slug, Title};

/// The longest URL of an organization, in characters.
pub const LONGEST: usize = 40;

/// Words that are no organization's URL: the first segments of our own addresses, and what a reader
/// would take for a page of Roster itself. Without separators, and in order, so that `sign-in`,
/// `signin` and `si-gn-in` are one (ORG-02).
const RESERVED: &[&str] = &[
    "abuse",
    "account",
    "accounts",
    "activity",
    "addressclaims",
    "admin",
    "administrator",
    "all",
    "api",
    "app",
    "apps",
    "assets",
    "auth",
    "billing",
    "blog",
    "bot",
    "cdn",
    "changelog",
    "confirm",
    "confirmation",
    "confirmations",
    "contact",
    "create",
    "createaccount",
    "createorganization",
    "css",
    "dashboard",
    "data",
    "delete",
    "deletion",
    "demo",
    "dev",
    "developers",
    "docs",
    "documentation",
    "download",
    "downloads",
    "edit",
    "email",
    "error",
    "everyone",
    "explore",
    "export",
    "faq",
    "favicon",
    "feed",
    "feedback",
    "forgotpassword",
    "forum",
    "graphql",
    "health",
    "healthz",
    "help",
    "home",
    "icons",
    "images",
    "img",
    "import",
    "index",
    "info",
    "invitation",
    "invitations",
    "invite",
    "invites",
    "join",
    "js",
    "legal",
    "livez",
    "localhost",
    "login",
    "logout",
    "mail",
    "media",
    "members",
    "metrics",
    "new",
    "news",
    "noreply",
    "notifications",
    "null",
    "oauth",
    "operator",
    "organization",
    "organizations",
    "orgs",
    "owner",
    "password",
    "passwordstrength",
    "pictures",
    "postmaster",
    "pricing",
    "privacy",
    "profile",
    "project",
    "projects",
    "public",
    "readyz",
    "reauthentication",
    "register",
    "resetpassword",
    "restorations",
    "robots",
    "root",
    "roster",
    "search",
    "security",
    "sessions",
    "settings",
    "setup",
    "signin",
    "signout",
    "signup",
    "sitemap",
    "static",
    "status",
    "support",
    "terms",
    "undefined",
    "user",
    "users",
    "webhooks",
];

/// Whether a word is kept for Roster itself.
pub fn is_reserved(word: &str) -> bool {
    let bare: String = word.chars().filter(|c| *c != '-').collect();
    RESERVED.binary_search(&bare.as_str()).is_ok()
}

/// Judges the URL of an organization.
pub fn address(typed: &str) -> Result<Slug, FieldError> {
    let slug = Slug::parse(typed)?;
    if is_reserved(slug.as_str()) {
        return Err("This word is kept for Roster itself. Choose another one.".into());
    }
    Ok(slug)
}

/// The URL that a name suggests, or what to start from and why it is not enough.
pub fn suggested(name: &Title) -> Result<Slug, (String, FieldError)> {
    let suggestion = Slug::suggestion(name.as_str(), LONGEST);
    address(&suggestion).map_err(|error| {
        let told = if suggestion.is_empty() {
            "The name suggests no URL: choose one of 3 to 40 letters a to z, digits and hyphens.".into()
        } else {
            format!("The name suggests this URL, which cannot be used. {error}").into()
        };
        (suggestion, told)
    })
}

/// What owners set: as it is kept, and as it is wished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationSettings {
    /// The organization's name.
    pub name: Title,
    /// Its URL.
    pub slug: Slug,
    /// How often it was changed: a form that knows another number is stale.
    pub version: i32,
}

/// The settings have changed since the form was drawn (ORG-17).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stale;

/// What a change of the settings comes down to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    /// It gets another name.
    pub renames: bool,
    /// It gets another URL.
    pub moves: bool,
}

impl OrganizationSettings {
    /// What the wished settings change, for the email that tells it.
    pub fn told(&self, wished: &Self) -> Vec<Setting> {
        let url = |slug: &Slug| format!("/{slug}");
        let name = Setting::changed("Organization Name", self.name.as_str(), wished.name.as_str());
        name.into_iter().chain(Setting::changed("URL", &url(&self.slug), &url(&wished.slug))).collect()
    }

    /// What leads to the wished settings; none when they are so already, by an earlier click, say.
    pub fn steps_to(&self, wished: &Self) -> Result<Option<Steps>, Stale> {
        let steps = Steps { renames: self.name != wished.name, moves: self.slug != wished.slug };
        if !steps.renames && !steps.moves {
            return Ok(None);
        }
        if self.version != wished.version {
            return Err(Stale);
        }
        Ok(Some(steps))
    }
}

/// What becomes of an organization that is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeletionMode {
    /// It is erased at once.
    Erased,
    /// It is hidden, and can be restored for so many days; then it is erased.
    Hidden {
        /// How many, at least one.
        days: u32,
    },
}

impl DeletionMode {
    /// By the operator's setting.
    pub const fn after(restore_days: u32) -> Self {
        match restore_days {
            0 => Self::Erased,
            days => Self::Hidden { days },
        }
    }
}

/// Which part of the audit log a reader looks for; all of it where nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// Who did it, by the name they had then.
    pub by: Option<String>,
    /// What it is about.
    pub topic: Option<ActivityCategory>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_words_can_be_found() {
        assert!(RESERVED.is_sorted());
        for word in RESERVED {
            assert!(word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()), "{word}");
            assert!(is_reserved(word));
        }
    }

    #[test]
    fn separators_make_no_other_word() {
        for word in ["sign-in", "signin", "s-i-g-n-in", "create-account", "reset-password", "account"] {
            assert!(is_reserved(word), "{word}");
            assert!(address(word).is_err(), "{word}");
        }
        for word in ["acme", "account-2", "signing-in", "adminton"] {
            assert!(address(word).is_ok(), "{word}");
        }
    }

    #[test]
    fn a_name_suggests_its_url_or_says_why_not() {
        let suggest = |name: &str| suggested(&Title::parse(name).unwrap());
        assert_eq!(suggest("Analytical Engines").unwrap().as_str(), "analytical-engines");
        for (name, start) in [("🚀🚀🚀", ""), ("社会", ""), ("Ab", "ab"), ("Sign in", "sign-in")] {
            assert_eq!(suggest(name).unwrap_err().0, start, "{name}");
        }
        let longest = "W".repeat(Title::MOST);
        assert_eq!(suggest(&longest).unwrap().as_str().len(), LONGEST);
    }

    #[test]
    fn a_stale_form_changes_nothing_unless_it_wishes_what_is() {
        let settings = |name: &str, slug: &str, version| OrganizationSettings {
            name: Title::parse(name).unwrap(),
            slug: Slug::parse(slug).unwrap(),
            version,
        };
        let kept = settings("Acme", "acme", 2);
        assert_eq!(kept.steps_to(&settings("Acme", "acme", 1)), Ok(None));
        assert_eq!(kept.steps_to(&settings("Acme Ltd", "acme", 1)), Err(Stale));
        assert_eq!(kept.steps_to(&settings("Acme", "acme-ltd", 3)), Err(Stale));
        let both = Steps { renames: true, moves: true };
        assert_eq!(kept.steps_to(&settings("Acme Ltd", "acme-ltd", 2)), Ok(Some(both)));
    }

    #[test]
    fn no_days_means_at_once() {
        assert_eq!(DeletionMode::after(0), DeletionMode::Erased);
        assert_eq!(DeletionMode::after(14), DeletionMode::Hidden { days: 14 });
    }
}
