//! What is posted when an account is gone.

use serde::{Deserialize, Serialize};

use crate::accounts::profile::HELD;
use crate::mail::{Draft, EmailTemplate, unlinked};
use crate::outbox::Priority;
use crate::text::{Title, Username};
use crate::web::Site;
use crate::web::clock::Clock;
use crate::web::show::count;

/// Names of organizations that a letter spells out.
const SPELLED_OUT: usize = 10;

/// The last email: to the primary address of an account that was deleted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccountDeleted {
    pub username: Username,
    pub left: Vec<Title>,
}

impl EmailTemplate for AccountDeleted {
    const KIND: &'static str = "account_deleted";
    const PRIORITY: Priority = Priority::Security;

    fn draft(&self, _: &Site, _: Clock) -> Draft {
        let username = &self.username;
        let draft = Draft::new("Your account at Roster was deleted").paragraph(format!(
            "The account {username} was deleted, with its addresses, its password and all else by which it was signed in to."
        ));
        let draft = match self.left.len() {
            0 => draft,
            all => {
                let names: Vec<String> =
                    self.left.iter().take(SPELLED_OUT).map(|name| unlinked(name.as_str())).collect();
                let more = match all.saturating_sub(SPELLED_OUT) {
                    0 => String::new(),
                    more => format!(", and {more} more"),
                };
                let all = count(i64::try_from(all).unwrap_or(i64::MAX), "organization");
                draft.paragraph(format!("You left {all}: {}{more}.", names.join(", ")))
            }
        };
        draft
            .note(format!("This address can be used for a new account at any time, the username {username} after {HELD}."))
            .note("If it was you, there is nothing to do. If it was not, tell the operator of this Roster and the owners of your organizations.")
    }
}
