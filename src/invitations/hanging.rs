//! What of invitations hangs on memberships: it ends with them, in the same transaction.
//!
//! Whoever parts leaves no invitation behind by which they could come back (INV-16); whoever is an
//! owner no more, or is suspended, has nobody join in their name (INV-15); nobody joins what was deleted.

use diesel::pg::PgConnection;

use super::rules::{Ending, Loose};
use super::store;
use crate::db::Stop;
use crate::history::Happened;
use crate::ids::{AccountId, OrganizationId};
use crate::members::{Hanging, Loss};

/// The open invitations of an organization.
#[derive(Debug)]
pub struct OpenInvitations;

/// Which invitations a loss ends, and how.
fn ending(loss: Loss) -> &'static [Ending] {
    match loss {
        Loss::Membership => &[Ending::MemberRemoved, Ending::InviterLostOwnership],
        Loss::Ownership | Loss::Access => &[Ending::InviterLostOwnership],
        Loss::Organization => &[Ending::OrganizationDeleted],
    }
}

impl Hanging for OpenInvitations {
    fn would_end(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
        account: Option<AccountId>,
        loss: Loss,
    ) -> Result<Vec<String>, Stop> {
        let mut all: Vec<Loose> = Vec::new();
        for ending in ending(loss) {
            for loose in store::loose(connection, organization, account, *ending)? {
                // One that was sent by the person to an address of their own ends once.
                if !all.contains(&loose) {
                    all.push(loose);
                }
            }
        }
        Ok(Loose::told(&all))
    }

    fn end(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
        account: Option<AccountId>,
        loss: Loss,
    ) -> Result<Vec<Happened>, Stop> {
        let mut ended = Vec::new();
        for ending in ending(loss) {
            let emails = store::end_loose(connection, organization, account, *ending)?;
            let why = ending.why();
            ended.extend(emails.into_iter().map(|email| Happened::InvitationEnded { email, why: why.to_owned() }));
        }
        Ok(ended)
    }
}
