//! The command line: reads the command and the settings, and calls the library.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use roster::app::{self, StartError};
use roster::config::{self, Config, Settings};

/// Organizations, members, invitations, projects and billing details: self-hosted.
///
/// Nothing needs to be set to start. Every setting is a flag or an environment variable; a file
/// .env in the working folder is read too. A flag wins over a variable, a variable over .env.
#[derive(Parser)]
#[command(name = "roster", version, max_term_width = 100)]
struct Typed {
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
}

/// A wrong command line or setting, as clap has it too.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    if let Err(faults) = config::read_dotenv() {
        return stop(&faults, USAGE);
    }
    let typed = Typed::parse();
    let config = match Config::read(typed.settings) {
        Ok(config) => config,
        Err(faults) => return stop(&faults, USAGE),
    };
    match run(&typed.command, config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => stop(&why, 1),
    }
}

fn run(command: &Command, config: Config) -> Result<(), StartError> {
    match command {
        Command::Serve => app::serve(config),
        Command::Migrate => app::migrate(&config),
        Command::Seed => app::seed(&config),
    }
}

fn stop(why: &dyn std::error::Error, code: u8) -> ExitCode {
    for line in why.to_string().lines() {
        eprintln!("roster: {line}");
    }
    ExitCode::from(code)
}
