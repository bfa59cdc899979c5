//! People who can sign in.
//!
//! Nobody has an account before an address was proven: signing up only *registers*, beside the
//! accounts, and a link that is mailed to the address turns the registration into an account. So
//! nobody can hold an address before its owner comes (ACC-04), and what the pages answer tells
//! nobody whether an address is known: they always say "check your mail".
//!
//! Who is signed in stands in [`session`]; how passwords are kept in [`password`].

mod forms;
mod letters;
pub mod pages;
pub mod password;
pub mod session;
mod store;

use chrono::TimeDelta;

use crate::act;
use crate::authority::Act;
use crate::db::throttle::{Allowance, Exhausted, take};
use crate::db::{Asking, Change, Db, Stop, Verdict, Work};
use crate::history::{Happened, Proof};
use crate::ids::{AccountId, PasswordResetId, RegistrationId};
use crate::mail::{Letter, Letters};
use crate::text::{EmailAddress, Username};
use crate::web::{Routes, Visitor};
pub use forms::twice as typed_twice;
use password::Hasher;
pub use session::{Anyone, Myself};

act! {
    /// Creating an account, up to the mail that confirms it.
    pub Register: Visitor, ()
}
act! {
    /// Turning a registration into an account, by the mailed link.
    pub ConfirmAddress: Visitor, ()
}
act! {
    /// Signing in.
    pub SignIn: Anyone, ()
}
act! {
    /// Asking for a link to choose a new password, and using it.
    pub ResetPassword: Visitor, ()
}
act! {
    /// Signing out.
    pub SignOut: Myself, ()
}
act! {
    /// Looking at one's own account.
    pub SeeAccount: Myself, ()
}
act! {
    /// Giving the password again on the way to something grave.
    pub GivePasswordAgain: Myself, ()
}

/// How long a registration waits for its link.
const REGISTRATION: TimeDelta = TimeDelta::days(2);

/// How long the link to a new password works.
const RESET: TimeDelta = TimeDelta::hours(1);

/// Mails to one address in an hour, whoever asks for them.
const MAILS_TO_ONE: Allowance = Allowance::hourly(5);

/// Accounts and resets that one source may ask for in an hour.
const ASKED_BY_ONE: Allowance = Allowance::hourly(60);

/// Passwords tried for one name from one source in a quarter of an hour.
const TRIES_FOR_ONE: Allowance = Allowance::within_minutes(10, 15);

/// Mounts the pages.
pub fn routes(routes: &mut Routes) {
    pages::routes(routes);
}

/// The letters this feature posts.
pub fn letters(letters: Letters) -> Letters {
    letters
        .with::<letters::Confirmation>()
        .with::<letters::KnownAddress>()
        .with::<letters::PasswordReset>()
        .with::<letters::PasswordChanged>()
        .with::<letters::AddressAdded>()
}

/// A new account as it is wished for: the password is a hash already.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The address to prove.
    pub email: EmailAddress,
    /// The name to sign in with.
    pub username: Username,
    /// The hash of the password.
    pub password_hash: String,
}

/// Why a registration is refused.
#[derive(Debug)]
pub enum RegisterRefusal {
    /// Somebody has the name. Names are public, so this may be said.
    UsernameTaken,
    /// Too many from this network.
    TooMany(Exhausted),
}

/// Keeps a registration and mails its link; a known address is told that it is known. Both look the
/// same from outside, and both leave the same line of history.
fn register(work: &mut Work<Register>, wish: &Wish) -> Verdict<Change<()>, RegisterRefusal> {
    let source = work.scope().source().to_owned();
    if store::is_taken(work.connection(), &wish.username)? {
        return Ok(Err(RegisterRefusal::UsernameTaken));
    }
    if let Err(exhausted) = take(work.connection(), &["register", &source], ASKED_BY_ONE)? {
        return Ok(Err(RegisterRefusal::TooMany(exhausted)));
    }
    let change = Change::recorded((), Happened::RegistrationBegun);
    // Whoever had enough mail gets no more, and the page says nothing of it.
    if take(work.connection(), &["mail to", wish.email.as_str()], MAILS_TO_ONE)?.is_err() {
        return Ok(Ok(change));
    }
    let registration = {
        let until = work.now() + REGISTRATION;
        store::register(work.connection(), &wish.email, &wish.username, &wish.password_hash, until)?
    };
    Ok(Ok(change.mailing(match store::find_by_address(work.connection(), &wish.email)? {
        Some(_) => letters::KnownAddress {}.to(&wish.email),
        None => letters::Confirmation { registration }.to(&wish.email),
    })))
}

/// Why a registration is not confirmed.
#[derive(Debug)]
pub enum ConfirmRefusal {
    /// The link means nothing any more.
    DeadLink,
    /// The name was taken meanwhile: another is to be chosen.
    UsernameTaken,
}

/// Turns a registration into an account, under another name if the wished one was taken meanwhile.
fn confirm(
    work: &mut Work<ConfirmAddress>,
    id: RegistrationId,
    another: Option<&Username>,
) -> Verdict<Change<()>, ConfirmRefusal> {
    let Some(registration) = store::find_registration(work.connection(), id)? else {
        return Ok(Err(ConfirmRefusal::DeadLink));
    };
    let email = EmailAddress::stored(registration.email);
    if !store::claim_registrations(work.connection(), &email)?.contains(&id) {
        return Ok(Err(ConfirmRefusal::DeadLink));
    }
    let wish = Wish {
        email,
        username: another.cloned().unwrap_or_else(|| Username::stored(registration.username)),
        password_hash: registration.password_hash,
    };
    Ok(match open(work, &wish)? {
        Ok((_, change)) => Ok(change.map(|_| ())),
        Err(OpenRefusal::UsernameTaken) => Err(ConfirmRefusal::UsernameTaken),
        Err(OpenRefusal::AddressKnown) => Err(ConfirmRefusal::DeadLink),
    })
}

/// Why an account is not made.
#[derive(Debug)]
pub enum OpenRefusal {
    /// Somebody has the name.
    UsernameTaken,
    /// Somebody has the address: they sign in instead. Nothing of their account is touched (INV-04).
    AddressKnown,
}

/// Makes an account with a proven address, and never touches one that is there. Answers it with the
/// change, for a verb that does more.
pub fn open<A: Act>(work: &mut Work<A>, wish: &Wish) -> Verdict<(AccountId, Change<AccountId>), OpenRefusal> {
    // First the registrations, then the rest, as confirming does: so nobody waits in a circle.
    store::claim_registrations(work.connection(), &wish.email)?;
    let Some(account) = store::open(work.connection(), &wish.username, &wish.password_hash)? else {
        return Ok(Err(OpenRefusal::UsernameTaken));
    };
    if !store::add_address(work.connection(), account, &wish.email, true)? {
        return Ok(Err(OpenRefusal::AddressKnown));
    }
    let change = Change::recorded(account, Happened::AccountCreated).by(account, &wish.username);
    Ok(Ok((account, change)))
}

/// Gives an address that a mailed link has proven to an account, and tells its primary address.
/// Answers false when it is somebody else's.
pub fn add_address<A: Act>(work: &mut Work<A>, account: AccountId, address: &EmailAddress) -> Result<bool, Stop> {
    if addresses(work, account)?.contains(address) {
        return Ok(true);
    }
    store::add_address(work.connection(), account, address, false)
}

/// The letter that tells an account's primary address of an added one.
pub fn address_added_letter<A: Asking>(
    asking: &mut A,
    account: AccountId,
    added: &EmailAddress,
) -> Result<Option<crate::post::Envelope>, Stop> {
    let primary = addresses(asking, account)?.into_iter().next();
    Ok(primary.map(|primary| letters::AddressAdded { address: added.clone() }.to(&primary)))
}

/// The confirmed addresses of an account, the primary one first.
pub fn addresses<A: Asking>(asking: &mut A, account: AccountId) -> Result<Vec<EmailAddress>, Stop> {
    store::addresses(asking.connection(), account)
}

/// Whose an address is.
pub fn whose<A: Asking>(asking: &mut A, address: &EmailAddress) -> Result<Option<(AccountId, Username)>, Stop> {
    store::find_by_address(asking.connection(), address)
}

/// A session to begin: the browser it is in, and how long it lasts.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// The hash of the token in the cookie.
    pub token_hash: Vec<u8>,
    /// What the browser calls itself.
    pub device: String,
    /// The network address.
    pub source: String,
    /// How long it lasts.
    pub hours: u32,
    /// How it was proven who begins it.
    pub proof: Proof,
}

/// Signs in, with a session of its own: the one that was in the cookie before ends.
fn sign_in(
    work: &mut Work<SignIn>,
    account: AccountId,
    username: &Username,
    session: &Beginning,
) -> Verdict<Change<()>, std::convert::Infallible> {
    let earlier = work.scope().me().and_then(Myself::session);
    store::end_session(work.connection(), earlier)?;
    Ok(Ok(begin_session(work, account, username, session)?))
}

/// Begins a session of an account.
pub fn begin_session<A: Act>(
    work: &mut Work<A>,
    account: AccountId,
    username: &Username,
    session: &Beginning,
) -> Result<Change<()>, Stop> {
    let Beginning { token_hash, device, source, hours, .. } = session;
    let until = work.now() + TimeDelta::hours((*hours).into());
    let idle_until = work.now() + TimeDelta::hours(store::IDLE_HOURS.into());
    store::begin_session(work.connection(), token_hash, account, device, source, until, idle_until)?;
    let happened = Happened::SignedIn { device: device.clone(), proof: session.proof };
    Ok(Change::recorded((), happened).by(account, username))
}

/// Signs out.
pub fn sign_out(work: &mut Work<SignOut>) -> Verdict<Change<()>, std::convert::Infallible> {
    let session = work.scope().session();
    store::end_session(work.connection(), session)?;
    Ok(Ok(Change::recorded((), Happened::SignedOut)))
}

/// Mails a link to choose a new password, if the address belongs to an account. What the page answers is the
/// same either way, and so is all that is done for it, so that time tells nothing (ACC-03): a letter that opens
/// nothing waits in the outbox too, and is dropped there.
fn ask_for_reset(work: &mut Work<ResetPassword>, email: &EmailAddress) -> Verdict<Change<()>, Exhausted> {
    let source = work.scope().source().to_owned();
    if let Err(exhausted) = take(work.connection(), &["reset", &source], ASKED_BY_ONE)? {
        return Ok(Err(exhausted));
    }
    let change = Change::recorded((), Happened::PasswordResetAsked);
    let known = store::find_by_address(work.connection(), email)?;
    if take(work.connection(), &["mail to", email.as_str()], MAILS_TO_ONE)?.is_err() {
        return Ok(Ok(change));
    }
    let reset = {
        let until = work.now() + RESET;
        store::open_reset(work.connection(), known.as_ref().map(|(account, _)| *account), until)?
    };
    let change = match known {
        Some((account, username)) => change.by(account, &username),
        None => change,
    };
    Ok(Ok(change.mailing(letters::PasswordReset { reset }.to(email))))
}

/// The link means nothing any more.
#[derive(Debug)]
pub struct DeadLink;

/// Sets a new password, once; every session of the account ends, and its primary address is told.
fn reset_password(
    work: &mut Work<ResetPassword>,
    id: PasswordResetId,
    password_hash: &str,
) -> Verdict<Change<()>, DeadLink> {
    let Some((account, username)) = store::find_reset(work.connection(), id)? else { return Ok(Err(DeadLink)) };
    if !store::claim_reset(work.connection(), id)? {
        return Ok(Err(DeadLink));
    }
    store::set_password(work.connection(), account, password_hash)?;
    store::end_sessions(work.connection(), account)?;
    let notices: Vec<_> =
        addresses(work, account)?.iter().take(1).map(|address| letters::PasswordChanged {}.to(address)).collect();
    Ok(Ok(Change::recorded((), Happened::PasswordReset).by(account, &username).mailing_all(notices)))
}

/// Forgets what has lapsed, for the worker that sweeps. Returns how many rows.
pub fn forget_lapsed(connection: &mut diesel::pg::PgConnection) -> Result<usize, Stop> {
    store::forget_lapsed(connection)
}

act! {
    /// Making the people of a demonstration.
    pub SeedPeople: crate::authority::Machine, ()
}

/// Whether there is any account: a demonstration is only put into an empty house.
pub async fn is_anybody_here(db: &Db) -> Result<bool, Stop> {
    db.unproven(store::is_anybody_here).await
}

/// Makes an account with a proven address, for the demonstration.
pub async fn seed(
    db: &Db,
    hasher: &Hasher,
    username: &Username,
    email: &EmailAddress,
    password: &str,
) -> Result<bool, crate::web::Oops> {
    let password_hash = hasher.hash(crate::text::Secret::new(password.to_owned())).await?;
    let wish = Wish { email: email.clone(), username: username.clone(), password_hash };
    let by = crate::authority::Machine::named::<SeedPeople>("the demonstration");
    let made = db.change(&by, move |work| Ok(open(work, &wish)?.map(|(_, change)| change))).await?;
    Ok(made.is_ok())
}
