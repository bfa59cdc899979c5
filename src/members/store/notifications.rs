//! Which mail to owners somebody wants, and so who is informed about what.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use uuid::Uuid;

use crate::authority::{EffectiveRole, Role};
use crate::db::DbError;
use crate::has_access;
use crate::ids::{AccountId, OrganizationId, PictureId};
use crate::members::rules::notifications::{NotificationPreferences, NotificationTopic};
use crate::members::standing;
use crate::outbox::RecipientGroup;
use crate::schema::{email_addresses, memberships, organization_addresses, organizations};
use crate::text::{EmailAddress, Slug, Title};
use crate::views::active_memberships;

/// The primary addresses of the owners who may act now and want to be informed about a matter.
pub fn owners_to_tell(
    connection: &mut PgConnection,
    organization: OrganizationId,
    matter: NotificationTopic,
) -> Result<Vec<(AccountId, EmailAddress)>, DbError> {
    let owners = active_memberships::table
        .inner_join(email_addresses::table.on(email_addresses::account_id.eq(active_memberships::account_id)))
        .filter(active_memberships::organization_id.eq(organization))
        .filter(active_memberships::role.eq(Role::Owner.key()))
        .filter(email_addresses::is_primary)
        .select((active_memberships::account_id, email_addresses::address))
        .order(active_memberships::joined_at)
        .into_boxed();
    let told = match matter {
        NotificationTopic::Ownership => owners,
        NotificationTopic::People => owners.filter(active_memberships::wants_people),
        NotificationTopic::Invitations => owners.filter(active_memberships::wants_invitations),
        NotificationTopic::Settings => owners.filter(active_memberships::wants_settings),
    };
    let found: Vec<(AccountId, String)> = told.load(connection)?;
    Ok(found.into_iter().map(|(account, address)| (account, EmailAddress::stored(address))).collect())
}

/// Some people of an organization with their primary addresses, in the order of their ids.
pub fn people_to_tell(
    connection: &mut PgConnection,
    organization: Uuid,
    audience: RecipientGroup,
    after: Uuid,
    most: usize,
) -> Result<Vec<(Uuid, EmailAddress)>, DbError> {
    let owns = memberships::role.eq(Role::Owner.key()).and(has_access!());
    let people = memberships::table
        .inner_join(email_addresses::table.on(email_addresses::account_id.eq(memberships::account_id)))
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::account_id.gt(after))
        .filter(email_addresses::is_primary)
        .order(memberships::account_id)
        .limit(i64::try_from(most).unwrap_or(i64::MAX))
        .select((memberships::account_id, email_addresses::address))
        .into_boxed();
    let found: Vec<(Uuid, String)> = match audience {
        RecipientGroup::Everyone => people.load(connection)?,
        RecipientGroup::Owners => people.filter(owns).load(connection)?,
        RecipientGroup::Others => people.filter(diesel::dsl::not(owns)).load(connection)?,
    };
    Ok(found.into_iter().map(|(account, address)| (account, EmailAddress::stored(address))).collect())
}

/// Whether an address is one of an owner of an organization who may act now.
pub fn is_owners(connection: &mut PgConnection, address: &str, organization: Uuid) -> Result<bool, DbError> {
    let owner = active_memberships::table
        .inner_join(email_addresses::table.on(email_addresses::account_id.eq(active_memberships::account_id)))
        .filter(active_memberships::organization_id.eq(OrganizationId::from(organization)))
        .filter(email_addresses::address.eq(address))
        .filter(active_memberships::role.eq(Role::Owner.key()));
    Ok(diesel::select(diesel::dsl::exists(owner)).get_result(connection)?)
}

/// An organization, and which mail about it somebody gets.
#[derive(Clone, Debug)]
pub struct MyMail {
    /// Which.
    pub organization: OrganizationId,
    /// Its name.
    pub name: Title,
    /// Its current URL.
    pub slug: Slug,
    /// Where its picture is.
    pub picture: Option<PictureId>,
    /// What they are in it.
    pub standing: EffectiveRole,
    /// What they chose.
    pub wants: NotificationPreferences,
}

impl MyMail {
    /// Whether they get mail to owners at all.
    pub const fn is_to_owner(&self) -> bool {
        matches!(self.standing, EffectiveRole::Owner | EffectiveRole::PrimaryOwner)
    }
}

/// The organizations of an account in which it has access, by name; or the one that goes by a URL.
pub fn my_mail(connection: &mut PgConnection, account: AccountId, slug: Option<&Slug>) -> Result<Vec<MyMail>, DbError> {
    type Row = ((OrganizationId, String, String, Option<PictureId>), (String, bool, AccountId), (bool, bool, bool));
    let mine = memberships::table
        .inner_join(organizations::table.on(organizations::id.eq(memberships::organization_id)))
        .inner_join(
            organization_addresses::table.on(organization_addresses::organization_id
                .eq(memberships::organization_id.nullable())
                .and(organization_addresses::is_current)),
        )
        .filter(memberships::account_id.eq(account))
        .filter(organizations::deleted_at.is_null())
        .order((organizations::name, organizations::id))
        .select((
            (organizations::id, organizations::name, organization_addresses::slug, organizations::picture_id),
            (memberships::role, diesel::dsl::not(has_access!()), organizations::primary_owner_id),
            (memberships::wants_people, memberships::wants_invitations, memberships::wants_settings),
        ))
        .into_boxed();
    let found: Vec<Row> = match slug {
        None => mine.limit(super::LISTED).load(connection)?,
        Some(slug) => mine.filter(organization_addresses::slug.eq(slug.as_str())).load(connection)?,
    };
    let read = |((organization, name, slug, picture), (role, is_suspended, primary_owner), wants): Row| MyMail {
        organization,
        name: Title::stored(name),
        slug: Slug::stored(slug),
        picture,
        standing: standing(&role, primary_owner == account, is_suspended),
        wants: NotificationPreferences { people: wants.0, invitations: wants.1, settings: wants.2 },
    };
    Ok(found.into_iter().map(read).collect())
}

/// Remembers what somebody chose.
pub fn choose_mail(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: AccountId,
    wants: NotificationPreferences,
) -> Result<(), DbError> {
    diesel::update(memberships::table.find((organization, account)))
        .set((
            memberships::wants_people.eq(wants.people),
            memberships::wants_invitations.eq(wants.invitations),
            memberships::wants_settings.eq(wants.settings),
        ))
        .execute(connection)?;
    Ok(())
}
