//! What an owner should know of an organization, at a glance: what wants attention, each with its remedy one
//! click away, and how the organization has grown and what is done in it.
//!
//! It draws several features on one page, so it is above them, and it decides nothing that is theirs: each
//! remedy leads to the very place where that feature does it. One thing is its own: **Remind**, an email to an
//! owner whose account is guarded by a password alone. It leaves at most once a day for one person, the person who
//! asks and wherever, and it is written into the audit log.
//!
//! The page asks two questions beside the one about authority, each by index, and neither looks at more rows
//! the larger an organization is: of long lists it reads the first few, and it counts no further than
//! [`rules::COUNTED`]. What is drawn over time is counted day by day as it happens; the table
//! `organization_days` is kept by the database with each audit entry, so no feature can forget it.

mod charts;
mod concerns;
mod emails;
mod pages;
mod rules;
mod store;

use crate::action;
use crate::audit_log::EventKind;
use crate::authority::{OrganizationScope, Permission};
use crate::db::throttle::{Quota, RateLimited, consume};
use crate::db::{Change, Queries, Verdict, WriteTx};
use crate::mail::{EmailTemplate, EmailTemplates};
use crate::members::OrganizationMember;
use crate::text::Username;
use crate::web::Routes;
use emails::TwoFactorReminder;

action! {
    /// Seeing what wants attention.
    pub SeeOverview: OrganizationMember, Permission::ManageMembers
}
action! {
    /// Reminding another owner of two-factor authentication.
    pub RemindOwner: OrganizationMember, Permission::ManageMembers
}

/// Reminders that one person gets.
const REMINDERS: Quota = Quota::daily(1);

/// Mounts the pages.
pub fn routes(routes: &mut Routes) {
    pages::routes(routes);
}

/// The letters this feature posts.
pub fn emails(emails: EmailTemplates) -> EmailTemplates {
    emails.with::<TwoFactorReminder>()
}

/// Why nobody is reminded.
#[derive(Debug)]
pub enum RemindRefusal {
    /// The person does not belong here.
    NotAMember,
    /// The person is no owner: what is at stake is theirs alone.
    NotAnOwner,
    /// One does it oneself.
    Oneself,
    /// It is on already.
    AlreadyOn,
    /// The person was reminded recently.
    TooOften(RateLimited),
}

/// Reminds another owner of two-factor authentication.
pub fn remind(tx: &mut WriteTx<RemindOwner>, person: &Username) -> Verdict<Change<()>, RemindRefusal> {
    let organization = tx.scope().organization_id();
    let Some(found) = store::find_person(tx.connection(), organization, person)? else {
        return Ok(Err(RemindRefusal::NotAMember));
    };
    if found.account == tx.scope().me().account() {
        return Ok(Err(RemindRefusal::Oneself));
    }
    if !found.is_owner {
        return Ok(Err(RemindRefusal::NotAnOwner));
    }
    if found.is_guarded {
        return Ok(Err(RemindRefusal::AlreadyOn));
    }
    let whose = found.account.to_string();
    if let Err(rate_limited) = consume(tx.connection(), &["reminder of two-factor to", &whose], REMINDERS)? {
        return Ok(Err(RemindRefusal::TooOften(rate_limited)));
    }
    let message = TwoFactorReminder {
        organization,
        name: tx.scope().name().clone(),
        account: found.account,
        by: tx.scope().me().username().clone(),
    };
    let change = Change::recorded((), EventKind::OwnerReminded { person: person.clone() });
    Ok(Ok(change.with_emails(found.address.map(|address| message.to(&address)))))
}
