//! The schema: named in sentences, told in comments, undone as it was done, known to the code as it is.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::cluster::Database;
use crate::files::{files, none_of, root};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(connection: &mut PgConnection, query: &str) -> Vec<String> {
    let found: Vec<Line> = diesel::sql_query(query).load(connection).expect("lines");
    found.into_iter().map(|found| found.line).collect()
}

/// Everything there is in the schema, a line each.
fn everything(connection: &mut PgConnection) -> Vec<String> {
    lines(
        connection,
        "SELECT format('column %s.%s %s %s %s %s', table_name, column_name, data_type, is_nullable, column_default, generation_expression) AS line \
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations' \
         UNION ALL SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint \
         WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> '__diesel_schema_migrations' \
         UNION ALL SELECT format('view %s %s', viewname, definition) FROM pg_views WHERE schemaname = 'public' \
         UNION ALL SELECT format('index %s', indexdef) FROM pg_indexes WHERE schemaname = 'public' AND tablename <> '__diesel_schema_migrations' \
         UNION ALL SELECT format('function %s', pg_get_functiondef(oid)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace \
         UNION ALL SELECT format('trigger %s', pg_get_triggerdef(oid)) FROM pg_trigger WHERE NOT tgisinternal \
         UNION ALL SELECT format('comment %s %s %s', objoid::regclass, objsubid, description) FROM pg_description \
         WHERE classoid = 'pg_class'::regclass AND objoid::regclass::text !~ '^(pg_|information_schema)' \
         ORDER BY 1",
    )
}

#[test]
fn each_migration_is_a_sentence_with_a_way_back() {
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(root().join("migrations")).expect("migrations").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let sentence = name.split_once('_').map_or("", |(_, sentence)| sentence);
        if sentence.split('_').count() < 3 || !sentence.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
            wrong.push(format!("{name} is no sentence"));
        }
        for way in ["up.sql", "down.sql"] {
            if std::fs::read_to_string(entry.path().join(way)).unwrap_or_default().trim().is_empty() {
                wrong.push(format!("{name} has no {way}"));
            }
        }
    }
    none_of(&wrong);
}

#[test]
fn what_is_done_can_be_undone_and_done_again() {
    let database = Database::empty();
    let mut connection = database.connection();
    let bare = everything(&mut connection);
    connection.run_pending_migrations(MIGRATIONS).expect("up");
    let first = everything(&mut connection);
    assert!(first.len() > 100);
    connection.revert_all_migrations(MIGRATIONS).expect("down");
    assert_eq!(everything(&mut connection), bare, "something was left behind");
    connection.run_pending_migrations(MIGRATIONS).expect("up again");
    assert_eq!(everything(&mut connection), first);
}

#[test]
fn constraints_and_indexes_are_named_in_sentences() {
    let database = Database::migrated();
    let names = lines(
        &mut database.connection(),
        "SELECT conrelid::regclass || ' ' || conname AS line FROM pg_constraint \
         WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 \
         UNION SELECT tablename || ' ' || indexname FROM pg_indexes WHERE schemaname = 'public'",
    );
    let mut wrong = Vec::new();
    for (table, name) in
        names.iter().filter_map(|line| line.split_once(' ')).filter(|(table, _)| !table.starts_with("__"))
    {
        let said = name.strip_prefix(table).and_then(|rest| rest.strip_prefix('_'));
        let words = said.unwrap_or_default().split('_').count();
        let made_up = ["_pkey", "_key", "_fkey", "_check", "_idx", "_excl", "_key1", "_check1"];
        // An index of columns to look up by needs no more than two words.
        if said.is_none()
            || words < 2 && !said.is_some_and(|said| matches!(said, "due" | "about" | "ended"))
            || made_up.iter().any(|end| name.ends_with(end))
        {
            wrong.push(format!("{table}: {name}"));
        }
    }
    none_of(&wrong);
}

#[test]
fn every_table_is_explained() {
    let database = Database::migrated();
    let bare = lines(
        &mut database.connection(),
        "SELECT relname::text AS line FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') \
         AND relname NOT LIKE '\\_\\_%' AND obj_description(oid, 'pg_class') IS NULL",
    );
    none_of(&bare);
}

/// Without one, what is referred to cannot go without a look at every row that might refer to it. One
/// that finds a single row by some of the columns is as good as one of all.
#[test]
fn every_reference_has_an_index() {
    let database = Database::migrated();
    let bare = lines(
        &mut database.connection(),
        "SELECT conname::text AS line FROM pg_constraint c WHERE contype = 'f' AND connamespace = 'public'::regnamespace \
         AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indpred IS NULL \
         AND ((i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey \
         OR i.indisunique AND i.indkey::int2[] <@ c.conkey))",
    );
    none_of(&bare);
}

/// Everything is distinguished by what is kept: no number of rows is ever drawn from a sequence.
#[test]
fn nothing_is_counted_up() {
    let database = Database::migrated();
    let sequences =
        "SELECT sequence_name::text AS line FROM information_schema.sequences WHERE sequence_schema = 'public'";
    none_of(&lines(&mut database.connection(), sequences));
    let unlogged = "SELECT relname::text AS line FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relpersistence <> 'p'";
    none_of(&lines(&mut database.connection(), unlogged));
}

#[test]
fn time_is_told_by_one_clock() {
    let mut wrong = Vec::new();
    for file in files("migrations", &["sql"]).iter().filter(|file| !file.path.contains("time_is_told")) {
        for clock in ["now()", "CURRENT_TIMESTAMP", "clock_timestamp()"] {
            let other = file.text.matches(clock).count();
            let ours = if clock == "now()" { file.text.matches("roster_now()").count() } else { 0 };
            if other > ours {
                wrong.push(format!("{} asks {clock}", file.path));
            }
        }
        if file.text.contains("timestamp ") || file.text.contains("varchar") || file.text.contains("serial") {
            wrong.push(format!("{} has a type of old", file.path));
        }
    }
    none_of(&wrong);
}

/// The tables as the code knows them, with each column's type and whether it may be empty.
fn known() -> BTreeMap<String, Vec<(String, String)>> {
    let text = std::fs::read_to_string(root().join("src/schema.rs")).expect("src/schema.rs");
    let mut tables = BTreeMap::new();
    for block in text.split("diesel::table! {").skip(1) {
        let lines = block.lines().map(str::trim).filter(|line| !line.starts_with("//") && !line.is_empty());
        let mut lines = lines.take_while(|line| *line != "}");
        let head = lines.next().expect("a table");
        let name = head.split_once(' ').expect("a name").0.to_owned();
        let columns = lines.filter_map(|line| line.trim_end_matches(',').split_once(" -> "));
        let columns = columns.map(|(column, kind)| (column.to_owned(), kind.to_owned())).collect();
        tables.insert(name, columns);
    }
    tables
}

#[test]
fn the_code_knows_the_tables_as_they_are() {
    let database = Database::migrated();
    let columns = lines(
        &mut database.connection(),
        "SELECT format('%s %s %s %s', table_name, column_name, CASE udt_name \
         WHEN 'uuid' THEN 'Uuid' WHEN 'text' THEN 'Text' WHEN 'timestamptz' THEN 'Timestamptz' WHEN 'bool' THEN 'Bool' \
         WHEN 'int2' THEN 'Int2' WHEN 'int4' THEN 'Int4' WHEN 'int8' THEN 'Int8' WHEN 'bytea' THEN 'Bytea' \
         WHEN 'jsonb' THEN 'Jsonb' WHEN 'date' THEN 'Date' ELSE udt_name END, is_nullable) AS line FROM information_schema.columns \
         JOIN information_schema.tables USING (table_schema, table_name) \
         WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT LIKE '\\_\\_%' ORDER BY table_name, ordinal_position",
    );
    let mut there: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for line in columns {
        let [table, column, kind, empty] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let kind = if empty == "YES" { format!("Nullable<{kind}>") } else { kind.to_owned() };
        there.entry(table.to_owned()).or_default().push((column.to_owned(), kind));
    }
    assert_eq!(known(), there, "run `diesel print-schema` again");
}
