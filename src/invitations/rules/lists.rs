//! Reading a list of addresses in whatever shape people have it.
//!
//! Parsers of mail headers read a list as a whole or not at all; here each entry stands for itself, and what
//! cannot be read is kept and said. Nothing is left out silently: what holds no address is an entry of its own,
//! unless an address follows it on the same line, whose name it is then.
//!
//! Reading stops at the first entry too many, and of each entry no more is judged than is kept, so a list costs
//! what its length costs (COST-4).

use crate::authority::Role;
use crate::text::{EmailAddress, no_card_number, plain_line};

/// No list has more entries.
pub const MOST: usize = 10_000;

/// No form with a list is larger, in bytes: as many lines as a list may have, with long names.
pub const LARGEST: usize = 2 * 1024 * 1024;

/// A list has more entries than [`MOST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

/// What is kept of an entry that cannot be read, in emails.
const KEPT: usize = 80;

/// Words that are over a column of addresses.
const HEADS: [&str; 6] = ["email", "e-mail", "mail", "address", "email address", "e-mail address"];

/// One entry of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// An address, and the role beside it if there was one.
    Address(EmailAddress, Option<Role>),
    /// Neither: as it was written, and why.
    Unreadable(String, String),
}

impl Entry {
    fn unreadable(written: &str, why: impl Into<String>) -> Self {
        Self::Unreadable(plain(written, KEPT), why.into())
    }

    /// The address, where it holds one.
    pub fn address(&self) -> Option<&str> {
        match self {
            Self::Address(email, _) => Some(email.as_str()),
            Self::Unreadable(..) => None,
        }
    }

    /// What is in a cell, of which this is the address, with the role beside it.
    fn of(address: &str, cell: &str, role: Option<&str>) -> Self {
        let email = match EmailAddress::parse(address) {
            Ok(email) => email,
            Err(why) => return Self::unreadable(cell, why),
        };
        match role.map(str::trim).filter(|role| !role.is_empty()) {
            None => Self::Address(email, None),
            Some(word) => match role_of(word) {
                Some(role) => Self::Address(email, Some(role)),
                None => Self::unreadable(cell, format!("There is no role “{}”.", plain(word, 20))),
            },
        }
    }
}

/// So many emails of what somebody wrote, as it can be kept and shown: in one line, and without the number of a card
/// (PAY-03).
fn plain(written: &str, most: usize) -> String {
    let seen = |c: char| if plain_line(c.encode_utf8(&mut [0; 4])).is_ok() { c } else { ' ' };
    let kept: String = written.trim().chars().take(most).map(seen).collect();
    match no_card_number(&kept) {
        Ok(()) => kept.trim().to_owned(),
        Err(_) => "(a long number)".to_owned(),
    }
}

/// The role that a word names, in any letter case.
fn role_of(word: &str) -> Option<Role> {
    Role::ALL.into_iter().find(|role| role.label().eq_ignore_ascii_case(word.trim()))
}

/// Reads what was pasted: entries between commas, semicolons, tabs and lines, each an address alone, with a name
/// before it, or in angle brackets; a role may follow on the same line.
pub fn pasted(text: &str) -> Result<Vec<Entry>, TooMany> {
    let mut entries = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let begins = entries.len();
        let mut names: Vec<&str> = Vec::new();
        for cell in cells(line) {
            if entries.len() + names.len() > MOST {
                return Err(TooMany);
            }
            let mut addresses = addresses(cell).peekable();
            if addresses.peek().is_some() {
                names.clear();
                let room = MOST + 1 - entries.len();
                entries.extend(addresses.take(room).map(|address| Entry::of(address, cell, None)));
            } else if let (Some(role), Some(Entry::Address(_, beside @ None))) =
                (role_of(cell), entries.get_mut(begins..).and_then(<[Entry]>::last_mut))
            {
                *beside = Some(role);
            } else if !(at == 0 && begins == entries.len() && is_head(cell)) {
                names.push(cell);
            }
        }
        entries.extend(names.into_iter().map(|name| Entry::unreadable(name, "This holds no address.")));
        if entries.len() > MOST {
            return Err(TooMany);
        }
    }
    Ok(entries)
}

fn is_head(cell: &str) -> bool {
    let word = cell.trim_matches(['"', ' ']);
    if word.len() > KEPT {
        return false;
    }
    let word = word.to_lowercase();
    HEADS.contains(&word.as_str()) || ["name", "role"].contains(&word.as_str())
}

/// The parts of a line between commas, semicolons and tabs, but for those in quotes or angle brackets.
fn cells(line: &str) -> impl Iterator<Item = &str> {
    let (last_quote, last_bracket) = (line.rfind('"'), line.rfind('>'));
    let (mut inside, mut at) = (None, 0);
    let ends = move |c: char| {
        let begun = at;
        at += c.len_utf8();
        match (inside, c) {
            (Some(mark), c) if c == mark => inside = None,
            (Some(_), _) => {}
            // A mark that nothing closes is a letter like any other.
            (None, '"') if last_quote > Some(begun) => inside = Some('"'),
            (None, '<') if last_bracket > Some(begun) => inside = Some('>'),
            (None, ',' | ';' | '\t') => return true,
            _ => {}
        }
        false
    };
    line.split(ends).map(str::trim).filter(|cell| !cell.is_empty())
}

/// The addresses in a cell: the one in angle brackets, or every word with an `@`.
fn addresses(cell: &str) -> impl Iterator<Item = &str> {
    let bracketed = cell.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>'));
    let (bracketed, rest) = match bracketed {
        Some((address, _)) => (Some(address.trim()), ""),
        None => (None, cell),
    };
    let words = rest.split_whitespace().filter(|word| word.contains('@'));
    let words = words.map(|word| word.trim_matches(['"', '\'', '(', ')', '<', '>', '[', ']']));
    bracketed.into_iter().chain(words).map(|word| word.trim_start_matches("mailto:"))
}

/// Reads a file of comma-separated values, or of semicolons or tabs as spreadsheets write them. A first row of
/// names says which column is which; without one the address is found by its `@`, and a role may be behind it.
pub fn csv(text: &str) -> Result<Vec<Entry>, TooMany> {
    let first = text.lines().next().unwrap_or_default();
    let delimiter =
        *b",;\t".iter().max_by_key(|mark| first.bytes().filter(|byte| byte == *mark).count()).unwrap_or(&b',');
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let (mut entries, mut columns) = (Vec::new(), None);
    for (at, record) in reader.records().enumerate() {
        if entries.len() > MOST {
            return Err(TooMany);
        }
        let record = match record {
            Ok(record) => record,
            Err(_) => {
                entries.push(Entry::unreadable("", "This row cannot be read."));
                continue;
            }
        };
        let place = |fits: &dyn Fn(&str) -> bool| record.iter().position(|cell| fits(cell.trim()));
        if at == 0 && place(&|cell| cell.contains('@')).is_none() {
            columns = place(&|cell| cell.len() <= KEPT && HEADS.contains(&cell.to_lowercase().as_str()))
                .map(|email| (email, place(&|cell| cell.eq_ignore_ascii_case("role"))));
            if columns.is_some() {
                continue;
            }
        }
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let found = columns.or_else(|| {
            let email = place(&|cell| cell.contains('@'))?;
            Some((email, Some(email + 1)))
        });
        let cell = found.and_then(|(email, _)| record.get(email)).unwrap_or_default();
        let role = found.and_then(|(_, role)| record.get(role?));
        let mut addresses = addresses(cell).peekable();
        if addresses.peek().is_some() {
            let room = MOST + 1 - entries.len();
            entries.extend(addresses.take(room).map(|address| Entry::of(address, cell, role)));
        } else {
            // More cells are never kept.
            let written = record.iter().take(KEPT).collect::<Vec<_>>().join(" ");
            entries.push(Entry::unreadable(&written, "This holds no address."));
        }
    }
    if entries.len() > MOST { Err(TooMany) } else { Ok(entries) }
}

/// What was pasted and what is in a file, together.
pub fn both(pasted_text: &str, file: &str) -> Result<Vec<Entry>, TooMany> {
    let mut entries = pasted(pasted_text)?;
    entries.extend(csv(file)?);
    if entries.len() > MOST { Err(TooMany) } else { Ok(entries) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Addresses as they are, with the role after a slash; what cannot be read after an exclamation mark.
    fn told(entries: &[Entry]) -> Vec<String> {
        let told = entries.iter().map(|entry| match entry {
            Entry::Address(email, None) => email.to_string(),
            Entry::Address(email, Some(role)) => format!("{email}/{role}"),
            Entry::Unreadable(written, _) => format!("!{written}"),
        });
        told.collect()
    }

    #[test]
    fn addresses_are_pasted_in_any_shape() {
        for (typed, expected) in [
            ("a@x.org, b@x.org; c@x.org\td@x.org\ne@x.org", "a@x.org b@x.org c@x.org d@x.org e@x.org"),
            ("Ada Lovelace <Ada@X.org>, \"Hopper, Grace\" <grace@x.org>", "ada@x.org grace@x.org"),
            ("Hopper, Grace <grace@x.org>", "grace@x.org"),
            ("Ada Lovelace ada@x.org", "ada@x.org"),
            ("mailto:a@x.org <mailto:b@x.org>", "b@x.org"),
            ("a@x.org b@x.org\r\n\r\n  c@x.org  ", "a@x.org b@x.org c@x.org"),
            ("'a@x.org' (b@x.org)", "a@x.org b@x.org"),
            ("a@x.org, Owner\nb@x.org\tmember", "a@x.org/Owner b@x.org/Member"),
            ("Name\tEmail\tRole\nAda\ta@x.org\towner", "a@x.org/Owner"),
            ("O\"Brien <o@x.org>, p@x.org", "o@x.org p@x.org"),
            ("", ""),
        ] {
            assert_eq!(told(&pasted(typed).unwrap()).join(" "), expected, "{typed:?}");
        }
    }

    #[test]
    fn nothing_is_left_out_silently() {
        for (typed, expected) in [
            ("grace", "!grace"),
            ("a@x.org, grace", "a@x.org !grace"),
            ("a@@x.org", "!a@@x.org"),
            ("gräce@x.org", "!gräce@x.org"),
            ("<>", "!<>"),
            ("Ada <ada@x>", "!Ada <ada@x>"),
            ("4111 1111 1111 1111", "!(a long number)"),
            ("a\u{202e}b", "!a b"),
        ] {
            assert_eq!(told(&pasted(typed).unwrap()).join(" "), expected, "{typed:?}");
        }
        let long = "x".repeat(5_000);
        assert_eq!(told(&pasted(&long).unwrap())[0].len(), KEPT + 1);
    }

    #[test]
    fn files_of_spreadsheets_are_read() {
        for (text, expected) in [
            ("email,role\na@x.org,owner\nb@x.org,\n", "a@x.org/Owner b@x.org"),
            ("Role;Name;E-Mail\nMember;\"Hopper; Grace\";grace@x.org\n", "grace@x.org/Member"),
            ("a@x.org\r\nb@x.org\r\n", "a@x.org b@x.org"),
            ("Ada,a@x.org,Owner\n", "a@x.org/Owner"),
            ("email,role\na@x.org,king\n", "!a@x.org"),
            ("name,email\n\"Hopper, Grace\",\"Grace <g@x.org>\"\nnobody,\n", "g@x.org !nobody"),
            ("", ""),
        ] {
            assert_eq!(told(&csv(text).unwrap()).join(" "), expected, "{text:?}");
        }
    }

    /// Nothing is read behind the first entry too many, whatever separates them.
    #[test]
    fn cost_4_reading_stops_at_the_first_entry_too_many() {
        for (entry, fits) in [("a\n", MOST), ("a,", MOST), ("a@x.org ", MOST), ("a@x.org\n", MOST), ("@ ", MOST)] {
            assert_eq!(pasted(&entry.repeat(fits)).map(|entries| entries.len()), Ok(MOST), "{entry:?}");
            assert_eq!(pasted(&entry.repeat(fits + 1)), Err(TooMany), "{entry:?}");
        }
        for entry in ["a\n", "a@x.org\n", "a@x.org b@x.org\n"] {
            assert_eq!(csv(&entry.repeat(LARGEST / entry.len())), Err(TooMany), "{entry:?}");
        }
        assert_eq!(both(&"a@x.org\n".repeat(MOST), "").map(|entries| entries.len()), Ok(MOST));
        assert_eq!(both(&"a@x.org\n".repeat(MOST), "b@x.org\n"), Err(TooMany));
    }
}
