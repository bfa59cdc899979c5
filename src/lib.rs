//! Roster: organizations, the people in them, the invitations that bring people in, the projects they
//! share, and the billing details behind them.
//!
//! # One request
//!
//! A request is authenticated and authorized into a [`May`](authority::May), which names the [`Action`](authority::Action)
//! and its [`Scope`](authority::Scope): who asks, and where. The handler parses the **form** into values and calls one
//! **domain function** inside one transaction. The domain function checks its **rules** against rows that the **store**
//! read under the organization's lock, and returns a [`Change`](db::Change): the result, the audit entries, the emails.
//! [`Db`](db::Db) commits all of it or nothing, and the handler renders a **page** or redirects. A worker sends the emails
//! from the outbox.
//!
//! # Words of our own
//!
//! | Word | What it is |
//! |---|---|
//! | [`May`](authority::May) | the proof that somebody may do something; without one, no page and no transaction |
//! | [`Action`](authority::Action) | something that can be done, known at compile time |
//! | [`Scope`](authority::Scope) | who asks and where, read from the database |
//! | [`Permission`](authority::Permission) | what an effective role allows |
//! | [`Change`](db::Change) | what a domain function returns |
//! | [`WriteTx`](db::WriteTx), [`ReadTx`](db::ReadTx) | a transaction, or a connection, that may do one action |
//! | [`Draft`](mail::Draft) | an email before it is rendered |
//! | outbox | the table of the emails that wait to be sent |
//!
//! All other terms are those of the field; `docs/contributing.md` lists them.
//!
//! # Layers
//!
//! A module imports only from lower ranks; `tests/architecture/dependencies.rs` reads this table and checks
//! it.
//!
//! | Rank | Modules | Rule |
//! |---|---|---|
//! | 0 | `ids` `text` `schema` | values, without I/O |
//! | 1 | `config` `authority` `outbox` `signed_links` `encryption` `views` | pure functions and settings |
//! | 2 | `audit_log` | what can happen, with roles in it |
//! | 3 | `db` | the database; never names a feature |
//! | 4 | `web` | what every page shares |
//! | 5 | `mail` `pictures` | email delivery; uploaded pictures |
//! | 6 | `accounts` | accounts, sign-in, sessions |
//! | 7 | `members` | memberships and roles |
//! | 8 | `organizations` `invitations` `projects` `billing` `reviews` | never name one another; they meet in `members` below or in `dashboard`, `account_deletion` and `app` above |
//! | 8 | `help` | the manual |
//! | 9 | `dashboard` `overview` `search` `exports` `account_deletion` | pages that combine several features |
//! | 10 | `seed` `app` | may import everything |
//!
//! # Inside a feature
//!
//! | File | Question it answers | Holds |
//! |---|---|---|
//! | `mod.rs` | What can one do? | the domain functions and their reasons, `routes()` |
//! | `rules.rs` | What is true? | value types, decisions as pure functions, errors |
//! | `store.rs` | What is stored? | one function per statement |
//! | `forms.rs` | What was typed? | form to values, an error per field |
//! | `pages.rs` | What is shown? | one handler and one view struct per page |
//! | `emails.rs` | What is sent? | one struct per email |
//!
//! `rules.rs` imports neither Diesel, Actix nor Askama; only `store.rs` names [`schema`] and [`views`]; a store writes
//! its own tables and may join those of lower ranks.
//!
//! # Authority is a type
//!
//! No handler can be mounted that does not begin with a [`May`](authority::May) ([`web::routes`]); no
//! transaction opens without one ([`db`]); and what a transaction may do is limited to the same action.
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
#[expect(missing_docs, reason = "documented in the migrations")]
pub mod views;
pub mod web;
