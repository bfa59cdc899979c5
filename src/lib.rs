//! Roster: organizations, the people in them, the invitations that bring people in, the projects they
//! share, and the billing details behind them.
//!
//! # In one breath
//!
//! A visitor asks; a [`May`](authority::May) says who asks and what for; a **form** turns typed text
//! into values; a **domain function** decides, by **rules** over what the **store** read; the domain function returns a
//! [`Change`](db::Change): the value, the audit entry, the emails; the [`Db`](db::Db) commits all
//! of it or none; a **page** answers.
//!
//! # Ranks: who may know whom
//!
//! A module imports only from lower ranks; `tests/app_state/dependencies.rs` reads this table and checks
//! it.
//!
//! | Rank | Modules | Rule |
//! |---|---|---|
//! | 0 | `ids` `text` `schema` | know nothing of ours |
//! | 1 | `config` `authority` `outbox` `signed_links` `encryption` `views` | pure machinery |
//! | 2 | `audit_log` | what can happen, with roles in it |
//! | 3 | `db` | machinery with I/O; never names a feature |
//! | 4 | `web` | what every page shares |
//! | 5 | `mail` `pictures` | emails, and how they leave; uploaded pictures, and how they are read and kept |
//! | 6 | `accounts` | who you are |
//! | 7 | `members` | what you may do |
//! | 8 | `organizations` `invitations` `projects` `billing` `reviews` | never name one another; they meet in `members` below or in `dashboard`, `account_deletion` and `app` above |
//! | 8 | `help` | speaks of every page, and names only what it draws: the policy |
//! | 9 | `dashboard` `overview` `search` `exports` `account_deletion` | what concerns several features: looking at it, as a person and as an owner, finding it, taking it along, and ending it |
//! | 10 | `seed` `app` | may know all |
//!
//! # Inside a feature
//!
//! | File | Question it answers | Holds |
//! |---|---|---|
//! | `mod.rs` | What can one do here? | the story and its reasons, the domain functions, `routes()` |
//! | `rules.rs` | What is true? | types that cannot be wrong, decisions as pure functions, refusals |
//! | `store.rs` | What is remembered? | one function per question or write |
//! | `forms.rs` | What was typed? | raw form to value, every error beside its line |
//! | `pages.rs` | What is shown? | one handler and one view struct per page |
//! | `emails.rs` | What is posted? | one struct per letter |
//!
//! `rules.rs` imports neither Diesel, Actix nor Askama; only `store.rs` names [`schema`] and [`views`]; a store writes
//! its own tables and may join those of lower ranks.
//!
//! # Authority is a type
//!
//! No handler can be mounted that does not begin with a [`May`](authority::May) ([`web::routes`]); no
//! transaction opens without one ([`db`]); and what a transaction may do is stamped with the same act.
//! Every change locks its organization's row first and reads the actor's role again under the lock, so
//! authority cannot change under a write, and removal is immediate in the strict sense.

pub mod account_deletion;
pub mod accounts;
pub mod app;
pub mod audit_log;
pub mod authority;
pub mod billing;
pub mod config;
pub mod dashboard;
pub mod db;
pub mod encryption;
pub mod exports;
pub mod help;
pub mod ids;
pub mod invitations;
pub mod mail;
pub mod members;
pub mod organizations;
pub mod outbox;
pub mod overview;
pub mod pictures;
pub mod projects;
pub mod reviews;
#[expect(missing_docs, reason = "generated")]
pub mod schema;
pub mod search;
pub mod seed;
pub mod signed_links;
pub mod text;
#[expect(missing_docs, reason = "told by the migrations")]
pub mod views;
pub mod web;
