//! Values that several features share: text that has been judged once and needs no second look.
//!
//! Each has a private field and one way in, `parse`, whose error is a sentence for the person who
//! typed it.

pub mod cards;

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use zeroize::Zeroizing;

pub use cards::{is_luhn, no_card_number};

/// What is wrong with a typed value, as a sentence for the one who typed it.
pub type FieldError = Cow<'static, str>;

/// An error for a line that must hold something.
pub const REQUIRED: FieldError = Cow::Borrowed("This is required.");

macro_rules! text {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// What a row holds: it was judged when it was written.
            pub const fn stored(text: String) -> Self {
                Self(text)
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str(&self.0)
            }
        }
    )+};
}

text! {
    /// A mail address in the one form it is kept and compared in: ASCII, lower case.
    EmailAddress,
    /// A person's name for signing in and in addresses: lower case, never with an `@`.
    Username,
    /// A part of an address: lower-case letters, digits, single hyphens between them.
    Slug,
    /// The name of an organization or a project: one plain line.
    Title,
    /// How a person wishes to be called: one plain line that holds no address of anything.
    PersonName,
}

impl EmailAddress {
    /// Longest address, in characters (RFC 5321).
    pub const MOST: usize = 254;

    /// Judges an address. ASCII only: two that look alike, or fold to the same letters in some
    /// language, must never be one (INV-40), and mail goes to the address that was stored.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        const FORM: FieldError = Cow::Borrowed("Enter an address like name@example.org.");
        let address = typed.trim();
        if address.is_empty() {
            return Err(REQUIRED);
        }
        if address.len() > Self::MOST {
            return Err(FORM);
        }
        if !address.is_ascii() {
            return Err("Only plain letters without accents can be used in an address here.".into());
        }
        let (local, domain) = address.split_once('@').ok_or(FORM)?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c);
        let label = |part: &str| {
            (1..=63).contains(&part.len())
                && !part.starts_with('-')
                && !part.ends_with('-')
                && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        let local_stands =
            (1..=64).contains(&local.len()) && local.chars().all(plain) && !local.split('.').any(str::is_empty);
        let domain_stands = domain.contains('.') && domain.split('.').all(label);
        if !local_stands || !domain_stands {
            return Err(FORM);
        }
        Ok(Self(address.to_ascii_lowercase()))
    }
}

impl Username {
    /// Judges a username: 3 to 40 letters, digits, hyphens and underscores, in any case, kept in
    /// lower case.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        let name = typed.trim();
        if name.is_empty() {
            return Err(REQUIRED);
        }
        if !(3..=40).contains(&count_characters(name, 40)) {
            return Err("Use 3 to 40 characters.".into());
        }
        let name = name.to_ascii_lowercase();
        if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
            return Err("Use the letters a to z, digits, hyphens and underscores only.".into());
        }
        if name.starts_with(['-', '_']) || name.ends_with(['-', '_']) {
            return Err("Begin and end with a letter or a digit.".into());
        }
        no_card_number(&name)?;
        Ok(Self(name))
    }
}

impl Slug {
    /// Judges the URL of an organization: 3 to 40 characters.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        Self::parse_within(typed, 3, 40)
    }

    /// Judges a slug of `least` to `most` characters.
    pub fn parse_within(typed: &str, least: usize, most: usize) -> Result<Self, FieldError> {
        let slug = typed.trim();
        if slug.is_empty() {
            return Err(REQUIRED);
        }
        let length = || FieldError::from(format!("Use {least} to {most} characters."));
        if count_characters(slug, most) > most {
            return Err(length());
        }
        if !slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
            return Err("Use lower-case letters a to z, digits and hyphens only.".into());
        }
        if slug.len() < least {
            return Err(length());
        }
        if slug.starts_with('-') || slug.ends_with('-') {
            return Err("Begin and end with a letter or a digit.".into());
        }
        if slug.contains("--") {
            return Err("Put single hyphens between words.".into());
        }
        no_card_number(slug)?;
        Ok(Self(slug.to_owned()))
    }

    /// The slug that a name suggests, at most `most` characters, perhaps none at all: accents are
    /// dropped, and whatever is no letter or digit becomes one hyphen. `static/js/slug.js` does the
    /// same while the name is typed.
    pub fn suggestion(name: &str, most: usize) -> String {
        let mut slug = String::new();
        // What stands further behind has no room.
        for c in name.chars().take(8 * most).nfkd().filter(|c| !is_combining_mark(*c)) {
            let c = c.to_ascii_lowercase();
            if c.is_ascii_alphanumeric() {
                slug.push(c);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        slug.truncate(most);
        slug.trim_matches('-').to_owned()
    }
}

impl Title {
    /// Longest title, in characters.
    pub const MOST: usize = 80;

    /// Judges a name that many people will read, on pages and in mail.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        let title = composed(typed, Self::MOST)?;
        if title.is_empty() {
            return Err(REQUIRED);
        }
        plain_line(&title)?;
        let lower = title.to_ascii_lowercase();
        if lower.contains("://") || lower.contains("www.") {
            return Err("A name cannot hold a web address.".into());
        }
        Ok(Self(title))
    }

    /// At most two capital letters that stand for the name in its picture.
    pub fn initials(&self) -> String {
        initials(&self.0)
    }
}

impl PersonName {
    /// Longest name, in characters.
    pub const MOST: usize = 80;

    /// Judges how a person wishes to be called. A person who reads it trusts the page or the email it stands
    /// in, so it holds nothing that is an address, or that a program would make a link of (INV-36).
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        let Title(name) = Title::parse(typed)?;
        if name.contains(['@', '＠']) {
            return Err("A name cannot contain an email address.".into());
        }
        if has_domain(&name) {
            return Err("A name cannot hold a web address. Put a space behind a dot.".into());
        }
        Ok(Self(name))
    }
}

/// How many characters are in a text, counted to one more than the most that may.
pub fn count_characters(text: &str, most: usize) -> usize {
    text.chars().take(most + 1).count()
}

/// A text without the spaces around it, in NFC, of at most so many characters. Before it is composed each of them
/// may be written as four: what is longer is refused unread.
pub fn composed(typed: &str, most: usize) -> Result<String, FieldError> {
    let typed = typed.trim();
    let text: Option<String> = (count_characters(typed, 4 * most) <= 4 * most).then(|| typed.nfc().collect());
    match text {
        Some(text) if count_characters(&text, most) <= most => Ok(text),
        _ => Err(format!("Use at most {most} characters.").into()),
    }
}

/// Whether something in a text reads like `example.org`: a dot inside a word, with two letters or digits
/// or more behind it. Initials, as in `J.R.R. Tolkien`, have one.
fn has_domain(text: &str) -> bool {
    // Browsers take these for dots, too.
    let mut parts = text.split(['.', '\u{3002}', '\u{ff0e}', '\u{ff61}']);
    let mut before = parts.next().unwrap_or_default();
    parts.any(|behind| {
        let is_inside = before.ends_with(|c: char| !c.is_whitespace()) && behind.starts_with(char::is_alphanumeric);
        before = behind;
        let word = behind.chars().take_while(|c| c.is_alphanumeric() || *c == '-' || is_combining_mark(*c));
        is_inside && word.count() >= 2
    })
}

/// How a person is named in plain text: by the username, which is theirs alone, and after it by what they
/// wish to be called, which anybody may choose. In this order no chosen name passes for another's.
pub fn named(username: &Username, display_name: Option<&PersonName>) -> String {
    match display_name {
        Some(name) => format!("{username} ({name})"),
        None => username.to_string(),
    }
}

/// Refuses in a line of text what would harm those who read it: control characters, what turns the
/// direction of the rest, what cannot be seen, piled-up marks (ORG-03, ORG-13, MAIL-01), and what
/// may be a card number (PAY-03). The database checks the same.
pub fn plain_line(text: &str) -> Result<(), FieldError> {
    let hidden = |c: char| matches!(c, '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{ffff}');
    if text.chars().any(|c| c.is_control() || hidden(c)) {
        return Err("Remove the characters that cannot be seen.".into());
    }
    if text.nfd().collect::<Vec<_>>().windows(5).any(|run| run.iter().all(|c| is_combining_mark(*c))) {
        return Err("Too many marks on one letter.".into());
    }
    no_card_number(text)
}

/// At most two capital letters for a name: of its first and its last word.
pub fn initials(name: &str) -> String {
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let firsts = match words.as_slice() {
        [] => name.chars().next().into_iter().collect(),
        [only] => only.chars().take(2).collect::<String>(),
        [first, .., last] => first.chars().take(1).chain(last.chars().take(1)).collect(),
    };
    firsts.to_uppercase()
}

/// Text that is wiped from memory when dropped and never shows itself: a typed password or card
/// number.
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text in.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text, for the one function that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_in_one_form() {
        assert_eq!(EmailAddress::parse(" Grace@Example.ORG ").unwrap().as_str(), "grace@example.org");
    }

    #[test]
    fn addresses_that_could_be_two_or_carry_more_are_refused() {
        for typed in [
            "",
            "grace",
            "grace@",
            "@example.org",
            "grace@example",
            "a@b@c.org",
            "a,b@example.org",
            "a b@example.org",
            "a@example.org\r\nBcc: x@y.org",
            "\"<svg onload=1>\"@x.io",
            "gra\u{212a}e@example.org",
            "ı@example.org",
            "ſ@example.org",
            "İ@example.org",
            "a..b@example.org",
            ".a@example.org",
            "a@-example.org",
            "a@example..org",
        ] {
            assert!(EmailAddress::parse(typed).is_err(), "{typed:?}");
        }
    }

    #[test]
    fn slugs_have_one_form() {
        assert!(Slug::parse("acme-2").is_ok());
        for typed in ["", "ab", "Acme", "-acme", "acme-", "ac--me", "acme corp", "acmé", "a".repeat(41).as_str()] {
            assert!(Slug::parse(typed).is_err(), "{typed:?}");
        }
    }

    #[test]
    fn a_name_suggests_a_slug() {
        assert_eq!(Slug::suggestion("  Ärzte & Söhne GmbH ", 40), "arzte-sohne-gmbh");
        assert_eq!(Slug::suggestion("日本", 40), "");
        assert_eq!(Slug::suggestion(&"abc ".repeat(30), 40).len(), 40 - 1);
    }

    #[test]
    fn titles_are_plain() {
        assert_eq!(Title::parse(" Analytical  Engines ").unwrap().as_str(), "Analytical  Engines");
        assert!(Title::parse("Ünïcode 🚀 社").is_ok());
        let long = "x".repeat(81);
        let marks = format!("a{}", "\u{301}".repeat(80));
        for typed in [
            "",
            "  ",
            "a\u{202e}b",
            "a\u{200b}b",
            "a\nb",
            "a\0b",
            "\u{fffd}",
            "Click http://evil.tld",
            "www.evil.tld",
            "4111 1111 1111 1111",
            &long,
            &marks,
        ] {
            assert!(Title::parse(typed).is_err(), "{typed:?}");
        }
    }

    #[test]
    fn people_are_called_as_they_wish_but_by_no_address() {
        for typed in [
            "Ada Lovelace",
            "J.R.R. Tolkien",
            "Dr. Grace Hopper Jr.",
            "社会 🚀",
            "O’Neill-Müller",
            "Ada (she/her)",
            "A.D.A",
        ] {
            assert_eq!(PersonName::parse(typed).map(|name| name.to_string()), Ok(typed.to_owned()));
        }
        for typed in [
            "",
            "evil.tld",
            "See evil.tld now",
            "Dr.Hopper",
            "a.b.evil.tld",
            "evil。tld",
            "evil．tld",
            "evil｡tld",
            "192.0.2.10",
            "bücher.example",
            "x\u{331}.tld",
            "xn.xn--p1ai",
            "https://x",
            "WWW.x",
            "ada@localhost",
            "ada＠example",
            "a\u{202e}b",
            "a\u{200b}b",
            "4111 1111 1111 1111",
            &"x".repeat(81),
        ] {
            assert!(PersonName::parse(typed).is_err(), "{typed:?}");
        }
    }

    #[test]
    fn no_chosen_name_passes_for_another() {
        let mallory = Username::parse("mallory").unwrap();
        assert_eq!(named(&mallory, None), "mallory");
        let chosen = PersonName::parse("Grace (grace)").unwrap();
        assert!(named(&mallory, Some(&chosen)).starts_with("mallory ("));
    }

    #[test]
    fn secrets_do_not_show() {
        assert_eq!(format!("{:?}", Secret::new("hunter2".into())), "Secret");
    }

    #[test]
    fn initials_stand_for_a_name() {
        assert_eq!(initials("Analytical Engines"), "AE");
        assert_eq!(initials("grace"), "GR");
        assert_eq!(initials("The Royal Society"), "TS");
    }
}
