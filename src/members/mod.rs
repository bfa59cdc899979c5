//! Who belongs, and what they may do.
//!
//! A membership is a row of an organization, an account, and a role; the role is read from it on
//! every request, and again under the organization's lock before every write. Nothing remembers it
//! elsewhere, so the person who is removed is refused at the very next request.
//!
//! One owner is the **primary owner**: its creator, until they hand over to another owner. The
//! primary owner can neither leave, nor be removed, nor be made a member; the database holds the rule
//! (`organizations_primary_owner_is_an_owner`), [`rules::OwnershipRules`] tells it, and the pages say the way
//! out.
//!
//! A person who is **suspended** ([`suspension`]) keeps the seat and the role, and nothing else: they count as an
//! owner in no rule, get no email to owners, and can only leave. The primary owner is never suspended; the
//! same constraint holds it.
//!
//! What hangs on a membership (open invitations, say) belongs to features that know this one and not
//! the other way round: they register as [`MembershipDependent`], and end what is theirs in the same transaction.
//!
//! The same is done with several people at once by the page alone ([`pages::bulk`]): each by the domain function for
//! one.
//!
//! A membership can **end with a day** ([`expiry`]): from then on it gives no access, whenever a worker comes by to
//! suspend it.
//!
//! A removal, and a change of a role, can be restored for half an hour ([`undo`]).
//!
//! A person who deletes their account leaves all of their organizations at once, in [`leave_all`].
//!
//! Whatever feature keeps a setting of the organization: what one save changes is asked to all owners in one email
//! ([`changed`]).
//!
//! Which of all this is mailed to an owner is the owner's choice, except for what touches who is one
//! ([`notifications`]).
//!
//! This feature also holds the scope of everything inside an organization, [`OrganizationMember`].

pub mod changed;
mod dependents;
mod emails;
pub mod expiry;
mod forms;
pub mod leave_all;
pub mod notifications;
pub mod pages;
mod protection;
pub mod rules;
mod scope;
mod store;
pub mod suspension;
pub mod undo;

use diesel::pg::PgConnection;

use crate::action;
use crate::audit_log::EventKind;
use crate::authority::{Action, EffectiveRole, OrganizationScope, Permission, Role, Scope};
use crate::db::{Change, DbError, Queries, Verdict, WriteTx};
use crate::ids::{AccountId, OrganizationId, UndoId};
use crate::mail::{EmailTemplate, EmailTemplates};
use crate::outbox::OutboxMessage;
use crate::text::{EmailAddress, Slug, Title, Username};
use crate::web::Routes;
pub use dependents::{MembershipChange, MembershipDependent, MembershipDependents};
use emails::settings::SettingsChangedEmail;
use emails::{MembershipEmail, MembershipNotice};
use notifications::to_owner;
use protection::MembershipChangePermit;
use rules::expiry::LastDay;
use rules::listing::Listing;
pub use rules::notifications::NotificationTopic;
use rules::{HandOverRefusal, LeaveRefusal, RemoveRefusal, RoleRefusal};
pub use scope::{OrganizationMember, SystemTask, TaskTarget, for_seed, system_task};
pub use store::{MemberListItem, MyOrganization, PeoplePage};

action! {
    /// Seeing who belongs to an organization.
    pub SeeMembers: OrganizationMember, Permission::SeeOrganization
}
action! {
    /// Seeing who can do what in an organization.
    pub SeePermissions: OrganizationMember, Permission::SeeOrganization
}
action! {
    /// Giving others another role, suspending and removing them.
    pub ManageMembers: OrganizationMember, Permission::ManageMembers
}
action! {
    /// Leaving an organization.
    pub Leave: OrganizationMember, Permission::Leave
}
action! {
    /// Making another owner the primary owner.
    pub HandOver: OrganizationMember, Permission::HandOver, requires_recent_password
}
action! {
    /// Seeing the organizations one belongs to.
    pub SeeMine: crate::accounts::CurrentAccount, ()
}

/// Mounts the pages.
pub fn routes(routes: &mut Routes) {
    pages::routes(routes);
}

/// The letters this feature posts.
pub fn emails(emails: EmailTemplates) -> EmailTemplates {
    emails
        .with::<MembershipEmail>()
        .with::<SettingsChangedEmail>()
        .told_to(store::is_owners)
        .reaching(store::people_to_tell)
}

/// Locks an organization that is not deleted: the lock behind which everything in it is changed. For the
/// scopes of other features; [`OrganizationMember`] takes it by itself. Answers whether the organization is there.
pub fn lock(connection: &mut PgConnection, organization: OrganizationId) -> Result<bool, DbError> {
    store::lock(connection, organization)
}

/// Whether an address belongs to a member here.
pub fn includes<Q>(tx: &mut Q, address: &EmailAddress) -> Result<bool, DbError>
where
    Q: Queries<Action: Action<Scope: OrganizationScope>>,
{
    let organization = tx.scope().organization_id();
    store::includes(tx.connection(), organization, address)
}

/// Those of some addresses that belong to a member here.
pub fn among<Q, T>(tx: &mut Q, addresses: &[&str]) -> Result<T, DbError>
where
    Q: Queries<Action: Action<Scope: OrganizationScope>>,
    T: FromIterator<String>,
{
    let organization = tx.scope().organization_id();
    Ok(store::among(tx.connection(), organization, addresses)?.into_iter().collect())
}

/// The role of an account here, suspended or not, or none.
pub fn role_of<Q>(tx: &mut Q, account: AccountId) -> Result<Option<Role>, DbError>
where
    Q: Queries<Action: Action<Scope: OrganizationScope>>,
{
    let organization = tx.scope().organization_id();
    store::role_of(tx.connection(), organization, account)
}

/// The most people who are informed about something with a row each; of more than these a worker tells a portion at a
/// time.
pub const TOLD_AT_ONCE: i32 = 500;

/// The addresses of everyone here, for letters: where [`TOLD_AT_ONCE`] bounds them.
pub fn everyone<Q>(tx: &mut Q) -> Result<Vec<(AccountId, EmailAddress)>, DbError>
where
    Q: Queries<Action: Action<Scope: OrganizationScope>>,
{
    let organization = tx.scope().organization_id();
    store::addresses(tx.connection(), organization)
}

/// Makes the founder of a new organization its first member and owner.
pub fn insert_founder<A: Action>(
    tx: &mut WriteTx<A>,
    organization: OrganizationId,
    founder: AccountId,
) -> Result<(), DbError> {
    store::insert_membership(tx.connection(), organization, founder, Role::Owner, None, None)?;
    Ok(())
}

/// Who joins, and how.
#[derive(Clone, Debug)]
pub struct Joining {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub username: Username,
    /// As what.
    pub role: Role,
    /// Who invited them.
    pub invited_by: AccountId,
    /// The last day of the membership, if it ends.
    pub last_day: Option<LastDay>,
    /// The organization's name and URL, for the emails.
    pub organization: (Title, Slug),
}

/// Seats someone, and tells them and all owners. Somebody who has a seat keeps it as it is: joining
/// never lowers a role (INV-42).
pub fn join<A>(tx: &mut WriteTx<A>, joining: &Joining) -> Result<Change<()>, DbError>
where
    A: Action<Scope: OrganizationScope>,
{
    let organization = tx.scope().organization_id();
    let Joining { account, role, invited_by, last_day, .. } = *joining;
    if !store::insert_membership(tx.connection(), organization, account, role, Some(invited_by), last_day)? {
        return Ok(Change::unchanged(()));
    }
    store::count(tx.connection(), organization, 1)?;
    let emails = notify_member(
        tx,
        (joining.account, role),
        &joining.username,
        &joining.organization,
        &MembershipNotice::Joined { role: joining.role, until: last_day.map(LastDay::day) },
        None,
    )?;
    Ok(Change::recorded((), EventKind::Joined { role: joining.role })
        .by(joining.account, &joining.username)
        .with_emails(emails))
}

/// The emails that tell a person, who has or had a role, and owners what became of the person; one to each.
fn notify_member<A>(
    tx: &mut WriteTx<A>,
    (person, role): (AccountId, Role),
    username: &Username,
    organization: &(Title, Slug),
    news: &MembershipNotice,
    undoing: Option<UndoId>,
) -> Result<Vec<OutboxMessage>, DbError>
where
    A: Action<Scope: OrganizationScope>,
{
    let message = message(tx, (username, role), organization, news, undoing);
    let id = tx.scope().organization_id();
    let own = store::primary_address(tx.connection(), person)?;
    let own =
        own.map(|own| MembershipEmail { for_themselves: true, ..message.clone() }.to(&own).about_ones_place_in(id));
    let to_owners = emails_to_owners(tx.connection(), id, (person, role), &message)?;
    Ok(own.into_iter().chain(to_owners).collect())
}

/// What is informed about a person, as owners read it.
fn message<A: Action>(
    tx: &WriteTx<A>,
    (username, role): (&Username, Role),
    organization: &(Title, Slug),
    news: &MembershipNotice,
    undoing: Option<UndoId>,
) -> MembershipEmail {
    MembershipEmail {
        organization: organization.0.clone(),
        slug: organization.1.clone(),
        person: username.clone(),
        by: tx.scope().actor().name,
        news: news.clone(),
        for_themselves: false,
        undoing,
        is_always_told: news.matter(role).is_always_told(),
    }
}

/// The emails that tell owners of what only they have to know of a person.
fn notify_owners<A>(
    tx: &mut WriteTx<A>,
    person: (AccountId, Role),
    username: &Username,
    news: &MembershipNotice,
) -> Result<Vec<OutboxMessage>, DbError>
where
    A: Action<Scope = SystemTask<scope::MembershipTarget>>,
{
    let about = tx.scope().about().clone();
    let message = message(tx, (username, person.1), &about, news, None);
    let organization = tx.scope().organization_id();
    emails_to_owners(tx.connection(), organization, person, &message)
}

/// An email about a person, who has or had a role, to the owners who want it but that person.
fn emails_to_owners(
    connection: &mut PgConnection,
    organization: OrganizationId,
    (person, role): (AccountId, Role),
    message: &MembershipEmail,
) -> Result<Vec<OutboxMessage>, DbError> {
    let matter = message.news.matter(role);
    let owners = store::owners_to_tell(connection, organization, matter)?;
    let others = owners.iter().filter(|(owner, _)| *owner != person);
    Ok(others.map(|(_, address)| to_owner(message, address, organization, matter)).collect())
}

/// Gives someone another role, and answers what undoes it. Their open invitations end when they are an owner no
/// more; unless that was said and confirmed, it is asked first, and so is stepping down oneself.
pub fn change_role(
    tx: &mut WriteTx<ManageMembers>,
    dependents: &MembershipDependents,
    person: &Username,
    role: Role,
    confirmed: bool,
) -> Verdict<Change<Option<UndoId>>, RoleRefusal> {
    let rules = store::ownership_rules(tx)?;
    let Some(held) = store::find_membership(tx, person)? else { return Ok(Err(RoleRefusal::NotAMember)) };
    let membership = match rules.with_role(&held, role) {
        Err(refusal) => return Ok(Err(refusal)),
        Ok(None) => return Ok(Ok(Change::unchanged(None))),
        Ok(Some(membership)) => membership,
    };
    let organization = tx.scope().organization_id();
    if role != Role::Owner && !confirmed {
        let would_end =
            dependents.would_end(tx.connection(), organization, &[membership.account], MembershipChange::Ownership)?;
        if !would_end.is_empty() || rules.is_actors(&membership) {
            return Ok(Err(RoleRefusal::EndsMore(would_end)));
        }
    }
    let change = MembershipChangePermit::by(tx.scope().me(), &[held.role, role])?;
    let undoing = Some(store::keep(tx.connection(), organization, membership.account, Some(role))?);
    let mut ended = Vec::new();
    if role != Role::Owner {
        ended = dependents.end(
            tx.connection(),
            organization,
            Some(membership.account),
            MembershipChange::Ownership,
            undoing,
        )?;
    }
    let from = store::set_role(tx.connection(), (organization, membership.account), role, change)?;
    let about = (tx.scope().name().clone(), tx.scope().slug().clone());
    let emails = notify_member(
        tx,
        (membership.account, from),
        person,
        &about,
        &MembershipNotice::RoleChanged { from, to: role },
        undoing,
    )?;
    let event = EventKind::RoleChanged { person: person.clone(), from, to: role, undoing };
    let change = Change::recorded(undoing, event);
    Ok(Ok(ended.into_iter().fold(change, Change::and).with_emails(emails)))
}

/// Removes someone, with everything that hangs on the membership, and answers what undoes it.
pub fn remove(
    tx: &mut WriteTx<ManageMembers>,
    dependents: &MembershipDependents,
    person: &Username,
) -> Verdict<Change<UndoId>, RemoveRefusal> {
    let rules = store::ownership_rules(tx)?;
    let membership = match store::find_membership(tx, person)?.map(|membership| rules.without(&membership)) {
        None => return Ok(Err(RemoveRefusal::NotAMember)),
        Some(Err(refusal)) => return Ok(Err(refusal)),
        Some(Ok(membership)) => membership,
    };
    let change = MembershipChangePermit::by(tx.scope().me(), &[membership.role])?;
    let about = (tx.scope().name().clone(), tx.scope().slug().clone());
    let organization = tx.scope().organization_id();
    let undoing = store::keep(tx.connection(), organization, membership.account, None)?;
    let emails = notify_member(
        tx,
        (membership.account, membership.role),
        person,
        &about,
        &MembershipNotice::Removed,
        Some(undoing),
    )?;
    let ended = end_membership(tx.connection(), dependents, (organization, membership.account), Some(undoing), change)?;
    let change = Change::recorded(undoing, EventKind::Removed { person: person.clone(), undoing: Some(undoing) });
    Ok(Ok(ended.into_iter().fold(change, Change::and).with_emails(emails)))
}

/// Leaves.
pub fn leave(tx: &mut WriteTx<Leave>, dependents: &MembershipDependents) -> Verdict<Change<Title>, LeaveRefusal> {
    let rules = store::ownership_rules(tx)?;
    let own = tx.scope().me().account();
    if let Err(refusal) = rules.left_by(own) {
        return Ok(Err(refusal));
    }
    let about = (tx.scope().name().clone(), tx.scope().slug().clone());
    let username = tx.scope().me().username().clone();
    let role = tx.scope().role();
    let emails = notify_member(tx, (own, role), &username, &about, &MembershipNotice::Left, None)?;
    let organization = tx.scope().organization_id();
    let change = MembershipChangePermit::by(tx.scope().me(), &[role])?;
    let ended = end_membership(tx.connection(), dependents, (organization, own), None, change)?;
    let change = Change::recorded(about.0, EventKind::Left);
    Ok(Ok(ended.into_iter().fold(change, Change::and).with_emails(emails)))
}

/// Ends a membership and what hangs on it.
fn end_membership(
    connection: &mut PgConnection,
    dependents: &MembershipDependents,
    (organization, account): (OrganizationId, AccountId),
    undoing: Option<UndoId>,
    change: MembershipChangePermit,
) -> Result<Vec<EventKind>, DbError> {
    let ended = dependents.end(connection, organization, Some(account), MembershipChange::Membership, undoing)?;
    store::delete_membership(connection, organization, account, change)?;
    store::count(connection, organization, -1)?;
    Ok(ended)
}

/// Makes another owner the primary owner.
pub fn hand_over(tx: &mut WriteTx<HandOver>, to: &Username) -> Verdict<Change<Username>, HandOverRefusal> {
    let rules = store::ownership_rules(tx)?;
    let membership = match store::find_membership(tx, to)?.map(|membership| rules.handed_to(&membership)) {
        None => return Ok(Err(HandOverRefusal::NotAnOwner)),
        Some(Err(refusal)) => return Ok(Err(refusal)),
        Some(Ok(membership)) => membership,
    };
    let organization = tx.scope().organization_id();
    // The seat alone does not know whether the operator has suspended the account.
    if !store::may_act(tx.connection(), organization, membership.account)? {
        return Ok(Err(HandOverRefusal::Suspended));
    }
    store::set_primary_owner(tx.connection(), organization, membership.account)?;
    let about = (tx.scope().name().clone(), tx.scope().slug().clone());
    let emails =
        notify_member(tx, (membership.account, membership.role), to, &about, &MembershipNotice::HandedOver, None)?;
    Ok(Ok(Change::recorded(to.clone(), EventKind::HandedOver { to: to.clone() }).with_emails(emails)))
}

/// Some of those who can do what the reader of a page cannot: for the sentence that says so.
pub fn who_can<Q>(tx: &mut Q, permission: Permission) -> Result<Vec<Username>, DbError>
where
    Q: Queries<Action: Action<Scope = OrganizationMember>>,
{
    let organization = tx.scope().organization_id();
    store::some_who_may(tx.connection(), organization, permission)
}

/// The organizations of an account, in order of their names, as many as one page lists; and whether there are more.
pub fn mine<Q>(tx: &mut Q, account: AccountId) -> Result<(Vec<MyOrganization>, bool), DbError>
where
    Q: Queries,
{
    let mut mine = store::mine(tx.connection(), account, Some(store::LISTED + 1))?;
    let most = usize::try_from(store::LISTED).unwrap_or(usize::MAX);
    let goes_on = mine.len() > most;
    mine.truncate(most);
    Ok((mine, goes_on))
}

/// What somebody is, from the row and the organization.
pub(crate) fn standing(role: &str, is_primary_owner: bool, is_suspended: bool) -> EffectiveRole {
    EffectiveRole::of_one(Role::stored(role), is_primary_owner, is_suspended)
}

/// A page of the people here, as they are asked for; with their addresses for those who may see them.
pub fn people<Q>(tx: &mut Q, listing: &Listing) -> Result<PeoplePage, DbError>
where
    Q: Queries<Action: Action<Scope = OrganizationMember>>,
{
    let (organization, now) = (tx.scope().organization_id(), tx.scope().now());
    let primary_owner = tx.scope().primary_owner();
    let by_address = listing.is_address() && tx.scope().may(Permission::SeeAddresses);
    store::people(tx.connection(), (organization, primary_owner), listing, by_address, now)
}
