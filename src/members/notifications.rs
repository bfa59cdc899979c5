//! Who is informed about what, and who does not want to be.
//!
//! What is about one's own access is mailed to oneself, always, and at once unless more of it came just before. What
//! else happens is mailed to the owners: each chooses for each organization which **matters** ([`NotificationTopic`])
//! they are informed of. What touches who is an owner is asked to all owners, whatever they chose. A person who posts
//! an email to owners has to say what it is about, for [`owners`] asks for it.
//!
//! News for one person about one organization shares a letter with what waits for the same: see `db::posting` for what
//! waits, and `mail::bundles` for the email.
//!
//! The choice is in the row of the membership: it ends with it, and an undone removal brings it back.

use super::rules::notifications::{NotificationPreferences, NotificationTopic};
use super::store::{self, MyMail};
use crate::accounts::CurrentAccount;
use crate::action;
use crate::audit_log::EventKind;
use crate::authority::{Action, OrganizationScope};
use crate::db::{Change, DbError, Queries, Verdict, WriteTx};
use crate::ids::{AccountId, OrganizationId};
use crate::mail::EmailTemplate;
use crate::outbox::{DeliveryTiming, OutboxMessage};
use crate::text::{EmailAddress, Slug, Title};

action! {
    /// Seeing and choosing which mail one gets as an owner.
    pub ChooseMail: CurrentAccount, ()
}

/// The addresses of all owners here who are not suspended and want to be informed about a matter.
pub fn owners<Q>(tx: &mut Q, matter: NotificationTopic) -> Result<Vec<(AccountId, EmailAddress)>, DbError>
where
    Q: Queries<Action: Action<Scope: OrganizationScope>>,
{
    let organization = tx.scope().organization_id();
    store::owners_to_tell(tx.connection(), organization, matter)
}

/// An email about an organization, to one of its owners.
pub fn to_owner(
    message: &impl EmailTemplate,
    address: &EmailAddress,
    organization: OrganizationId,
    matter: NotificationTopic,
) -> OutboxMessage {
    let pace = if matter.is_always_told() { DeliveryTiming::Urgent } else { DeliveryTiming::Spaced };
    message.to(address).about_organization(organization, pace)
}

/// The emails that tell the owners here of a matter: all who want to be informed about it, but for the person who is
/// left out.
pub fn emails_to_owners<Q>(
    tx: &mut Q,
    matter: NotificationTopic,
    message: &impl EmailTemplate,
    is_left_out: impl Fn(AccountId, &EmailAddress) -> bool,
) -> Result<Vec<OutboxMessage>, DbError>
where
    Q: Queries<Action: Action<Scope: OrganizationScope>>,
{
    let organization = tx.scope().organization_id();
    let owners = owners(tx, matter)?;
    let told = owners.iter().filter(|(account, address)| !is_left_out(*account, address));
    Ok(told.map(|(_, address)| to_owner(message, address, organization, matter)).collect())
}

/// The organizations of the person who asks, with the mail about each.
pub(super) fn all<Q>(tx: &mut Q) -> Result<Vec<MyMail>, DbError>
where
    Q: Queries<Action: Action<Scope = CurrentAccount>>,
{
    let account = tx.scope().account();
    store::my_mail(tx.connection(), account, None)
}

/// One of them.
pub(super) fn one<Q>(tx: &mut Q, slug: &Slug) -> Result<Option<MyMail>, DbError>
where
    Q: Queries<Action: Action<Scope = CurrentAccount>>,
{
    let account = tx.scope().account();
    Ok(store::my_mail(tx.connection(), account, Some(slug))?.pop())
}

/// Why nothing is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChooseRefusal {
    /// They do not belong there.
    NotAMember,
    /// There is no mail to choose from.
    NotAnOwner,
}

/// Chooses which mail about an organization the person who asks gets from now on. Answers its name.
pub(super) fn choose(
    tx: &mut WriteTx<ChooseMail>,
    slug: &Slug,
    wants: NotificationPreferences,
) -> Verdict<Change<Title>, ChooseRefusal> {
    let account = tx.scope().account();
    let Some(kept) = one(tx, slug)? else { return Ok(Err(ChooseRefusal::NotAMember)) };
    if !kept.is_to_owner() {
        return Ok(Err(ChooseRefusal::NotAnOwner));
    }
    if kept.wants == wants {
        return Ok(Ok(Change::unchanged(kept.name)));
    }
    store::choose_mail(tx.connection(), kept.organization, account, wants)?;
    Ok(Ok(Change::recorded(kept.name.clone(), EventKind::MailChosen { organization: kept.name })))
}
