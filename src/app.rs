//! Placeholder of the lead's module.
use crate::config::Config;
/// Why it did not start.
#[derive(Debug, thiserror::Error)]
#[error("not yet")]
pub struct StartError;
/// Serves.
pub fn serve(_: Config) -> Result<(), StartError> {
    Err(StartError)
}
/// Migrates.
pub fn migrate(_: &Config) -> Result<(), StartError> {
    Err(StartError)
}
/// Seeds.
pub fn seed(_: &Config) -> Result<(), StartError> {
    Err(StartError)
}
