//! What is remembered of invitations.

pub mod allowances;
pub mod batches;
mod listed;
mod person;
mod reminders;
mod requests;
pub mod undoing;

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, sql};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::rules::{Ending, Invitee, Loose};
use super::{Invitation, Terms};
use crate::authority::{Act, Role, WithinOrganization};
use crate::db::prepared::Prepared;
use crate::db::{Asking, Stop, Work, roster_now};
use crate::ids::{AccountId, FormKey, InvitationId, OrganizationId, PictureId, UndoingId};
use crate::members::Within;
use crate::members::rules::limiting::LastDay;
use crate::schema::{accounts, email_addresses, invitations, organization_addresses, organizations};
use crate::text::{EmailAddress, PersonName, Slug, Title, Username};
use crate::views::active_memberships;
pub use listed::{Pending, pending, role_offered};
pub use person::{OpenInvitation, forget_person, open_for};
pub use reminders::{one_to_remind, take_to_remind};
pub use requests::{
    answer_requests, ask_owners, asked, note_request, oldest_request, organization_of, take_request, waits_for_owners,
    wish,
};

/// Whether the inviter of the row of `invitations` that a query reads may act as an owner now: nothing is done in the
/// name of somebody who could not do it.
macro_rules! inviter_may_invite {
    () => {
        diesel::dsl::exists(
            crate::views::active_memberships::table
                .filter(
                    crate::views::active_memberships::organization_id.eq(crate::schema::invitations::organization_id),
                )
                .filter(crate::views::active_memberships::account_id.eq(crate::schema::invitations::inviter_id))
                .filter(crate::views::active_memberships::role.eq(crate::authority::Role::Owner.key())),
        )
    };
}
use inviter_may_invite;

/// What a letter needs of an invitation.
#[derive(Clone, Debug)]
pub struct Sent {
    pub id: InvitationId,
    pub email: EmailAddress,
    pub role: Role,
    pub expires_at: DateTime<Utc>,
    pub times_sent: i32,
    /// The last day of the membership that it offers, if that ends.
    pub last_day: Option<LastDay>,
}

type SentColumns = (
    invitations::id,
    invitations::email,
    invitations::role,
    invitations::expires_at,
    invitations::times_sent,
    invitations::membership_ends_at,
);

const SENT: SentColumns = (
    invitations::id,
    invitations::email,
    invitations::role,
    invitations::expires_at,
    invitations::times_sent,
    invitations::membership_ends_at,
);

type SentRow = (InvitationId, String, String, DateTime<Utc>, i32, Option<DateTime<Utc>>);

impl Sent {
    fn of((id, email, role, expires_at, times_sent, ends_at): SentRow) -> Self {
        let (email, role) = (EmailAddress::stored(email), Role::stored(&role));
        Self { id, email, role, expires_at, times_sent, last_day: ends_at.map(LastDay::stored) }
    }
}

/// Opens an invitation, unless the address holds an open one here, or the form made one already.
pub fn open<A: Act<Scope = Within>>(
    work: &mut Work<A>,
    invitee: &Invitee,
    terms: &Terms,
) -> Result<Option<Sent>, Stop> {
    let opened = diesel::insert_into(invitations::table)
        .values((
            invitations::id.eq(InvitationId::fresh()),
            invitations::organization_id.eq(work.scope().organization_id()),
            invitations::email.eq(invitee.email.as_str()),
            invitations::role.eq(invitee.role.key()),
            invitations::inviter_id.eq(work.scope().me().account()),
            invitations::form_key.eq(terms.form),
            invitations::expires_at.eq(terms.until(work.now())),
            invitations::lifetime_days.eq(i32::try_from(terms.days).unwrap_or(i32::MAX)),
            invitations::membership_ends_at.eq(terms.last_day.map(LastDay::ends_at)),
        ))
        .on_conflict_do_nothing()
        .returning(SENT)
        .get_result::<SentRow>(work.connection())
        .optional()?;
    Ok(opened.map(Sent::of))
}

/// What a form of the person's has made already, and in which organization.
pub fn find_by_form<A: Act<Scope = Within>>(
    work: &mut Work<A>,
    form: FormKey,
) -> Result<Option<(OrganizationId, Invitation)>, Stop> {
    let found: Option<(OrganizationId, InvitationId, String)> = invitations::table
        .filter(invitations::inviter_id.eq(work.scope().me().account()))
        .filter(invitations::form_key.eq(form))
        .select((invitations::organization_id, invitations::id, invitations::email))
        .first(work.connection())
        .optional()?;
    Ok(found.map(|(organization, id, email)| (organization, Invitation { id, email: EmailAddress::stored(email) })))
}

/// The open invitation of an address here.
pub fn find_open<A: Act<Scope = Within>>(
    work: &mut Work<A>,
    email: &EmailAddress,
) -> Result<Option<InvitationId>, Stop> {
    Ok(invitations::table
        .filter(invitations::organization_id.eq(work.scope().organization_id()))
        .filter(invitations::email.eq(email.as_str()))
        .filter(invitations::ended_at.is_null())
        .select(invitations::id)
        .first(work.connection())
        .optional()?)
}

/// An invitation as its organization's owners know it.
#[derive(Clone, Debug)]
pub struct Kept {
    pub email: EmailAddress,
    pub inviter: Username,
    /// None while it is open.
    pub ended_how: Option<String>,
    pub is_expired: bool,
    /// For how many days it was sent.
    pub days: u32,
    /// The last day of the membership that it offers, if that ends.
    pub last_day: Option<LastDay>,
}

impl Kept {
    /// Whether there would be nothing to join any more.
    pub fn offers_nothing(&self, now: DateTime<Utc>) -> bool {
        self.last_day.is_some_and(|day| day.is_over(now))
    }
}

/// An invitation of this organization.
pub fn find<Q>(asking: &mut Q, id: InvitationId) -> Result<Option<Kept>, Stop>
where
    Q: Asking<Act: Act<Scope = Within>>,
{
    let organization = asking.scope().organization_id();
    type Row = (String, String, Option<String>, bool, i32, Option<DateTime<Utc>>);
    let found: Option<Row> = invitations::table
        .inner_join(accounts::table.on(accounts::id.eq(invitations::inviter_id)))
        .filter(invitations::id.eq(id))
        .filter(invitations::organization_id.eq(organization))
        .select((
            invitations::email,
            accounts::username,
            invitations::ended_how,
            invitations::expires_at.le(roster_now()),
            invitations::lifetime_days,
            invitations::membership_ends_at,
        ))
        .first(asking.connection())
        .optional()?;
    Ok(found.map(|(email, inviter, ended_how, is_expired, days, ends_at)| Kept {
        email: EmailAddress::stored(email),
        inviter: Username::stored(inviter),
        ended_how,
        is_expired,
        days: u32::try_from(days).unwrap_or_default(),
        last_day: ends_at.map(LastDay::stored),
    }))
}

/// Renews the whole lifetime of an open invitation of this organization, expired or not.
pub fn renew<A: Act<Scope = Within>>(
    work: &mut Work<A>,
    id: InvitationId,
    until: DateTime<Utc>,
) -> Result<Option<Sent>, Stop> {
    let organization = work.scope().organization_id();
    let renewed = diesel::update(invitations::table.find(id))
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::ended_at.is_null())
        .set((
            invitations::sent_at.eq(roster_now()),
            invitations::times_sent.eq(invitations::times_sent + 1),
            invitations::expires_at.eq(until),
            invitations::reminded_at.eq(None::<DateTime<Utc>>),
        ))
        .returning(SENT)
        .get_result::<SentRow>(work.connection())
        .optional()?;
    Ok(renewed.map(Sent::of))
}

/// Ends an open invitation of this organization. Answers whose it was.
pub fn cancel<A: Act<Scope = Within>>(work: &mut Work<A>, id: InvitationId) -> Result<Option<EmailAddress>, Stop> {
    let organization = work.scope().organization_id();
    let email: Option<String> = diesel::update(invitations::table.find(id))
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::ended_at.is_null())
        .set((
            invitations::ended_at.eq(roster_now().nullable()),
            invitations::ended_how.eq(Ending::Cancelled.key()),
            invitations::asked_again_at.eq(None::<DateTime<Utc>>),
        ))
        .returning(invitations::email)
        .get_result(work.connection())
        .optional()?;
    Ok(email.map(EmailAddress::stored))
}

/// Whether an email still says what is so: the invitation is open, who sent it may still invite, its organization is
/// there, and no later email was queued.
pub fn is_as_sent(connection: &mut PgConnection, id: InvitationId, times_sent: i32) -> Result<bool, Stop> {
    let same = invitations::table
        .inner_join(organizations::table)
        .filter(invitations::id.eq(id))
        .filter(invitations::times_sent.eq(times_sent))
        .filter(invitations::ended_at.is_null())
        .filter(invitations::expires_at.gt(roster_now()))
        .filter(organizations::deleted_at.is_null())
        .filter(inviter_may_invite!());
    Ok(diesel::select(exists(same)).get_result(connection)?)
}

/// An invitation as whoever was invited sees it, with what decides whether it still means anything.
#[derive(Clone, Debug)]
pub struct Found {
    pub id: InvitationId,
    pub organization: OrganizationId,
    pub name: Title,
    pub slug: Slug,
    pub email: EmailAddress,
    pub role: Role,
    pub inviter: AccountId,
    pub inviter_name: Username,
    /// As they wish to be called, if they have said so.
    pub inviter_called: Option<PersonName>,
    /// Where the pictures are: the organization's, and the inviter's.
    pub pictures: (Option<PictureId>, Option<PictureId>),
    pub expires_at: DateTime<Utc>,
    /// The last day of the membership that it offers, if that ends.
    pub last_day: Option<LastDay>,
    /// Not ended, not expired, and sent by someone who may act as an owner still.
    pub is_open: bool,
    /// Whose the invited address is.
    pub holder: Option<AccountId>,
    pub accepted_by: Option<AccountId>,
    pub now: DateTime<Utc>,
}

/// An invitation, by id alone: for its scope, which decides who may know of it. None of a deleted
/// organization's is found.
pub fn find_invited(connection: &mut PgConnection, id: InvitationId) -> Result<Option<Found>, Stop> {
    type Row = (
        (OrganizationId, String, String, Option<PictureId>),
        (
            String,
            String,
            AccountId,
            (String, Option<String>, Option<PictureId>),
            (DateTime<Utc>, Option<DateTime<Utc>>),
        ),
        (bool, bool, Option<String>),
        (Option<AccountId>, Option<AccountId>, DateTime<Utc>),
    );
    let found: Option<Row> = invitations::table
        .inner_join(organizations::table)
        .inner_join(
            organization_addresses::table.on(organization_addresses::organization_id
                .eq(invitations::organization_id.nullable())
                .and(organization_addresses::is_current)),
        )
        .inner_join(accounts::table.on(accounts::id.eq(invitations::inviter_id)))
        .left_join(
            active_memberships::table.on(active_memberships::organization_id
                .eq(invitations::organization_id)
                .and(active_memberships::account_id.eq(invitations::inviter_id))),
        )
        .left_join(email_addresses::table.on(email_addresses::address.eq(invitations::email)))
        .filter(invitations::id.eq(id))
        .filter(organizations::deleted_at.is_null())
        .select((
            (organizations::id, organizations::name, organization_addresses::slug, organizations::picture_id),
            (
                invitations::email,
                invitations::role,
                invitations::inviter_id,
                (accounts::username, accounts::display_name, accounts::picture_id),
                (invitations::expires_at, invitations::membership_ends_at),
            ),
            (
                invitations::ended_at.is_null(),
                invitations::expires_at.gt(roster_now()),
                active_memberships::role.nullable(),
            ),
            (email_addresses::account_id.nullable(), invitations::accepted_by, roster_now()),
        ))
        .first(connection)
        .optional()?;
    Ok(found.map(|(at, said, stands, who)| Found {
        id,
        organization: at.0,
        name: Title::stored(at.1),
        slug: Slug::stored(at.2),
        email: EmailAddress::stored(said.0),
        role: Role::stored(&said.1),
        inviter: said.2,
        inviter_name: Username::stored(said.3.0),
        inviter_called: said.3.1.map(PersonName::stored),
        pictures: (at.3, said.3.2),
        expires_at: said.4.0,
        last_day: said.4.1.map(LastDay::stored),
        is_open: stands.0 && stands.1 && stands.2.as_deref() == Some(Role::Owner.key()),
        holder: who.0,
        accepted_by: who.1,
        now: who.2,
    }))
}

/// Takes an open invitation for an account: of several who try, one finds it (INV-11). The expiry is
/// compared now, behind the lock and not before it (INV-19).
pub fn claim(connection: &mut PgConnection, id: InvitationId, account: AccountId) -> Result<bool, Stop> {
    let claimed = diesel::update(invitations::table.find(id))
        .filter(invitations::ended_at.is_null())
        .filter(invitations::expires_at.gt(roster_now()))
        .set((
            invitations::ended_at.eq(roster_now().nullable()),
            invitations::ended_how.eq(Ending::Accepted.key()),
            invitations::accepted_by.eq(account),
            invitations::asked_again_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(connection)?;
    Ok(claimed == 1)
}

/// Ends an open invitation because whoever was invited says no.
pub fn decline(connection: &mut PgConnection, id: InvitationId) -> Result<bool, Stop> {
    let declined = diesel::update(invitations::table.find(id))
        .filter(invitations::ended_at.is_null())
        .filter(invitations::expires_at.gt(roster_now()))
        .set((
            invitations::ended_at.eq(roster_now().nullable()),
            invitations::ended_how.eq(Ending::Declined.key()),
            invitations::asked_again_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(connection)?;
    Ok(declined == 1)
}

/// What would end in these ways, because accounts lose something, or the organization goes; each once. The first few,
/// and how many there are.
pub fn loose(
    connection: &mut PgConnection,
    organization: OrganizationId,
    accounts: &[AccountId],
    endings: &[Ending],
) -> Result<(Vec<Loose>, usize), Stop> {
    let own =
        email_addresses::table.filter(email_addresses::account_id.eq_any(accounts)).select(email_addresses::address);
    let open = invitations::table
        .inner_join(accounts::table.on(accounts::id.eq(invitations::inviter_id)))
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::ended_at.is_null())
        .order((invitations::created_at, invitations::id))
        .limit(i64::try_from(Loose::MOST).unwrap_or(i64::MAX))
        .select((
            (invitations::email, accounts::username, invitations::expires_at.le(roster_now())),
            sql::<BigInt>("count(*) OVER ()"),
        ))
        .into_boxed();
    let open = match (endings.contains(&Ending::MemberRemoved), endings.contains(&Ending::InviterLostOwnership)) {
        (true, true) => open.filter(invitations::email.eq_any(own).or(invitations::inviter_id.eq_any(accounts))),
        (true, false) => open.filter(invitations::email.eq_any(own)),
        (false, true) => open.filter(invitations::inviter_id.eq_any(accounts)),
        (false, false) => open,
    };
    let found: Vec<((String, String, bool), i64)> = Prepared::by_text(open).load(connection)?;
    let number = found.first().map_or(0, |(_, number)| usize::try_from(*number).unwrap_or(usize::MAX));
    let first = found.into_iter().map(|((email, inviter, is_expired), _)| Loose { email, inviter, is_expired });
    Ok((first.collect(), number))
}

/// Ends it, and answers whose they were.
pub fn end_loose(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: Option<AccountId>,
    ending: Ending,
    undoing: Option<UndoingId>,
) -> Result<Vec<EmailAddress>, Stop> {
    let own = email_addresses::table
        .filter(email_addresses::account_id.nullable().eq(account))
        .select(email_addresses::address);
    let open = diesel::update(invitations::table)
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::ended_at.is_null())
        .set((
            invitations::ended_at.eq(roster_now().nullable()),
            invitations::ended_how.eq(ending.key()),
            invitations::asked_again_at.eq(None::<DateTime<Utc>>),
            invitations::ended_with.eq(undoing),
        ))
        .into_boxed();
    let open = match ending {
        Ending::MemberRemoved => open.filter(invitations::email.eq_any(own)),
        Ending::InviterLostOwnership => open.filter(invitations::inviter_id.nullable().eq(account)),
        _ => open,
    };
    let ended: Vec<String> = Prepared::by_text(open.returning(invitations::email)).get_results(connection)?;
    Ok(ended.into_iter().map(EmailAddress::stored).collect())
}
