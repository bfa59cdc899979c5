//! Statements that a connection parses once.
//!
//! Diesel keeps a statement prepared only where its type says that there are few of its kind; of SQL that is written by
//! hand, of updates and of inserts of several rows it cannot know, and has PostgreSQL parse and plan them each time. What
//! is wrapped here stays prepared: under an id of its place in the source ([`prepared!`]), or under its text
//! ([`Prepared::by_text`]), of which there must be few then.

use std::borrow::Cow;
use std::marker::PhantomData;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, BoxedSqlQuery, Query, QueryFragment, QueryId, SqlQuery};
use diesel::serialize::ToSql;
use diesel::sql_types::HasSqlType;

/// A statement that stays prepared.
#[must_use = "a statement does nothing until it is loaded or executed"]
pub struct Prepared<Id, Q> {
    text: Cow<'static, str>,
    /// What is bound to the text, or a whole statement of Diesel's.
    rest: Q,
    id: PhantomData<fn() -> Id>,
}

/// As many rows as an insert may have that stays prepared: each number of them is another text.
pub const FEW_ROWS: usize = 8;

/// That a statement is found by its text.
#[derive(Debug)]
pub struct ByText;

impl QueryId for ByText {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// SQL that is written by hand, with its values bound by `bind` in the order of `$1`, `$2`…: the text is a constant.
#[macro_export]
macro_rules! prepared {
    ($text:expr $(,)?) => {{
        #[derive(diesel::query_builder::QueryId)]
        struct Here;
        const TEXT: &str = $text;
        $crate::db::prepared::Prepared::<Here, _>::written(TEXT)
    }};
}

/// Values that are bound to a text, and the empty statement that holds them.
pub type Bound<'f> = BoxedSqlQuery<'f, Pg, SqlQuery>;

impl<'f, Id> Prepared<Id, Bound<'f>> {
    /// SQL under an id that no other text has: see [`prepared!`].
    pub fn written(text: &'static str) -> Self {
        Self { text: Cow::Borrowed(text), rest: diesel::sql_query("").into_boxed(), id: PhantomData }
    }

    /// Binds the next value.
    pub fn bind<ST, Value>(self, value: Value) -> Self
    where
        Pg: HasSqlType<ST>,
        Value: ToSql<ST, Pg> + Send + 'f,
        ST: Send + 'f,
    {
        Self { rest: self.rest.bind::<ST, Value>(value), ..self }
    }
}

impl Prepared<ByText, Bound<'_>> {
    /// SQL that is put together, of which there are few different texts: nothing that was typed is in it.
    pub fn put_together(text: String) -> Self {
        Self { text: Cow::Owned(text), rest: diesel::sql_query("").into_boxed(), id: PhantomData }
    }
}

impl<Q> Prepared<ByText, Q> {
    /// A statement of Diesel's, of which there are few different texts.
    pub const fn by_text(statement: Q) -> Self {
        Self { text: Cow::Borrowed(""), rest: statement, id: PhantomData }
    }
}

impl<Id, Q: QueryFragment<Pg>> QueryFragment<Pg> for Prepared<Id, Q> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        pass.push_sql(&self.text);
        self.rest.walk_ast(pass)
    }

    /// Whatever its parts say: that is what this type is for.
    fn is_safe_to_cache_prepared(&self, _: &Pg) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Id: QueryId, Q> QueryId for Prepared<Id, Q> {
    type QueryId = Prepared<Id::QueryId, ()>;
    const HAS_STATIC_QUERY_ID: bool = Id::HAS_STATIC_QUERY_ID;
}

impl<Id, Q: Query> Query for Prepared<Id, Q> {
    type SqlType = Q::SqlType;
}

impl<Id, Q, Connection> RunQueryDsl<Connection> for Prepared<Id, Q> {}
