//! What is posted from the overview.

use diesel::pg::PgConnection;
use serde::{Deserialize, Serialize};

use super::store;
use crate::db::DbError;
use crate::ids::{AccountId, OrganizationId};
use crate::mail::{Draft, EmailTemplate, unlinked};
use crate::text::{Title, Username};
use crate::web::Site;
use crate::web::clock::Clock;

/// To an owner whose account is guarded by a password alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TwoFactorReminder {
    pub organization: OrganizationId,
    pub name: Title,
    pub account: AccountId,
    pub by: Username,
}

impl EmailTemplate for TwoFactorReminder {
    const KIND: &'static str = "two_factor_reminder";

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        let (by, organization) = (&self.by, unlinked(self.name.as_str()));
        Draft::new(format!("{by} asks you to turn on two-factor authentication on Roster"))
            .paragraph(format!(
                "You are an owner of {organization}, and your account is guarded by its password alone. {by}, who owns it with you, asks you to turn on two-factor authentication: then a stolen password opens nothing."
            ))
            .button("Two-factor Authentication", site.address("/account/two-factor"))
            .note("It takes a minute and an app on your phone. Nothing changes until you do it.")
    }

    /// A person who has turned it on, or no longer owns the organization, is not reminded.
    fn still_true(&self, connection: &mut PgConnection) -> Result<bool, DbError> {
        store::is_unguarded_owner(connection, self.organization, self.account)
    }
}
