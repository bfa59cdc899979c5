//! What a project is.

use std::fmt;

use chrono::{DateTime, Utc};
use url::Url;

use crate::ids::ProjectId;
use crate::text::{FieldError, Slug, Title, count_characters, no_card_number, plain_line};

/// Who sees a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// The people of its organization.
    Private,
    /// Anybody.
    Public,
}

impl Visibility {
    /// Both, the safer first, as a form offers them.
    pub const ALL: [Self; 2] = [Self::Private, Self::Public];

    /// Reads it from a form. Nothing is guessed.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        Self::ALL.into_iter().find(|one| one.key() == typed).ok_or_else(|| "Choose who sees this project.".into())
    }

    /// What a row holds. What cannot be read stays among the members.
    pub fn stored(key: &str) -> Self {
        if key == Self::Public.key() { Self::Public } else { Self::Private }
    }

    /// As it is kept and posted.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Public => "public",
        }
    }

    /// As it is shown.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Private => "Private",
            Self::Public => "Public",
        }
    }

    /// What it means.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Private => "Only the people of this organization see it.",
            Self::Public => "Anybody who has its address sees it, signed in or not.",
        }
    }
}

/// What a project is about: plain lines, perhaps none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description(String);

impl Description {
    /// Longest description, in characters.
    pub const MOST: usize = 2000;

    /// Judges a description, line by line.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        let typed = typed.trim();
        if count_characters(typed, 4 * Self::MOST) > 4 * Self::MOST {
            return Err("Use at most 2,000 characters.".into());
        }
        let text = typed.replace("\r\n", "\n").replace('\r', "\n").replace('\t', " ");
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        let text = lines.join("\n").trim().to_owned();
        if text.chars().count() > Self::MOST {
            return Err("Use at most 2,000 characters.".into());
        }
        text.lines().try_for_each(plain_line)?;
        // Nor one that is spread over several lines.
        no_card_number(&text)?;
        Ok(Self(text))
    }

    /// What a row holds.
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its paragraphs, each with its lines: an empty line parts them.
    pub fn paragraphs(&self) -> Vec<Vec<String>> {
        let lines: Vec<&str> = self.0.lines().collect();
        lines
            .split(|line| line.is_empty())
            .filter(|lines| !lines.is_empty())
            .map(|lines| lines.iter().map(ToString::to_string).collect())
            .collect()
    }
}

/// Where more about a project is on the web, perhaps nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebAddress(String);

impl WebAddress {
    /// Longest address, in characters.
    pub const MOST: usize = 500;

    /// Judges an address. It becomes a link, so it can only lead to a web page: nothing that a browser
    /// would run, and no password on the way.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Ok(Self::default());
        }
        if count_characters(typed, Self::MOST) > Self::MOST {
            return Err("Use at most 500 characters.".into());
        }
        let lower = typed.to_ascii_lowercase();
        if !(lower.starts_with("https://") || lower.starts_with("http://")) {
            return Err("Begin with https:// or http://.".into());
        }
        // A parser of addresses drops them in silence, and the address would not be the one that was read.
        if typed.chars().any(char::is_control) {
            return Err("Remove the characters that cannot be seen.".into());
        }
        let url = Url::parse(typed).map_err(|_| FieldError::from("Enter an address like https://example.org."))?;
        if url.host_str().is_none_or(str::is_empty) {
            return Err("Enter an address like https://example.org.".into());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("Leave out the name and password: everyone who sees the project would see them.".into());
        }
        let written = url.to_string();
        if written.len() > Self::MOST {
            return Err("Use at most 500 characters.".into());
        }
        if !written.bytes().all(|b| b.is_ascii_graphic()) {
            return Err("Enter an address like https://example.org.".into());
        }
        Ok(Self(written))
    }

    /// What a row holds.
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The address itself; empty for none.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part that people read: without the scheme, and without a lonely slash.
    pub fn short(&self) -> &str {
        self.0.split_once("://").map_or(self.0.as_str(), |(_, rest)| rest).trim_end_matches('/')
    }
}

/// What people say of a project, all of it judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectDetails {
    /// Its name.
    pub name: Title,
    /// What it is about.
    pub description: Description,
    /// Where more stands.
    pub web_address: WebAddress,
    /// Who sees it.
    pub visibility: Visibility,
}

/// A project.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its row.
    pub id: ProjectId,
    /// Its current URL within the organization.
    pub slug: Slug,
    /// What people say of it.
    pub details: ProjectDetails,
    /// Raised by each change, so that a stale form is noticed.
    pub version: i32,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub modified_at: DateTime<Utc>,
}

/// Why a project cannot have a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameRefusal {
    /// Another project has it.
    Taken,
    /// Another project had it, and its old links lead there.
    HadBefore,
    /// It belonged to a project that was deleted; it is never reused.
    Deleted,
}

impl fmt::Display for NameRefusal {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Taken => "Another project here has this name, or one that leads to the same URL; choose another.",
            Self::HadBefore => "Another project here had this name, and its old links still work; choose another.",
            Self::Deleted => "This name belonged to a project that was deleted; choose another.",
        })
    }
}

/// Why a project is not created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreateRefusal {
    /// It cannot have that name.
    Name(NameRefusal),
    /// The same form made a project in another organization.
    FormUsed,
}

/// Why a project is not changed.
#[derive(Clone, Debug)]
pub enum ChangeRefusal {
    /// There is no such project here.
    NotHere,
    /// It cannot have that name.
    Name(NameRefusal),
    /// Somebody saved it after the form was opened. Holds what is there now.
    Stale(Box<Project>),
}

/// Why a project is not deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeleteProjectError {
    /// There is no such project here.
    NotHere,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_public_by_mistake() {
        assert_eq!(Visibility::parse("public"), Ok(Visibility::Public));
        for typed in ["", "Public", "public ", "open"] {
            assert!(Visibility::parse(typed).is_err(), "{typed:?}");
        }
        assert_eq!(Visibility::stored("?"), Visibility::Private);
    }

    #[test]
    fn descriptions_are_plain_lines() {
        let description = Description::parse(" First.\r\nStill first. \r\n\r\n\r\nSecond.\n").unwrap();
        assert_eq!(description.as_str(), "First.\nStill first.\n\n\nSecond.");
        assert_eq!(description.paragraphs(), vec![vec!["First.", "Still first."], vec!["Second."]]);
        assert!(Description::parse("").unwrap().paragraphs().is_empty());
        assert!(Description::parse(&"ü".repeat(2000)).is_ok());
        let long = "x".repeat(2001);
        for typed in ["a\0b", "a\u{202e}b", "card: 4111 1111 1111 1111", &long] {
            assert!(Description::parse(typed).is_err(), "{typed:?}");
        }
    }

    #[test]
    fn web_addresses_lead_to_web_pages_only() {
        assert_eq!(WebAddress::parse(" https://Example.org ").unwrap().as_str(), "https://example.org/");
        assert_eq!(
            WebAddress::parse("https://example.org/a b/ü").unwrap().as_str(),
            "https://example.org/a%20b/%C3%BC"
        );
        assert_eq!(WebAddress::parse("http://bücher.example").unwrap().short(), "xn--bcher-kva.example");
        assert_eq!(WebAddress::parse("  ").unwrap(), WebAddress::default());
        let long = format!("https://example.org/{}", "x".repeat(500));
        for typed in [
            "example.org",
            "javascript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "ftp://example.org",
            "https://",
            "https://ada:secret@example.org",
            "https://exa\nmple.org",
            "//example.org",
            &long,
        ] {
            assert!(WebAddress::parse(typed).is_err(), "{typed:?}");
        }
    }
}
