//! Stories: what people do with Roster, given by people who see only pages and emails.

#![allow(clippy::expect_used, clippy::unwrap_used)]

#[path = "../shared/mod.rs"]
#[allow(dead_code, unused_imports)]
mod shared;

mod account_deletion;
mod accounts;
mod activity;
mod address_claims;
mod addresses;
mod at_rest;
mod authority;
mod billing;
mod common_passwords;
mod cost;
mod date_time_format;
mod disclosure;
mod exhaustion;
mod exports;
mod help;
mod identity;
mod invitation_races;
mod invitations;
mod keys;
mod mail;
mod manual;
mod members;
mod notifications;
mod operator;
mod organizations;
mod outbox_turns;
mod overview;
mod pages;
mod passkeys;
mod passwords;
mod paths;
mod payment;
mod pictures;
mod profile;
mod projects;
mod races;
mod recent_password;
mod request_rules;
mod requests;
mod reviews;
mod search;
mod security;
mod seed;
mod sessions;
mod signed_in;
mod slow;
mod throttles;
mod two_factor;
mod unanswered_invitations;
mod web;
