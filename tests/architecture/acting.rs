//! Who may act now is said by two views, `active_memberships` and `live_sessions`, and spelled out nowhere else.

use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::cluster::Database;
use crate::files::{files, none_of, root, words};

/// The parts of the condition: a query that names one of them decides by itself who may act.
const PARTS: [&str; 3] = ["is_in_force", "lasts(", "suspended_at"];

/// Files that name a part, and why they may.
const ALLOWED: &[(&str, &str)] = &[
    ("src/accounts/operator.rs", "shows the operator since when an account is suspended"),
    ("src/accounts/store.rs", "an account itself, without a session: locked, or about to sign in"),
    ("src/accounts/store/pending_sign_ins.rs", "an account that is about to sign in: no session is live yet"),
    ("src/accounts/store/operator.rs", "suspends and restores accounts"),
    ("src/accounts/store/passkeys.rs", "an account that is about to sign in: no session is live yet"),
    ("src/members/store.rs", "suspends memberships, and says of a seat whether it is"),
    ("src/members/store/expiry.rs", "suspends memberships whose last day is over, and restores them"),
    ("src/members/store/listing.rs", "lists members with what their row says, by the columns of its index"),
    ("src/members/store/listing/statement.rs", "lists members with what their row says, by the columns of its index"),
    ("src/members/store/undo.rs", "keeps the whole row of a membership to have it back"),
];

/// AUTH-1: fails where a query spells out again who may act.
#[test]
fn auth_1_who_may_act_is_said_once() {
    let mut wrong = Vec::new();
    for file in files("src", &["rs"]).iter().filter(|file| !matches!(file.path.as_str(), "src/schema.rs")) {
        let code = file.code();
        let is_named = |part: &str| match part.strip_suffix('(') {
            // Sentences say it, too.
            Some(_) => code.contains(part),
            None => words(&code).any(|word| word == part),
        };
        let named: Vec<&str> = PARTS.into_iter().filter(|part| is_named(part)).collect();
        match (ALLOWED.iter().any(|(path, _)| *path == file.path), named.is_empty()) {
            (false, false) => wrong.push(format!("{} names {}: ask the views", file.path, named.join(", "))),
            (true, true) => wrong.push(format!("{} needs no leave any more", file.path)),
            _ => {}
        }
        let asks_of_sessions = ["sessions::expires_at.gt(", "sessions.expires_at >"];
        for way in asks_of_sessions.iter().filter(|way| code.contains(**way)) {
            wrong.push(format!("{} asks {way}: ask `live_sessions`", file.path));
        }
    }
    none_of(&wrong);
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    line: String,
}

/// A view's columns cannot say that they are never empty, so only their names and types are compared.
#[test]
fn the_code_knows_the_views_as_they_are() {
    let database = Database::migrated();
    let found: Vec<Column> = diesel::sql_query(
        "SELECT format('%s %s %s', columns.table_name, column_name, CASE udt_name \
         WHEN 'uuid' THEN 'Uuid' WHEN 'text' THEN 'Text' WHEN 'timestamptz' THEN 'Timestamptz' WHEN 'bool' THEN 'Bool' \
         WHEN 'bytea' THEN 'Bytea' ELSE udt_name END) AS line \
         FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name) \
         WHERE table_schema = 'public' AND table_type = 'VIEW' ORDER BY columns.table_name, ordinal_position",
    )
    .load(&mut database.connection())
    .expect("columns");
    let there: Vec<String> = found.into_iter().map(|column| column.line).collect();
    let text = std::fs::read_to_string(root().join("src/views.rs")).expect("src/views.rs");
    let mut known = Vec::new();
    for block in text.split("diesel::table! {").skip(1) {
        let mut lines = block.lines().map(str::trim).filter(|line| !line.starts_with("//") && !line.is_empty());
        let name = lines.next().and_then(|head| head.split_once(' ')).expect("a name").0;
        let columns =
            lines.take_while(|line| *line != "}").filter_map(|line| line.trim_end_matches(',').split_once(" -> "));
        known.extend(columns.map(|(column, kind)| {
            let kind = kind.trim_start_matches("Nullable<").trim_end_matches('>');
            format!("{name} {column} {kind}")
        }));
    }
    known.sort_by(|one, other| one.split(' ').next().cmp(&other.split(' ').next()));
    assert_eq!(known, there);
}
