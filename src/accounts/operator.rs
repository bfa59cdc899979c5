//! What the operator does for people who cannot help themselves: on the command line alone, for a page
//! that could do it would be worth breaking into.
//!
//! The operator can look, confirm, end and lock out; a password they can neither see nor choose
//! (ASVS 6.4.6). Whatever they do is in the audit log of the account it is done to.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::addresses::{self, AddAddressError};
use super::store::registrations::Registration;
use super::{MAILS_TO_ONE, RESET, emails, store, two_factor};
use crate::action;
use crate::audit_log::EventKind;
use crate::authority::SystemActor;
use crate::db::throttle::consume;
use crate::db::{Change, Db, DbError, Queries, Verdict, WriteTx};
use crate::ids::AccountId;
use crate::mail::EmailTemplate;
use crate::signed_links::Purpose;
use crate::text::{EmailAddress, Username};
use crate::web::Site;

action! {
    /// Helping people with their accounts, from the command line.
    pub OperateAccounts: SystemActor, ()
}

/// As the audit log names anyone who has the command line.
const OPERATOR: &str = "the operator";

/// Whom an order is about.
#[derive(Clone, Debug)]
pub enum AccountSelector {
    /// By the name they sign in with.
    Named(Username),
    /// By one of their confirmed addresses.
    At(EmailAddress),
}

impl AccountSelector {
    /// Reads a username or an address.
    pub fn parse(typed: &str) -> Result<Self, crate::text::FieldError> {
        if typed.contains('@') {
            EmailAddress::parse(typed).map(Self::At)
        } else {
            Username::parse(typed).map(Self::Named)
        }
    }
}

impl fmt::Display for AccountSelector {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => name.fmt(to),
            Self::At(address) => address.fmt(to),
        }
    }
}

/// What the operator wants done.
#[derive(Clone, Debug)]
pub enum OperatorCommand {
    /// Tell what is known of it, secrets aside.
    Show,
    /// Take an address as proven, and add it. For a registration that waits there is no account to add it to, and no
    /// password to open one with: the person gets the link on whose page they choose it.
    ConfirmAddress(EmailAddress),
    /// Mail a link to choose a new password to the primary address.
    SendReset,
    /// Ask for no second factor any more: its app is lost, and its recovery codes too.
    TurnOffTwoFactor,
    /// Keep the person out until they are restored.
    Suspend,
    /// Let the person in again.
    Restore,
    /// Sign the person out everywhere.
    EndSessions,
}

/// Why an order is not carried out.
#[derive(Debug, PartialEq, Eq)]
pub enum OperatorCommandError {
    /// There is nobody of that name or address.
    NoSuchAccount,
    /// The address is another account's.
    AddressTaken,
    /// The account has as many addresses as it can.
    EnoughAddresses,
    /// The account has no confirmed address.
    NoAddress,
    /// No second factor is asked for.
    NoSecondFactor,
    /// So many mails went there that none is sent for a while.
    EnoughMail,
}

impl fmt::Display for OperatorCommandError {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::NoSuchAccount => "there is no account of that name or address",
            Self::AddressTaken => "that address belongs to another account",
            Self::EnoughAddresses => "that account has as many addresses as it can: one has to go first",
            Self::NoAddress => "that account has no confirmed address: add one with confirm-address first",
            Self::NoSecondFactor => "two-factor authentication is off",
            Self::EnoughMail => "five emails were sent to that address within the last hour: wait, then try again",
        })
    }
}

/// What is known of an account, for the operator.
#[derive(Clone, Debug)]
pub struct AccountDetails {
    /// As they sign in.
    pub username: String,
    /// As others read it.
    pub display_name: Option<String>,
    /// Since when there is the account.
    pub created_at: DateTime<Utc>,
    /// Since when it is suspended.
    pub suspended_at: Option<DateTime<Utc>>,
    /// Confirmed ones, the primary one first.
    pub addresses: Vec<EmailAddress>,
    /// Since when a second factor is asked for.
    pub two_factor_since: Option<DateTime<Utc>>,
    /// How many passkeys there are.
    pub passkeys: i64,
    /// Where they are signed in.
    pub sessions: Vec<store::operator::SessionLine>,
    /// What happened to the account recently, the newest first.
    pub lines: Vec<store::operator::HistoryLine>,
}

/// What an order came to.
#[derive(Clone, Debug)]
pub enum Told {
    /// What is known.
    AccountDetails(Box<AccountDetails>),
    /// It is done, in one sentence.
    Done(String),
    /// The registration that waits: its link goes to the person by another way than email.
    Waiting(Registration),
}

impl Told {
    /// What is said of it on the command line.
    pub fn said(&self, site: &Site) -> String {
        match self {
            Self::Done(sentence) => sentence.clone(),
            Self::AccountDetails(card) => card.to_string(),
            Self::Waiting(registration) => format!(
                "{name} has no account yet. Give this link to the person who owns {email}, and to nobody else: its page asks for \
                 a password and creates the account. It works once, until {until}.\n{link}",
                name = registration.username,
                email = registration.email,
                until = registration.expires_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
                link = site.link(Purpose::Confirmation, registration.id.uuid(), 1),
            ),
        }
    }
}

impl fmt::Display for AccountDetails {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let when = |at: &DateTime<Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        writeln!(to, "{:<14}{}", "Username", self.username)?;
        writeln!(to, "{:<14}{}", "Display name", self.display_name.as_deref().unwrap_or("none"))?;
        writeln!(to, "{:<14}{}", "Created", when(&self.created_at))?;
        let suspended = self.suspended_at.as_ref().map_or_else(|| "no".to_owned(), |at| format!("since {}", when(at)));
        writeln!(to, "{:<14}{suspended}", "Suspended")?;
        for (at, address) in self.addresses.iter().enumerate() {
            writeln!(to, "{:<14}{address}", if at == 0 { "Addresses" } else { "" })?;
        }
        let since =
            self.two_factor_since.as_ref().map_or_else(|| "off".to_owned(), |at| format!("on since {}", when(at)));
        writeln!(to, "{:<14}{since}", "Two-factor")?;
        writeln!(to, "{:<14}{}", "Passkeys", self.passkeys)?;
        writeln!(to, "{:<14}{}", "Sessions", self.sessions.len())?;
        for line in &self.sessions {
            writeln!(to, "{:<14}last seen {} from {}: {}", "", when(&line.last_seen_at), line.source, line.device)?;
        }
        write!(to, "Recently")?;
        for line in &self.lines {
            write!(to, "\n{:<14}{} {} {}", "", when(&line.at), line.actor, line.told)?;
        }
        Ok(())
    }
}

/// Ends the open invitations that an account has sent, wherever it belongs, and answers how many. Features above this
/// one know where that is: `app` puts it together.
pub type EndInvitations =
    Arc<dyn Fn(&mut WriteTx<OperateAccounts>, AccountId) -> Result<Change<usize>, DbError> + Send + Sync>;

/// Carries out an order about one account, whole or not at all.
pub async fn carry_out(
    db: &Db,
    selector: AccountSelector,
    order: OperatorCommand,
    end_invitations: EndInvitations,
) -> Result<Result<Told, OperatorCommandError>, DbError> {
    let by = SystemActor::named::<OperateAccounts>(OPERATOR);
    db.write(&by, move |tx| carry(tx, &selector, &order, &end_invitations)).await
}

fn carry(
    tx: &mut WriteTx<OperateAccounts>,
    selector: &AccountSelector,
    order: &OperatorCommand,
    end_invitations: &EndInvitations,
) -> Verdict<Change<Told>, OperatorCommandError> {
    let found = match selector {
        AccountSelector::Named(name) => store::operator::find_by_username(tx.connection(), name)?,
        AccountSelector::At(address) => store::find_by_address(tx.connection(), address)?,
    };
    let Some((account, username)) = found else {
        return match (selector, order) {
            (AccountSelector::Named(name), OperatorCommand::ConfirmAddress(address)) => {
                confirm_waiting(tx, name, address)
            }
            _ => Ok(Err(OperatorCommandError::NoSuchAccount)),
        };
    };
    if !store::operator::lock(tx.connection(), account)? {
        return Ok(Err(OperatorCommandError::NoSuchAccount));
    }
    let done = match order {
        OperatorCommand::Show => {
            let card =
                store::operator::card(tx.connection(), account)?.map(|card| Told::AccountDetails(Box::new(card)));
            return Ok(card.map(Change::unchanged).ok_or(OperatorCommandError::NoSuchAccount));
        }
        OperatorCommand::ConfirmAddress(address) => confirm_address(tx, account, &username, address)?,
        OperatorCommand::SendReset => send_reset(tx, account, &username)?,
        OperatorCommand::TurnOffTwoFactor => turn_off_two_factor(tx, account, &username)?,
        OperatorCommand::Suspend => return Ok(Ok(suspend(tx, account, &username, end_invitations)?.map(Told::Done))),
        OperatorCommand::Restore => restore(tx, account, &username)?,
        OperatorCommand::EndSessions => end_sessions(tx, account, &username)?,
    };
    Ok(done.map(|change| change.about(account).map(Told::Done)))
}

/// A registration whose email never came: the operator vouches for the address by giving its link to the person.
fn confirm_waiting(
    tx: &mut WriteTx<OperateAccounts>,
    name: &Username,
    address: &EmailAddress,
) -> Verdict<Change<Told>, OperatorCommandError> {
    let found = store::registrations::find_newest(tx.connection(), name, address)?;
    Ok(found
        .map(|registration| Change::unchanged(Told::Waiting(registration)))
        .ok_or(OperatorCommandError::NoSuchAccount))
}

fn confirm_address(
    tx: &mut WriteTx<OperateAccounts>,
    account: AccountId,
    username: &Username,
    address: &EmailAddress,
) -> Verdict<Change<String>, OperatorCommandError> {
    let added = addresses::add(tx, account, address)?;
    Ok(match added {
        Ok(change) => Ok(change.map(|()| format!("{address} is an address of {username}."))),
        Err(AddAddressError::BelongsToAnother) => Err(OperatorCommandError::AddressTaken),
        Err(AddAddressError::Full) => Err(OperatorCommandError::EnoughAddresses),
    })
}

fn send_reset(
    tx: &mut WriteTx<OperateAccounts>,
    account: AccountId,
    username: &Username,
) -> Verdict<Change<String>, OperatorCommandError> {
    let Some(primary) = super::addresses(tx, account)?.into_iter().next() else {
        return Ok(Err(OperatorCommandError::NoAddress));
    };
    if consume(tx.connection(), &["mail to", primary.as_str()], MAILS_TO_ONE)?.is_err() {
        return Ok(Err(OperatorCommandError::EnoughMail));
    }
    let until = tx.now() + RESET;
    let reset = store::open_reset(tx.connection(), Some((account, &primary)), until)?;
    let told = format!("A link to choose a new password for {username} goes to {primary}; it works for one hour.");
    let message = emails::PasswordReset { reset }.to(&primary);
    Ok(Ok(Change::recorded(told, EventKind::PasswordResetAsked).with_email(message)))
}

fn turn_off_two_factor(
    tx: &mut WriteTx<OperateAccounts>,
    account: AccountId,
    username: &Username,
) -> Verdict<Change<String>, OperatorCommandError> {
    Ok(match two_factor::turn_off_by_operator(tx, account)? {
        Ok(change) => Ok(change.map(|()| format!("{username} signs in without a second factor from here on."))),
        Err(two_factor::NotOn) => Err(OperatorCommandError::NoSecondFactor),
    })
}

/// Suspends an account: nothing is done in its name from now on, so the invitations that it sent end, too.
fn suspend(
    tx: &mut WriteTx<OperateAccounts>,
    account: AccountId,
    username: &Username,
    end_invitations: &EndInvitations,
) -> Result<Change<String>, DbError> {
    let told = format!("{username} is suspended, and signed out everywhere.");
    if !store::operator::set_suspended(tx.connection(), account, true)? {
        return Ok(Change::unchanged(told));
    }
    end_all(tx, account)?;
    let ended = end_invitations(tx, account)?;
    let told = match ended.value() {
        0 => format!("{told} No open invitation was sent by {username}."),
        1 => format!("{told} One open invitation that {username} sent has ended."),
        many => format!("{told} {many} open invitations that {username} sent have ended."),
    };
    let primary = super::addresses(tx, account)?.into_iter().next();
    let message = primary.map(|primary| emails::operator::Suspended {}.to(&primary));
    let change = Change::recorded(told, EventKind::AccountSuspended).about(account);
    Ok(change.with_emails(message).with(ended))
}

fn restore(
    tx: &mut WriteTx<OperateAccounts>,
    account: AccountId,
    username: &Username,
) -> Verdict<Change<String>, OperatorCommandError> {
    let told = format!("{username} can sign in again.");
    if !store::operator::set_suspended(tx.connection(), account, false)? {
        return Ok(Ok(Change::unchanged(told)));
    }
    let primary = super::addresses(tx, account)?.into_iter().next();
    let message = primary.map(|primary| emails::operator::Restored {}.to(&primary));
    Ok(Ok(Change::recorded(told, EventKind::AccountRestored).with_emails(message)))
}

fn end_sessions(
    tx: &mut WriteTx<OperateAccounts>,
    account: AccountId,
    username: &Username,
) -> Verdict<Change<String>, OperatorCommandError> {
    end_all(tx, account)?;
    Ok(Ok(Change::recorded(format!("{username} is signed out everywhere."), EventKind::SessionsEnded)))
}

/// Ends what is open to an account: its sessions, and the sign-ins that still owe a code.
fn end_all(tx: &mut WriteTx<OperateAccounts>, account: AccountId) -> Result<(), DbError> {
    store::end_sessions(tx.connection(), account)?;
    store::pending_sign_ins::end_all(tx.connection(), account)
}
