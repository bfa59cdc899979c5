//! The command line: reads the command and the settings, and calls the library.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use roster::accounts::operator::{AccountSelector, OperatorCommand};
use roster::app::{self, StartError, commands};
use roster::config::{self, Config, Settings};
use roster::text::EmailAddress;

/// The version, and the commit that a release was built from.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("ROSTER_COMMIT"), ")");

/// Organizations, members, invitations, projects and billing details: self-hosted.
///
/// Nothing needs to be set to start. Every setting is a flag or an environment variable; a file
/// .env in the working folder is read too. A flag wins over a variable, a variable over .env.
#[derive(Parser)]
#[command(name = "roster", version = VERSION, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Subcommand)]
enum Command {
    /// Migrate the database, then serve until SIGTERM or Ctrl-C
    Serve,
    /// Only migrate the database
    Migrate,
    /// Fill an empty database with a demonstration, and print who can sign in
    Seed,
    /// Help a person with their account; each deed is in the account's history
    Account {
        #[command(subcommand)]
        order: AccountOrder,
    },
}

/// Each names a person by username or by one of their confirmed addresses.
#[derive(Subcommand)]
enum AccountOrder {
    /// Show what is known of an account: addresses, sessions, what happened recently; no secrets
    Show {
        #[arg(value_parser = person)]
        person: AccountSelector,
    },
    /// Take an address as proven: adds it to the account; for a registration that waits, prints the link that asks for
    /// a password
    ConfirmAddress {
        #[arg(value_parser = person)]
        person: AccountSelector,
        #[arg(value_parser = address)]
        address: EmailAddress,
    },
    /// Mail a link to choose a new password to the primary address
    SendReset {
        #[arg(value_parser = person)]
        person: AccountSelector,
    },
    /// Turn two-factor authentication off, for somebody who lost the app and the recovery codes: make sure who asks
    TwoFactorOff {
        #[arg(value_parser = person)]
        person: AccountSelector,
    },
    /// Sign the person out everywhere, and keep them out until the account is restored
    Suspend {
        #[arg(value_parser = person)]
        person: AccountSelector,
    },
    /// Let a suspended person sign in again
    Restore {
        #[arg(value_parser = person)]
        person: AccountSelector,
    },
    /// Sign the person out everywhere
    EndSessions {
        #[arg(value_parser = person)]
        person: AccountSelector,
    },
}

impl AccountOrder {
    fn told(self) -> (AccountSelector, OperatorCommand) {
        match self {
            Self::Show { person } => (person, OperatorCommand::Show),
            Self::ConfirmAddress { person, address } => (person, OperatorCommand::ConfirmAddress(address)),
            Self::SendReset { person } => (person, OperatorCommand::SendReset),
            Self::TwoFactorOff { person } => (person, OperatorCommand::TurnOffTwoFactor),
            Self::Suspend { person } => (person, OperatorCommand::Suspend),
            Self::Restore { person } => (person, OperatorCommand::Restore),
            Self::EndSessions { person } => (person, OperatorCommand::EndSessions),
        }
    }
}

fn person(typed: &str) -> Result<AccountSelector, String> {
    AccountSelector::parse(typed).map_err(|error| error.into_owned())
}

fn address(typed: &str) -> Result<EmailAddress, String> {
    EmailAddress::parse(typed).map_err(|error| error.into_owned())
}

/// A wrong command line or setting, as clap has it too.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    if let Err(errors) = config::read_dotenv() {
        return stop(&errors, USAGE);
    }
    let typed = Cli::parse();
    let config = match Config::read(typed.settings) {
        Ok(config) => config,
        Err(errors) => return stop(&errors, USAGE),
    };
    match run(typed.command, config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => stop(&why, 1),
    }
}

fn run(command: Command, config: Config) -> Result<(), StartError> {
    match command {
        Command::Serve => app::serve(config),
        Command::Migrate => commands::migrate(&config),
        Command::Seed => commands::seed(&config),
        Command::Account { order } => {
            let (selector, order) = order.told();
            commands::account(&config, selector, order)
        }
    }
}

fn stop(why: &dyn std::error::Error, code: u8) -> ExitCode {
    for line in why.to_string().lines() {
        eprintln!("roster: {line}");
    }
    ExitCode::from(code)
}
