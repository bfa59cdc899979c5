//! All that an account holds: told where one looks at it and before it is deleted, and ended with it.
//!
//! Deleting an account begins above this feature (`closing`), which knows where somebody belongs. Here the
//! account's own end is: one row, and with it by reference whatever is the account's alone.

use chrono::{DateTime, Utc};

use super::{CurrentAccount, store};
use crate::audit_log::EventKind;
use crate::authority::Action;
use crate::db::{Change, DbError, Queries, WriteTx};
use crate::text::{EmailAddress, PersonName, Username};
use crate::web::show::count;

/// What an account holds by itself, organizations aside.
#[derive(Clone, Debug)]
pub struct AccountSummary {
    /// The name to sign in with.
    pub username: Username,
    /// As others read them.
    pub display_name: Option<PersonName>,
    /// Since when it is there.
    pub created_at: DateTime<Utc>,
    /// The confirmed addresses, the primary one first.
    pub addresses: Vec<EmailAddress>,
    /// In how many browsers somebody is signed in.
    pub sessions: i64,
    /// How many devices sign in without a password.
    pub passkeys: i64,
    /// Whether signing in asks for a code.
    pub has_second_factor: bool,
}

impl AccountSummary {
    /// What ends with the account, a sentence each.
    pub fn would_end(&self) -> Vec<String> {
        let mut ends = vec![match self.sessions {
            ..=1 => "You are signed out.".to_owned(),
            several => format!("You are signed out everywhere: {}.", count(several, "session")),
        }];
        let addresses = self.addresses.iter().map(EmailAddress::as_str).collect::<Vec<_>>().join(", ");
        ends.push(match self.addresses.len() {
            1 => format!("The address {addresses} is let go: it can be used for another account."),
            _ => format!("The addresses {addresses} are let go: they can be used for other accounts."),
        });
        if self.passkeys > 0 {
            ends.push(format!(
                "{} and the password can no longer be used to sign in.",
                count(self.passkeys, "passkey")
            ));
        }
        if self.has_second_factor {
            ends.push("The recovery codes and the authenticator app stop working.".to_owned());
        }
        ends
    }
}

/// What one's account holds.
pub fn account_summary<Q>(tx: &mut Q) -> Result<AccountSummary, DbError>
where
    Q: Queries<Action: Action<Scope = CurrentAccount>>,
{
    let account = tx.scope().account();
    store::account_summary::account_summary(tx.connection(), account)
}

/// Deletes one's account, and answers what it held. Its usernames are kept from others for a while, as
/// those that are given up; what it did stays in the audit log under the names it had.
pub fn delete<A: Action<Scope = CurrentAccount>>(tx: &mut WriteTx<A>) -> Result<Change<AccountSummary>, DbError> {
    let account = tx.scope().account();
    let held = account_summary(tx)?;
    store::account_summary::delete(tx.connection(), account)?;
    Ok(Change::recorded(held, EventKind::AccountDeleted))
}
