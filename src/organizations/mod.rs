//! Organizations: founded, renamed, deleted, restored, looked back upon.
//!
//! A person who **creates** one is its first member and its primary owner. Its **URL** is its own for ever:
//! an older one leads to the current one, and none is ever given to another organization, not even
//! after deletion, so that nobody inherits the trust or the links of somebody else (ORG-04). What is
//! taken is only ever called taken, not by whom.
//!
//! **Deleting** hides an organization from everyone at once, its open invitations included; all of it
//! stays as it is. For some days (the operator's setting) an owner can **restore** it, in Account Settings or by the
//! link in the email about it, which belongs to that one deletion; then a worker **erases** it. Of an erased
//! organization remain its URLs, which belong to nobody then, and its history.
//!
//! Its **picture** is the initials of its name, or one that an owner uploads ([`pictures`]).
//!
//! The history is shown under **Activity**: everything that changes anything in an organization
//! writes there, whichever feature it belongs to.

mod emails;
mod erasing;
mod forms;
pub mod pages;
mod panel;
pub(crate) mod rules;
mod scope;
mod store;

use std::collections::HashSet;
use std::convert::Infallible;

use chrono::{DateTime, Utc};

use crate::accounts::CurrentAccount;
use crate::action;
use crate::audit_log::EventKind;
use crate::authority::{Action, OrganizationScope, Permission, Scope};
use crate::db::throttle::{Quota, RateLimited, consume};
use crate::db::{Change, DbError, Queries, ReadTx, Verdict, WriteTx};
use crate::ids::{AuditEntryId, FormKey, PictureId};
use crate::mail::{EmailTemplate, EmailTemplates};
use crate::members::changed::{self, LastChange, Setting, SettingsPart};
use crate::members::leave_all::AccountMembership;
use crate::members::{self, MembershipChange, MembershipDependents, NotificationTopic, OrganizationMember};
use crate::outbox::{OutboxMessage, RecipientGroup};
use crate::pictures::rules::Image;
use crate::pictures::{self, PictureOwner};
use crate::text::{Slug, Title};
use crate::web::Routes;
use crate::web::paging::Cursor;
use emails::{OrganizationDeleted, OrganizationRestored};
pub use erasing::{EraseOrganizations, erase_due};
pub use forms::activity::Filter;
pub use panel::{BillingFacts, CardFace, TellsBilling};
pub use rules::{DeletionMode, OrganizationSettings, Sought, is_reserved};
pub use scope::FormerOwner;

action! {
    /// Founding an organization.
    pub CreateOrganization: CurrentAccount, ()
}
action! {
    /// Opening the settings: who pays, and the rest for those who manage it.
    pub SeeSettings: OrganizationMember, Permission::ManageBilling
}
action! {
    /// Changing the name and the URL.
    pub ManageSettings: OrganizationMember, Permission::ManageSettings
}
action! {
    /// Deleting an organization.
    pub DeleteOrganization: OrganizationMember, Permission::DeleteOrganization, requires_recent_password
}
action! {
    /// Restoring a deleted organization, by the link in the email about it.
    pub RestoreOrganization: FormerOwner, ()
}
action! {
    /// Looking back: who did what, when.
    pub SeeActivity: OrganizationMember, Permission::SeeActivity
}

/// Organizations that one person founds in a day.
const FOUNDED_BY_ONE: Quota = Quota::daily(20);

/// URLs that one organization takes in a day: each is kept for it for ever.
const URLS_OF_ONE: Quota = Quota::daily(10);

/// Mounts the pages.
pub fn routes(routes: &mut Routes) {
    pages::routes(routes);
}

/// The letters this feature posts.
pub fn emails(emails: EmailTemplates) -> EmailTemplates {
    emails.with::<OrganizationDeleted>().with::<OrganizationRestored>()
}

/// An organization to be founded.
#[derive(Clone, Debug)]
pub struct NewOrganization {
    /// Its name.
    pub name: Title,
    /// Its URL.
    pub slug: Slug,
    /// The form it was asked for with, about this URL: it makes one organization, however often it is sent.
    pub form_key: FormKey,
}

/// Why no organization is founded.
#[derive(Debug)]
pub enum CreateOrganizationError {
    /// Some organization has the URL, or had it once.
    Taken,
    /// The form has made an organization, and that one was deleted.
    FormUsed,
    /// The person has founded enough for now.
    TooMany(RateLimited),
}

/// Founds an organization, with the person who asks as its primary owner. Answers its URL and its name.
pub fn create(
    tx: &mut WriteTx<CreateOrganization>,
    new: &NewOrganization,
) -> Verdict<Change<(Slug, Title)>, CreateOrganizationError> {
    let founder = tx.scope().account();
    match store::find_by_form(tx.connection(), founder, new.form_key)? {
        Some((slug, name, true)) => return Ok(Ok(Change::unchanged((slug, name)))),
        Some((_, _, false)) => return Ok(Err(CreateOrganizationError::FormUsed)),
        None => {}
    }
    if let Err(rate_limited) = consume(tx.connection(), &["found", &founder.to_string()], FOUNDED_BY_ONE)? {
        return Ok(Err(CreateOrganizationError::TooMany(rate_limited)));
    }
    let organization = store::open(tx.connection(), new, founder)?;
    members::insert_founder(tx, organization, founder)?;
    if !store::give_address(tx.connection(), organization, &new.slug)? {
        return Ok(Err(CreateOrganizationError::Taken));
    }
    let name = new.name.clone();
    let event = EventKind::OrganizationFounded { name: name.clone() };
    Ok(Ok(Change::recorded((new.slug.clone(), name), event).within(organization)))
}

/// Why the settings are not changed.
#[derive(Debug)]
pub enum SettingsRefusal {
    /// Somebody else has changed them since the form was drawn.
    ChangedMeanwhile {
        /// So they are now.
        stands: OrganizationSettings,
        /// Who did it.
        last: Option<LastChange>,
    },
    /// Some organization has the URL, or had it once.
    Taken,
    /// It has taken enough URLs for now.
    TooMany(RateLimited),
}

/// The settings as a scope has read them.
fn settings(within: &OrganizationMember) -> OrganizationSettings {
    OrganizationSettings { name: within.name().clone(), slug: within.slug().clone(), version: within.version() }
}

/// Changes the name and the URL, and tells all owners. The URL may be an older one of its own.
pub fn change_settings(
    tx: &mut WriteTx<ManageSettings>,
    wished: &OrganizationSettings,
) -> Verdict<Change<OrganizationSettings>, SettingsRefusal> {
    let kept = settings(tx.scope());
    let steps = match kept.steps_to(wished) {
        Ok(Some(steps)) => steps,
        Ok(None) => return Ok(Ok(Change::unchanged(kept))),
        Err(rules::Stale) => {
            let last = changed::last(tx, SettingsPart::Settings)?;
            return Ok(Err(SettingsRefusal::ChangedMeanwhile { stands: kept, last }));
        }
    };
    let organization = tx.scope().organization_id();
    let told = kept.told(wished);
    let mut event = Vec::new();
    if steps.renames {
        event.push(EventKind::OrganizationRenamed { from: kept.name, to: wished.name.clone() });
    }
    if steps.moves {
        if let Err(rate_limited) = consume(tx.connection(), &["move", &organization.to_string()], URLS_OF_ONE)? {
            return Ok(Err(SettingsRefusal::TooMany(rate_limited)));
        }
        store::retire_address(tx.connection(), organization)?;
        if !store::give_address(tx.connection(), organization, &wished.slug)? {
            return Ok(Err(SettingsRefusal::Taken));
        }
        event.push(EventKind::OrganizationMoved { from: kept.slug, to: wished.slug.clone() });
    }
    store::set(tx.connection(), organization, wished)?;
    let emails = changed::tell_owners(tx, SettingsPart::Settings, &wished.slug, told)?;
    let unchanged = Change::unchanged(wished.clone());
    Ok(Ok(event.into_iter().fold(unchanged, Change::and).with_emails(emails)))
}

/// The pictures of an organization, in a letter.
const THE_INITIALS: &str = "the first letters of the name";
const AN_UPLOADED_ONE: &str = "an uploaded picture";
const A_NEW_ONE: &str = "a newly uploaded picture";

/// Shows a picture in place of the one there was, or of the initials. The same one again changes nothing.
pub fn change_picture(tx: &mut WriteTx<ManageSettings>, image: &Image) -> Verdict<Change<()>, Infallible> {
    let organization = tx.scope().organization_id();
    let Some(kept) = pictures::keep(tx.connection(), PictureOwner::Organization(organization), image)? else {
        return Ok(Ok(Change::unchanged(())));
    };
    let from = if tx.scope().picture().image.is_some() { AN_UPLOADED_ONE } else { THE_INITIALS };
    store::set_picture(tx.connection(), organization, Some(kept))?;
    let emails = tell_of_picture(tx, from, A_NEW_ONE)?;
    Ok(Ok(Change::recorded((), EventKind::OrganizationPictureChanged).with_emails(emails)))
}

/// Goes back to the initials.
pub fn remove_picture(tx: &mut WriteTx<ManageSettings>) -> Verdict<Change<()>, Infallible> {
    let organization = tx.scope().organization_id();
    if !pictures::forget(tx.connection(), PictureOwner::Organization(organization))? {
        return Ok(Ok(Change::unchanged(())));
    }
    store::set_picture(tx.connection(), organization, None)?;
    let emails = tell_of_picture(tx, AN_UPLOADED_ONE, THE_INITIALS)?;
    Ok(Ok(Change::recorded((), EventKind::OrganizationPictureRemoved).with_emails(emails)))
}

/// The emails about another picture, which is shown in words.
fn tell_of_picture(tx: &mut WriteTx<ManageSettings>, from: &str, to: &str) -> Result<Vec<OutboxMessage>, DbError> {
    let slug = tx.scope().slug().clone();
    changed::tell_owners(tx, SettingsPart::Settings, &slug, Setting::changed("Picture", from, to).into_iter().collect())
}

/// What goes with an organization.
#[derive(Clone, Debug)]
pub struct DeletionPreview {
    /// How many projects.
    pub projects: i64,
    /// What else ends, a sentence each.
    pub ends: Vec<String>,
}

/// What would go, for the page that asks.
pub fn would_go(
    read: &mut ReadTx<DeleteOrganization>,
    dependents: &MembershipDependents,
) -> Result<DeletionPreview, DbError> {
    let organization = read.scope().organization_id();
    Ok(DeletionPreview {
        projects: store::count_projects(read.connection(), organization)?,
        ends: dependents.would_end(read.connection(), organization, &[], MembershipChange::Organization)?,
    })
}

/// Deletes an organization, and tells everyone in it. Answers until when it can be restored. What hangs on it stays as
/// it is: of what is deleted nothing can be used, and restored it is as it was.
pub fn delete(
    tx: &mut WriteTx<DeleteOrganization>,
    fate: DeletionMode,
) -> Verdict<Change<Option<DateTime<Utc>>>, Infallible> {
    let (organization, name) = (tx.scope().organization_id(), tx.scope().name().clone());
    let is_large = tx.scope().member_count() > members::TOLD_AT_ONCE;
    let everyone = if is_large { Vec::new() } else { members::everyone(tx)? };
    let owners: HashSet<_> = members::notifications::owners(tx, NotificationTopic::Ownership)?
        .into_iter()
        .map(|(account, _)| account)
        .collect();
    let (restorable, is_erased) = match fate {
        DeletionMode::Erased if !is_large => {
            store::erase(tx.connection(), organization)?;
            (None, true)
        }
        // The worker that sweeps erases it, in portions, once everyone is informed.
        DeletionMode::Erased => {
            let now = tx.now();
            store::hide(tx.connection(), organization, now)?;
            (None, false)
        }
        DeletionMode::Hidden { days } => {
            let until = store::days_from(tx.now(), days);
            let deletion = store::hide(tx.connection(), organization, until)?;
            let deletion = u16::try_from(deletion).map_err(|error| DbError::Internal(error.to_string()))?;
            (Some((deletion, until)), false)
        }
    };
    let by = tx.scope().actor().name;
    let message =
        |for_owner| OrganizationDeleted { organization, name: name.clone(), by: by.clone(), restorable, for_owner };
    let change =
        Change::recorded(restorable.map(|(_, until)| until), EventKind::OrganizationDeleted { name: name.clone() });
    let change = if is_erased { change.and(EventKind::OrganizationErased { name: name.clone() }) } else { change };
    Ok(Ok(if is_large {
        let (to_owners, to_others) = (message(true), message(false));
        change.with_fan_outs([
            to_owners.to_all(organization, RecipientGroup::Owners),
            to_others.to_all(organization, RecipientGroup::Others),
        ])
    } else {
        change.with_emails(
            everyone.iter().map(|(account, address)| {
                message(owners.contains(account)).to(address).about_ones_place_in(organization)
            }),
        )
    }))
}

/// Restores a deleted organization, and tells everyone in it. Answers its URL.
pub fn restore(tx: &mut WriteTx<RestoreOrganization>) -> Verdict<Change<Slug>, Infallible> {
    let organization = tx.scope().organization_id();
    let (name, slug) = (tx.scope().name().clone(), tx.scope().slug().clone());
    store::show(tx.connection(), organization)?;
    let by = tx.scope().actor().name;
    let message = OrganizationRestored { organization, name: name.clone(), slug: slug.clone(), by };
    let change = Change::recorded(slug, EventKind::OrganizationRestored { name });
    if tx.scope().member_count() > members::TOLD_AT_ONCE {
        return Ok(Ok(change.with_fan_outs([message.to_all(organization, RecipientGroup::Everyone)])));
    }
    let everyone = members::everyone(tx)?;
    Ok(
        Ok(change
            .with_emails(everyone.iter().map(|(_, address)| message.to(address).about_ones_place_in(organization)))),
    )
}

/// Erases a deleted organization before its time, because the account goes on which it rests. One that was
/// not deleted stays as it is.
pub fn erase_early<A: Action<Scope = CurrentAccount>>(
    tx: &mut WriteTx<A>,
    place: &AccountMembership,
) -> Result<Change<()>, DbError> {
    if !store::erase_deleted(tx.connection(), place.organization)? {
        return Ok(Change::unchanged(()));
    }
    let event = EventKind::OrganizationErased { name: place.name.clone() };
    Ok(Change::recorded((), event).within(place.organization))
}

/// A line of an organization's history.
#[derive(Clone, Debug)]
pub struct AuditLine {
    /// Which.
    pub id: AuditEntryId,
    /// Who did it, by the name they had then.
    pub actor: String,
    /// Where their picture is now, if they are still here.
    pub picture: Option<PictureId>,
    /// What happened; none when this Roster cannot read it.
    pub event: Option<EventKind>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A page of history, and where the next begins.
#[derive(Default)]
pub struct LinePage {
    /// The lines, the newest first.
    pub lines: Vec<AuditLine>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

/// What happened here and is sought, so many lines of it at most.
pub fn activity<Q>(tx: &mut Q, sought: &Sought, after: Option<Cursor>, most: usize) -> Result<LinePage, DbError>
where
    Q: Queries<Action: Action<Scope: OrganizationScope>>,
{
    let organization = tx.scope().organization_id();
    store::lines(tx.connection(), organization, sought, after, most)
}
