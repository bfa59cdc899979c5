//! What an export holds, in which order, and how much of it is written already.

use std::collections::VecDeque;

use serde_json::json;

use super::rules::Format;
use super::sheet::{Columns, Row, csv_rows, json, json_rows};
use super::{Export, store};
use crate::authority::{Permission, WithinOrganization};
use crate::billing;
use crate::db::{Asking, Read, Stop};
use crate::history::{Eyes, Happened};
use crate::ids::ReviewId;
use crate::members::Within;
use crate::organizations::{Line, Sought, activity};
use crate::web::paging::Cursor;

/// What is exported.
#[derive(Clone, Debug)]
pub enum Document {
    /// Who belongs.
    Members(Format),
    /// What happened, as far as it is sought.
    Activity(Format, Sought),
    /// What came of an access review.
    Review(Format, ReviewId),
    /// All of it, for a program.
    Organization,
}

impl Document {
    /// Its shape.
    pub const fn format(&self) -> Format {
        match self {
            Self::Members(format) | Self::Activity(format, _) | Self::Review(format, _) => *format,
            Self::Organization => Format::Json,
        }
    }

    /// What it is called, as a part of a file's name.
    pub const fn noun(&self) -> &'static str {
        match self {
            Self::Members(_) => "members",
            Self::Activity(..) => "activity",
            Self::Review(..) => "access-review",
            Self::Organization => "organization",
        }
    }
}

/// A list in an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Urls,
    Projects,
    Invitations,
    Members,
    Reviews,
    Decisions,
    Activity,
}

impl Section {
    /// Every list, in the order in which they stand in the export of an organization.
    const ALL: [Self; 7] =
        [Self::Urls, Self::Projects, Self::Invitations, Self::Members, Self::Reviews, Self::Decisions, Self::Activity];

    /// Who may read it: the same as on the pages.
    const fn needs(self) -> Permission {
        match self {
            Self::Urls | Self::Members => Permission::SeeOrganization,
            Self::Projects => Permission::SeeProjects,
            Self::Invitations => Permission::SeeAddresses,
            Self::Reviews | Self::Decisions => Permission::ManageMembers,
            Self::Activity => Permission::SeeActivity,
        }
    }

    const fn noun(self) -> &'static str {
        match self {
            Self::Urls => "urls",
            Self::Projects => "projects",
            Self::Invitations => "pending_invitations",
            Self::Members => "members",
            Self::Reviews => "access_reviews",
            Self::Decisions => "access_review_decisions",
            Self::Activity => "activity",
        }
    }

    const fn columns(self) -> Columns {
        match self {
            Self::Urls => store::URLS,
            Self::Projects => store::PROJECTS,
            Self::Invitations => store::INVITATIONS,
            Self::Members => store::MEMBERS,
            Self::Reviews => store::REVIEWS,
            Self::Decisions => store::DECISIONS,
            Self::Activity => ACTIVITY,
        }
    }
}

/// The columns of activity. What a program may want beside the sentence is nothing for a spreadsheet.
const ACTIVITY: Columns = Columns { names: &["at", "person", "kind", "event", "what", "details"], plain: 5 };

/// Where a list goes on.
#[derive(Clone, Debug)]
pub enum After {
    /// Behind the row of a moment and an id.
    Row(Cursor),
    /// Behind the row of an address.
    Slug(String),
    /// Behind the row of somebody in a review.
    Reviewed(ReviewId, String),
}

/// How much of an export is written.
#[derive(Clone, Debug)]
pub struct Progress {
    document: Document,
    left: VecDeque<Section>,
    after: Option<After>,
    /// Whether nothing is written yet of the document, and of the list.
    is_first: (bool, bool),
}

impl Progress {
    /// Nothing is written yet.
    pub fn of(document: Document) -> Self {
        let left = match document {
            Document::Members(_) => VecDeque::from([Section::Members]),
            Document::Activity(..) => VecDeque::from([Section::Activity]),
            Document::Review(..) => VecDeque::from([Section::Decisions]),
            Document::Organization => Section::ALL.into(),
        };
        Self { document, left, after: None, is_first: (true, true) }
    }
}

/// The next piece, and what is left after it.
pub fn next(read: &mut Read<Export>, mut progress: Progress) -> Result<(Vec<u8>, Option<Progress>), Stop> {
    let mut out = Vec::new();
    let is_whole = matches!(progress.document, Document::Organization);
    if progress.is_first.0 {
        progress.is_first.0 = false;
        if is_whole {
            open(read, &mut out)?;
        }
    }
    let Some(section) = progress.left.front().copied() else {
        if is_whole {
            out.extend(b"\n}\n");
        }
        return Ok((out, None));
    };
    if !read.scope().may(section.needs()) {
        progress.left.pop_front();
        return Ok((out, Some(progress)));
    }
    let is_first = progress.is_first.1;
    let (rows, after) = rows(read, section, &progress.document, progress.after.take())?;
    match progress.document.format() {
        Format::Csv => csv_rows(section.columns(), &rows, is_first, &mut out)?,
        Format::Json => {
            if is_first && is_whole {
                out.extend(format!(",\n\"{}\": ", section.noun()).as_bytes());
            }
            if is_first {
                out.push(b'[');
            }
            // Only the very first piece of a list can be without rows before it: a list goes on behind a row.
            json_rows(section.columns(), &rows, is_first, &mut out)?;
            if after.is_none() {
                out.extend(if is_whole { "\n]" } else { "\n]\n" }.as_bytes());
            }
        }
    }
    progress.is_first.1 = after.is_none();
    if after.is_none() {
        progress.left.pop_front();
        if progress.left.is_empty() && !is_whole {
            return Ok((out, None));
        }
    }
    progress.after = after;
    Ok((out, Some(progress)))
}

/// The beginning of the export of an organization: what it is, and who pays.
fn open(read: &mut Read<Export>, out: &mut Vec<u8>) -> Result<(), Stop> {
    let organization = read.scope().organization_id();
    let facts = store::facts(read.connection(), organization)?;
    let named = json!({
        "name": read.scope().name().as_str(),
        "url": read.scope().slug().to_string(),
        "primary_owner": facts.primary_owner,
        "member_count": read.scope().member_count(),
        "created_at": facts.created_at,
    });
    out.extend(b"{\n\"roster_export\": 1,\n\"exported_at\": ");
    json(&facts.now, out)?;
    out.extend(b",\n\"organization\": ");
    json(&named, out)?;
    if read.scope().may(Permission::ManageBilling) {
        out.extend(b",\n\"billing\": ");
        let kept = billing::facts(read.connection(), organization)?;
        // Of a card no more is kept than is told here.
        let told = kept.map(|billing::Kept { details, card, .. }| {
            json!({
                "cardholder": details.cardholder.as_str(),
                "address": details.address_lines(),
                "contact_email": details.contact_email.to_string(),
                "card": card.map(|card| {
                    json!({"brand": card.brand, "last_four": card.last_four, "expiry": card.expiry.to_string()})
                }),
            })
        });
        json(&told, out)?;
    }
    Ok(())
}

/// The next rows of a list, and where it goes on, if it does.
fn rows(
    read: &mut Read<Export>,
    section: Section,
    document: &Document,
    after: Option<After>,
) -> Result<(Vec<Row>, Option<After>), Stop> {
    let organization = read.scope().organization_id();
    let (at, slug, reviewed) = match after {
        None => (None, None, None),
        Some(After::Row(cursor)) => (Some(cursor), None, None),
        Some(After::Slug(slug)) => (None, Some(slug), None),
        Some(After::Reviewed(review, username)) => (None, None, Some((review, username))),
    };
    match section {
        Section::Urls => store::urls(read.connection(), organization, slug),
        Section::Projects => store::projects(read.connection(), organization, slug),
        Section::Invitations => store::invitations(read.connection(), organization, at),
        Section::Members => {
            let primary_owner = read.scope().primary_owner();
            let sees_addresses = read.scope().may(Permission::SeeAddresses);
            store::members(read.connection(), organization, primary_owner, sees_addresses, at)
        }
        Section::Reviews => store::reviews(read.connection(), organization, at),
        Section::Decisions => {
            let of = match document {
                Document::Review(_, review) => Some(*review),
                Document::Members(_) | Document::Activity(..) | Document::Organization => None,
            };
            store::decisions(read.connection(), organization, of, reviewed)
        }
        Section::Activity => {
            let everything = Sought::default();
            let sought = match document {
                Document::Activity(_, sought) => sought,
                Document::Members(_) | Document::Review(..) | Document::Organization => &everything,
            };
            let page = activity(read, sought, at, store::AT_ONCE)?;
            let rows = page.lines.iter().map(|line| told(line, read.scope())).collect();
            Ok((rows, page.next.map(After::Row)))
        }
    }
}

/// A line of history, as far as whoever exports it may know it.
fn told(line: &Line, by: &Within) -> Row {
    let eyes = if by.may(Permission::SeeAddresses) { Eyes::Owner } else { Eyes::Member };
    let happened = line.happened.as_ref();
    vec![
        json!(line.at),
        json!(line.actor),
        json!(happened.map(|happened| happened.topic().label())),
        json!(happened.map(Happened::kind)),
        json!(happened.map_or_else(|| "did something".to_owned(), |happened| happened.phrase(eyes))),
        json!(happened.filter(|_| eyes == Eyes::Owner)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_list_has_its_columns() {
        for section in Section::ALL {
            let Columns { names, plain } = section.columns();
            assert!(plain > 1 && plain <= names.len(), "{section:?}");
        }
        let line = Line {
            id: crate::ids::EventId::fresh(),
            actor: "ada".to_owned(),
            picture: None,
            happened: Some(Happened::Left),
            at: "2026-03-05T07:00:00Z".parse().unwrap(),
        };
        assert_eq!(json!(line.at), "2026-03-05T07:00:00Z");
    }
}
