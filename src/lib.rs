//! Roster.
pub mod app;
pub mod config;
pub mod db;
