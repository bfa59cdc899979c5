//! Stories: what people do with Roster, told by people who see only pages and letters.

#![allow(clippy::expect_used, clippy::unwrap_used)]

#[path = "../shared/mod.rs"]
#[allow(dead_code, unused_imports)]
mod shared;

mod accounts;
mod activity;
mod address_claims;
mod addresses;
mod at_rest;
mod authority;
mod billing;
mod invitation_races;
mod invitations;
mod mail;
mod members;
mod organizations;
mod pages;
mod passwords;
mod payment;
mod projects;
mod races;
mod seed;
mod sessions;
mod web;
