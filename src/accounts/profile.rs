//! What people are called: the username, by which they sign in and are distinguished, and the display name,
//! by which others read them.
//!
//! A **username** is one person's alone. Who gives it up keeps it from everybody else for 90 days, so that
//! nobody takes over the mentions and the trust of a name that was somebody else's yesterday; its old owner
//! can take it back (the register `usernames`, and its triggers). Because each change keeps a name
//! from others, there are only so many; and because it is how one signs in, the password is asked for again.
//!
//! A **display name** is anybody's: two people may be called alike. So it never is alone where who it is
//! matters: the username is beside it. History and subjects of emails name people by usernames alone.

use crate::accounts::emails::profile::UsernameChanged;
use crate::accounts::{CurrentAccount, addresses, store};
use crate::action;
use crate::audit_log::EventKind;
use crate::authority::Action;
use crate::db::throttle::{Quota, RateLimited, consume};
use crate::db::{Change, DbError, Queries, Verdict, WriteTx};
use crate::mail::EmailTemplate;
use crate::text::{PersonName, Username};

action! {
    /// Changing how one is called by others.
    pub ChangeProfile: CurrentAccount, ()
}
action! {
    /// Changing the name by which one signs in.
    pub ChangeUsername: CurrentAccount, (), requires_recent_password
}

/// For how long a username that was given up is kept from others, in words. The database holds it:
/// `accounts_register_their_names` and `accounts_leave_names`.
pub const HELD: &str = "90 days";

/// Usernames that one person takes in a month: each keeps another from everybody.
const NAMES_OF_ONE: Quota = Quota::within_minutes(5, 30 * 24 * 60);

/// What somebody is called: as it is kept, and as it is wished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// As others read them, if they have said so.
    pub display_name: Option<PersonName>,
    /// As they sign in.
    pub username: Username,
    /// How often it was changed: a form that knows another number is stale.
    pub version: i32,
}

/// Why nothing is changed.
#[derive(Debug)]
pub enum ProfileRefusal {
    /// It was changed since the form was drawn, in another window; so it is now.
    ChangedMeanwhile(Profile),
    /// Somebody has the username, or gave it up recently.
    Taken,
    /// The person has taken enough usernames for now.
    TooMany(RateLimited),
}

/// The profile has changed since the form was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stale;

impl Profile {
    /// Whether there is anything to do on the way to the wished profile; nothing when it is so already, by
    /// an earlier click, say.
    fn differs_from(&self, wished: &Self) -> Result<bool, Stale> {
        match self.display_name != wished.display_name || self.username != wished.username {
            false => Ok(false),
            true if self.version != wished.version => Err(Stale),
            true => Ok(true),
        }
    }
}

/// What one is called now.
pub fn profile<Q>(tx: &mut Q) -> Result<Profile, DbError>
where
    Q: Queries<Action: Action<Scope = CurrentAccount>>,
{
    let account = tx.scope().account();
    store::profile::find(tx.connection(), account)
}

/// Changes the display name. The username stays: that takes another act.
pub fn change_display_name(tx: &mut WriteTx<ChangeProfile>, wished: &Profile) -> Verdict<Change<()>, ProfileRefusal> {
    let (account, kept) = (tx.scope().account(), profile(tx)?);
    match kept.differs_from(wished) {
        Ok(false) => return Ok(Ok(Change::unchanged(()))),
        Ok(true) if kept.username == wished.username => {}
        Ok(true) | Err(Stale) => return Ok(Err(ProfileRefusal::ChangedMeanwhile(kept))),
    }
    store::profile::set_display_name(tx.connection(), account, wished.display_name.as_ref())?;
    Ok(Ok(Change::recorded((), EventKind::ProfileChanged)))
}

/// Changes the username, and the display name with it. The primary address is informed.
pub fn change_username(tx: &mut WriteTx<ChangeUsername>, wished: &Profile) -> Verdict<Change<()>, ProfileRefusal> {
    let (account, kept) = (tx.scope().account(), profile(tx)?);
    match kept.differs_from(wished) {
        Ok(false) => return Ok(Ok(Change::unchanged(()))),
        Ok(true) if kept.username != wished.username => {}
        Ok(true) | Err(Stale) => return Ok(Err(ProfileRefusal::ChangedMeanwhile(kept))),
    }
    if !store::claim_username(tx.connection(), account, &wished.username)? {
        return Ok(Err(ProfileRefusal::Taken));
    }
    if let Err(rate_limited) = consume(tx.connection(), &["username", &account.to_string()], NAMES_OF_ONE)? {
        return Ok(Err(ProfileRefusal::TooMany(rate_limited)));
    }
    store::profile::set_names(tx.connection(), account, wished)?;
    let (from, to) = (kept.username, wished.username.clone());
    let primary = addresses(tx, account)?.into_iter().next();
    let message = primary.map(|primary| UsernameChanged { from: from.clone(), to: to.clone() }.to(&primary));
    let change = Change::recorded((), EventKind::UsernameChanged { from, to }).with_emails(message);
    Ok(Ok(if kept.display_name == wished.display_name { change } else { change.and(EventKind::ProfileChanged) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_form_changes_nothing_unless_it_wishes_what_is() {
        let profile = |name: Option<&str>, username: &str, version| Profile {
            display_name: name.map(|name| PersonName::parse(name).unwrap()),
            username: Username::parse(username).unwrap(),
            version,
        };
        let kept = profile(Some("Ada Lovelace"), "ada", 2);
        assert_eq!(kept.differs_from(&profile(Some("Ada Lovelace"), "ada", 1)), Ok(false));
        assert_eq!(kept.differs_from(&profile(None, "ada", 2)), Ok(true));
        assert_eq!(kept.differs_from(&profile(Some("Ada Lovelace"), "lovelace", 2)), Ok(true));
        for (name, username, version) in
            [(None, "ada", 1), (Some("Ada"), "ada", 3), (Some("Ada Lovelace"), "lovelace", 1)]
        {
            assert_eq!(kept.differs_from(&profile(name, username, version)), Err(Stale));
        }
    }
}
