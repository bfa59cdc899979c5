//! Stories: what people do with Roster, told by people who see only pages and letters.

#![allow(clippy::expect_used, clippy::unwrap_used)]

#[path = "../shared/mod.rs"]
#[allow(dead_code, unused_imports)]
mod shared;

mod accounts;
mod authority;
mod billing;
mod invitation_races;
mod invitations;
mod mail;
mod pages;
mod projects;
mod seed;
mod sessions;
mod web;
