//! The commands beside `serve`: they open the database, do one thing, say what came of it, and end.

use std::path::Path;

use super::{AppState, CONNECTIONS, StartError, end_invitations, say, start_log};
use crate::accounts::operator::{self, AccountSelector, OperatorCommand};
use crate::accounts::password::{Cost, Hasher};
use crate::config::Config;
use crate::db::Db;
use crate::db::embedded::{Cluster, EmbeddedError};
use crate::seed;

/// How a private PostgreSQL is come by: from its folder, with settings of its own.
pub(super) type Start = fn(&Path, &[(&str, &str)]) -> Result<Cluster, EmbeddedError>;

/// Opens the database of the settings: the operator's, or the private one in the data folder, which
/// lives as long as what is returned with it. Serving starts it; a command may join one that runs.
pub(super) fn open(config: &Config, start: Start) -> Result<(Db, Option<Cluster>), StartError> {
    let (url, cluster) = match &config.database_url {
        Some(url) => {
            Db::refuse_shared(url)?;
            (url.clone(), None)
        }
        None => {
            let cluster = start(&config.data_dir.join("postgres"), &[])?;
            (cluster.url("roster"), Some(cluster))
        }
    };
    let db = Db::connect(&url, CONNECTIONS)?;
    db.migrate()?;
    Ok((db, cluster))
}

/// Only migrates.
pub fn migrate(config: &Config) -> Result<(), StartError> {
    start_log(config);
    open(config, Cluster::start_or_join).map(drop)
}

/// Fills an empty database with a demonstration, and says who can sign in.
pub fn seed(config: &Config) -> Result<(), StartError> {
    start_log(config);
    let (db, cluster) = open(config, Cluster::start_or_join)?;
    let machine = |error: &dyn std::fmt::Display| StartError::System(error.to_string());
    // Its people have a password that everybody knows: what it costs to guess makes no difference.
    let hasher = Hasher::new(Cost::Least).map_err(|error| machine(&error))?;
    let filling = seed::fill(db, AppState::site(config), hasher, config.data_dir.join("mail"));
    let people = actix_web::rt::System::new().block_on(filling).map_err(|error| machine(&error))?;
    drop(cluster);
    say(&format!("These people can sign in, each with the password: {}", seed::PASSWORD));
    for (username, who) in people {
        say(&format!("  {username:<10} {who}"));
    }
    Ok(())
}

/// Carries out an order of the operator about one account, and says what came of it.
pub fn account(config: &Config, selector: AccountSelector, order: OperatorCommand) -> Result<(), StartError> {
    start_log(config);
    let (db, cluster) = open(config, Cluster::start_or_join)?;
    let told =
        actix_web::rt::System::new().block_on(operator::carry_out(&db, selector.clone(), order, end_invitations()));
    drop(cluster);
    match told {
        Ok(Ok(told)) => {
            say(&told.said(&AppState::site(config)));
            Ok(())
        }
        Ok(Err(refusal)) => Err(StartError::System(format!("{selector}: {refusal}"))),
        Err(error) => Err(StartError::System(error.to_string())),
    }
}
