//! People who can sign in.
//!
//! Nobody has an account before an address was proven: signing up only *registers*, beside the
//! accounts, and the page of a link that is emailed to the address asks for the password and makes the
//! account ([`registration`]). So nobody can hold an address before its owner comes (ACC-04), and what the
//! pages answer tells nobody whether an address is known: they always say "check your email".
//!
//! Who is signed in is in [`session`]; how passwords are kept in [`password`]; how often they may be tried
//! in [`tries`]; what is asked for beside them in [`two_factor`], and when signing in in [`second_step`]; where
//! somebody is signed in, and ending it, in [`sessions`].

pub mod account_summary;
pub mod addresses;
mod clock;
mod credentials;
pub mod device;
mod devices;
mod emails;
mod forms;
pub mod login_attempts;
pub mod operator;
pub mod pages;
pub mod passkeys;
pub mod password;
pub mod picture;
pub mod profile;
mod recovery;
mod registration;
pub mod second_step;
pub mod session;
pub mod sessions;
mod store;
pub mod two_factor;

use chrono::TimeDelta;

use crate::action;
use crate::audit_log::{EventKind, Proof};
use crate::authority::{Action, Source};
use crate::db::throttle::Quota;
use crate::db::{Change, Db, DbError, Queries, Verdict, WriteTx};
use crate::ids::AccountId;
use crate::mail::EmailTemplates;
use crate::text::{EmailAddress, Username};
use crate::web::Routes;
pub use clock::ChooseClock;
pub use forms::twice as typed_twice;
pub use login_attempts::Counted;
use password::Hasher;
pub use recovery::ResetPassword;
pub use registration::{ConfirmAddress, NewAccountDetails, OpenRefusal, Register, open, open_without_address};
pub use session::{CurrentAccount, OptionalAccount};

action! {
    /// Signing in.
    pub SignIn: OptionalAccount, ()
}
action! {
    /// Signing out.
    pub SignOut: CurrentAccount, ()
}
action! {
    /// Looking at one's own account.
    pub SeeAccount: CurrentAccount, ()
}
action! {
    /// Looking at what has happened to one's account.
    pub SeeSecurity: CurrentAccount, ()
}
action! {
    /// Giving the password again on the way to something sensitive.
    pub GivePasswordAgain: CurrentAccount, ()
}

/// How long the link to a new password works.
const RESET: TimeDelta = TimeDelta::hours(1);

/// Mails to one address in an hour, the person who asks for them.
const MAILS_TO_ONE: Quota = Quota::hourly(5);

/// Mounts the pages.
pub fn routes(routes: &mut Routes) {
    pages::routes(routes);
}

/// The letters this feature posts; and how everybody reads theirs.
pub fn emails(emails: EmailTemplates) -> EmailTemplates {
    emails
        .read_by(store::clock::clocks)
        .with::<emails::Confirmation>()
        .with::<emails::KnownAddress>()
        .with::<emails::PasswordReset>()
        .with::<emails::PasswordChanged>()
        .with::<emails::operator::Suspended>()
        .with::<emails::operator::Restored>()
        .with::<emails::profile::UsernameChanged>()
        .with::<emails::NewSignIn>()
        .with::<emails::passkeys::PasskeyAdded>()
        .with::<emails::passkeys::PasskeyRemoved>()
        .with::<emails::addresses::AddressClaimed>()
        .with::<emails::addresses::AddressInUse>()
        .with::<emails::addresses::AddressAdded>()
        .with::<emails::addresses::AddressRemoved>()
        .with::<emails::addresses::ResetRefused>()
        .with::<emails::addresses::PrimaryAddressChanged>()
        .with::<emails::TwoFactorEnabled>()
        .with::<emails::TwoFactorDisabled>()
        .with::<emails::RecoveryCodesRenewed>()
        .with::<emails::RecoveryCodeUsed>()
        .with::<emails::SecondFactorRefused>()
}

/// The confirmed addresses of an account, the primary one first.
pub fn addresses<A: Queries>(tx: &mut A, account: AccountId) -> Result<Vec<EmailAddress>, DbError> {
    store::addresses(tx.connection(), account)
}

/// Whose an address is.
pub fn whose<A: Queries>(tx: &mut A, address: &EmailAddress) -> Result<Option<(AccountId, Username)>, DbError> {
    store::find_by_address(tx.connection(), address)
}

/// A session to begin: the browser it is in, and how long it lasts.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The hash of the token in the cookie.
    pub token_hash: Vec<u8>,
    /// The browser in words.
    pub device: String,
    /// The network address.
    pub source: Source,
    /// How long it lasts.
    pub hours: u32,
    /// How it was proven who begins it.
    pub proof: Proof,
}

/// Where signing in has led.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInStep {
    /// They are signed in.
    Arrived,
    /// They gave the password, and owe a code: the token is of what was begun, not of a session.
    SecondFactorRequired,
}

/// The account was suspended, or its password changed, while the password was compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ChangedMeanwhile;

/// Signs in, with a session of its own: the one that was in the cookie before ends. A password alone
/// only begins, where two-factor authentication is on; that is decided here, under the lock, so that
/// no way in can forget it.
///
/// `compared_with` is the hash the password was compared with, as it is now if it was renewed on
/// the way.
fn sign_in(
    tx: &mut WriteTx<SignIn>,
    account: AccountId,
    username: &Username,
    compared_with: Option<&str>,
    session: &NewSession,
) -> Verdict<Change<SignInStep>, ChangedMeanwhile> {
    // A person who was signed in here was locked before; should two people change places at this very
    // moment, the database lets one of them try again.
    if store::lock(tx.connection(), account, None)?.is_none() {
        return Ok(Err(ChangedMeanwhile));
    }
    if let Some(hash) = compared_with
        && store::password_hash(tx.connection(), account)?.as_deref() != Some(hash)
    {
        return Ok(Err(ChangedMeanwhile));
    }
    if session.proof == Proof::Password && store::second_factors::is_on(tx.connection(), account)? {
        let earlier = tx.scope().me().and_then(CurrentAccount::session);
        store::end_session(tx.connection(), earlier)?;
        return Ok(
            Ok(second_step::begin(tx, account, &session.token_hash)?.map(|()| SignInStep::SecondFactorRequired)),
        );
    }
    Ok(Ok(enter(tx, account, username, session)?.map(|()| SignInStep::Arrived)))
}

/// Begins the session of somebody who has proven all they owe; what else was begun for the account, or
/// was in this cookie, ends.
fn enter(
    tx: &mut WriteTx<SignIn>,
    account: AccountId,
    username: &Username,
    session: &NewSession,
) -> Result<Change<()>, DbError> {
    let earlier = tx.scope().me().and_then(CurrentAccount::session);
    store::end_session(tx.connection(), earlier)?;
    two_factor::end_pending(tx, account)?;
    begin_session(tx, account, username, session)
}

/// Begins a session of an account, and tells its primary address when it is not known where it begins.
pub fn begin_session<A: Action>(
    tx: &mut WriteTx<A>,
    account: AccountId,
    username: &Username,
    session: &NewSession,
) -> Result<Change<()>, DbError> {
    let NewSession { token_hash, device, source, hours, .. } = session;
    let until = tx.now() + TimeDelta::hours((*hours).into());
    let idle_until = tx.now() + TimeDelta::hours(store::IDLE_HOURS.into());
    let id =
        store::begin_session(tx.connection(), token_hash, account, device, &source.to_string(), until, idle_until)?;
    let notice = devices::meet(tx, account, device, source)?;
    let event = EventKind::SignedIn { device: device.clone(), proof: session.proof, session: Some(id) };
    Ok(Change::recorded((), event).by(account, username).with_emails(notice))
}

/// Signs out.
pub fn sign_out(tx: &mut WriteTx<SignOut>) -> Verdict<Change<()>, std::convert::Infallible> {
    let session = tx.scope().session();
    store::end_session(tx.connection(), session)?;
    Ok(Ok(Change::recorded((), EventKind::SignedOut)))
}

/// What of accounts lapses, for the worker that sweeps.
pub use store::lapsed::LAPSING;

/// Forgets what has lapsed, in bounded batches. Returns how many rows.
pub fn forget_lapsed(connection: &mut diesel::pg::PgConnection) -> Result<usize, DbError> {
    store::lapsed::forget_lapsed(connection)
}

action! {
    /// Making the people of a demonstration.
    pub SeedPeople: crate::authority::SystemActor, ()
}

/// Whether there is any account: a demonstration is only put into an empty house.
pub async fn is_anybody_here(db: &Db) -> Result<bool, DbError> {
    db.without_authorization(store::is_anybody_here).await
}

/// Makes an account with a proven address, for the demonstration.
pub async fn seed(
    db: &Db,
    hasher: &Hasher,
    username: &Username,
    email: &EmailAddress,
    password: &str,
) -> Result<bool, crate::web::PageError> {
    let password_hash = hasher.hash(crate::text::Secret::new(password.to_owned())).await?;
    let wish = NewAccountDetails { email: email.clone(), username: username.clone(), password_hash };
    let by = crate::authority::SystemActor::named::<SeedPeople>("the demonstration");
    let made = db.write(&by, move |tx| Ok(open(tx, &wish)?.map(|(_, change)| change))).await?;
    Ok(made.is_ok())
}
