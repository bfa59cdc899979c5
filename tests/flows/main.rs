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
mod exhaustion;
mod invitation_races;
mod invitations;
mod mail;
mod members;
mod organizations;
mod pages;
mod paths;
mod payment;
mod projects;
mod races;
mod requests;
mod seed;
mod sessions;
mod slow;
mod telling;
mod web;
