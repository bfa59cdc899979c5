//! Emptying a row that is to be erased of all that goes with it, a bounded number of rows at a time.
//!
//! `ON DELETE CASCADE` would delete a large organization in one statement, which then runs into its time limit, again
//! and again. What goes with a row is read from the schema, so that no table can be forgotten.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use uuid::Uuid;

use super::Stop;
use super::prepared::Prepared;

/// Rows that one statement deletes: fewer than [`super::sweep::BATCH`], because rows of other tables go with each.
const BATCH: usize = 500;

/// Every reference with `ON DELETE CASCADE`, and every one that would be in the way.
const REFERENCES: &str = "SELECT child.relname::text AS child, parent.relname::text AS parent, \
    (SELECT string_agg(quote_ident(attname), ', ' ORDER BY place) FROM unnest(conkey) WITH ORDINALITY AS key (number, place) \
     JOIN pg_attribute ON attrelid = conrelid AND attnum = number) AS child_columns, \
    (SELECT string_agg(quote_ident(attname), ', ' ORDER BY place) FROM unnest(confkey) WITH ORDINALITY AS key (number, place) \
     JOIN pg_attribute ON attrelid = confrelid AND attnum = number) AS parent_columns, \
    confdeltype::text AS on_delete \
    FROM pg_constraint JOIN pg_class child ON child.oid = conrelid JOIN pg_class parent ON parent.oid = confrelid \
    WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conrelid <> confrelid";

#[derive(QueryableByName)]
struct Reference {
    #[diesel(sql_type = Text)]
    child: String,
    #[diesel(sql_type = Text)]
    parent: String,
    #[diesel(sql_type = Text)]
    child_columns: String,
    #[diesel(sql_type = Text)]
    parent_columns: String,
    #[diesel(sql_type = Text)]
    on_delete: String,
}

/// Deletes all that goes with the row of a table, but what the row itself points to: that goes with it in the end.
pub fn empty(connection: &mut PgConnection, table: &str, id: Uuid) -> Result<(), Stop> {
    let references: Vec<Reference> = crate::prepared!(REFERENCES).load(connection)?;
    let mut statements = Vec::new();
    gather(&references, table, table, "id = $1", &mut statements);
    for statement in statements {
        while Prepared::put_together(statement.clone()).bind::<SqlUuid, _>(id).execute(connection)? == BATCH {}
    }
    Ok(())
}

/// The statements that delete what goes with some rows, in order: what goes with those rows first.
fn gather(references: &[Reference], root: &str, parent: &str, condition: &str, statements: &mut Vec<String>) {
    for reference in references.iter().filter(|reference| reference.parent == parent && reference.on_delete == "c") {
        let Reference { child, child_columns, parent_columns, .. } = reference;
        let mut rows = format!("({child_columns}) IN (SELECT {parent_columns} FROM {parent} WHERE {condition})");
        for back in references.iter().filter(|back| back.child == root && back.parent == *child) {
            rows.push_str(&format!(
                " AND ({}) NOT IN (SELECT {} FROM {root} WHERE id = $1 AND ({}) IS NOT NULL)",
                back.parent_columns, back.child_columns, back.child_columns
            ));
        }
        gather(references, root, child, &rows, statements);
        statements.push(format!(
            "DELETE FROM {child} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {child} WHERE {rows} LIMIT {BATCH}))"
        ));
    }
}
