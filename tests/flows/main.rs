//! Stories: what people do with Roster, told by people who see only pages and letters.

#![allow(clippy::expect_used, clippy::unwrap_used)]

#[path = "../shared/mod.rs"]
#[allow(dead_code, unused_imports)]
mod shared;

mod accounts;
mod activity;
mod at_rest;
mod authority;
mod billing;
mod invitation_races;
mod invitations;
mod mail;
mod members;
mod organizations;
mod pages;
mod payment;
mod projects;
mod races;
mod security;
mod seed;
mod sessions;
mod signed_in;
mod throttles;
mod web;
