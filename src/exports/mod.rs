//! What can be taken along: the members, the activity, what came of an access review, and all of an organization.
//!
//! An export is **streamed**: it is read a thousand rows at a time, each time in one short question by key,
//! and the next one is asked only when the reader has taken what came before. So it needs the same memory
//! for ten rows and for ten million, and a slow reader holds no connection to the database. With each of
//! these questions the authority is read again: the person who is removed, suspended or signed out gets no
//! further row, and the file visibly breaks off instead of looking whole.
//!
//! What is in it obeys the same policy as the pages. Each one is written into the audit log before its
//! first byte leaves. How many go on at once is bounded, for a person and for each process ([`Gate`]).
//!
//! It draws several features into one file, so it is above them. As **CSV** it is for a spreadsheet: no
//! cell can be taken for a formula ([`rules::harmless`]). As **JSON** it is for a program.

mod document;
mod download;
mod forms;
mod gate;
mod pages;
pub(crate) mod rules;
mod sheet;
mod store;

use crate::action;
use crate::audit_log::EventKind;
use crate::authority::{OrganizationScope, Permission};
use crate::db::throttle::{Quota, RateLimited, consume};
use crate::db::{Change, Queries, Verdict, WriteTx};
use crate::members::OrganizationMember;
use crate::web::Routes;
pub use document::Document;
pub use gate::ExportLimiter;
pub use rules::ExportFormat;

action! {
    /// Taking along what an organization holds.
    pub Export: OrganizationMember, Permission::Export, requires_recent_password
}

/// Exports that one person begins in an hour in one organization: each reads all there is.
const EXPORTS: Quota = Quota::hourly(30);

/// Mounts the pages.
pub fn routes(routes: &mut Routes) {
    pages::routes(routes);
}

/// Writes down that something is exported, before its first byte leaves.
pub fn record(tx: &mut WriteTx<Export>, document: &Document) -> Verdict<Change<()>, RateLimited> {
    let (place, who) = (tx.scope().organization_id().to_string(), tx.scope().me().account().to_string());
    if let Err(rate_limited) = consume(tx.connection(), &["export", &place, &who], EXPORTS)? {
        return Ok(Err(rate_limited));
    }
    let event = match document {
        Document::Members(format) => EventKind::MembersExported { format: format.label().to_owned() },
        Document::Activity(format, _) => EventKind::ActivityExported { format: format.label().to_owned() },
        Document::Review(format, _) => EventKind::AccessReviewExported { format: format.label().to_owned() },
        Document::Organization => EventKind::OrganizationExported,
    };
    Ok(Ok(Change::recorded((), event)))
}
