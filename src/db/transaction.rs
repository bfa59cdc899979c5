//! A transaction, and what happens between its brackets.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use serde_json::Value;

use super::call_deadline::CallDeadline;
use super::prepared::{FEW_ROWS, Prepared};
use super::{Change, DbError, Lockable, Verdict};
use crate::audit_log::AuditEntry;
use crate::authority::{Action, May, Scope};
use crate::ids::AuditEntryId;
use crate::outbox::OutboxMessage;
use crate::schema::history;

/// A transaction that may do the action `A`, and nothing else.
///
/// ```compile_fail,E0308
/// use roster::invitations::{self, Terms, rules::Recipient};
/// use roster::{db::WriteTx, members::SeeMembers};
/// fn sneak(tx: &mut WriteTx<SeeMembers>, whom: &Recipient, terms: &Terms) {
///     let _ = invitations::invite(tx, whom, terms);
/// }
/// ```
pub struct WriteTx<'c, A: Action> {
    connection: &'c mut PgConnection,
    scope: A::Scope,
}

/// A connection for looking at what the action `A` may see. It opens no transaction: a page asks few
/// questions, and each sees one moment.
pub struct ReadTx<'c, A: Action> {
    pub(super) connection: &'c mut PgConnection,
    pub(super) by: May<A>,
}

/// What reading and writing have in common, for questions that both ask.
pub trait Queries {
    /// The act behind it.
    type Action: Action;

    /// The connection, for a feature's store.
    fn connection(&mut self) -> &mut PgConnection;

    /// Who asks, and where.
    fn scope(&self) -> &<Self::Action as Action>::Scope;
}

impl<A: Action> Queries for WriteTx<'_, A> {
    type Action = A;

    fn connection(&mut self) -> &mut PgConnection {
        self.connection
    }

    fn scope(&self) -> &A::Scope {
        &self.scope
    }
}

impl<A: Action> Queries for ReadTx<'_, A> {
    type Action = A;

    fn connection(&mut self) -> &mut PgConnection {
        self.connection
    }

    fn scope(&self) -> &A::Scope {
        &self.by
    }
}

impl<A: Action> WriteTx<'_, A> {
    /// The moment the lock was taken.
    pub fn now(&self) -> DateTime<Utc> {
        self.scope.now()
    }
}

impl<A: Action> ReadTx<'_, A> {
    /// The moment the request was admitted.
    pub fn now(&self) -> DateTime<Utc> {
        self.by.now()
    }
}

/// One attempt at a change.
pub(super) fn attempt<A, T, R>(
    connection: &mut PgConnection,
    by: &May<A>,
    deadline: &CallDeadline,
    verb: &impl Fn(&mut WriteTx<A>) -> Verdict<Change<T>, R>,
) -> Verdict<T, R>
where
    A: Action<Scope: Lockable>,
{
    let outcome = connection.build_transaction().run(|connection| {
        let scope = by.lock_and_reload(A::NEEDS, connection)?;
        let mut tx = WriteTx { connection, scope };
        let change = verb(&mut tx)?.map_err(Abort::Refused)?;
        let WriteTx { connection, scope } = tx;
        write(connection, &scope, change.entries, &change.messages)?;
        super::enqueue::fan_out(connection, change.fan_outs)?;
        if deadline.is_given_up() {
            // A person who asked was answered that it is not known to be done: then it is not done.
            return Err(DbError::Unavailable("the caller gave up".to_owned()).into());
        }
        Ok(change.value)
    });
    match outcome {
        Ok(value) => Ok(Ok(value)),
        Err(Abort::Refused(refusal)) => Ok(Err(refusal)),
        Err(Abort::DbError(error)) => Err(error),
    }
}

/// Why a transaction is rolled back.
enum Abort<R> {
    Refused(R),
    DbError(DbError),
}

impl<R> From<DieselError> for Abort<R> {
    fn from(error: DieselError) -> Self {
        Self::DbError(error.into())
    }
}

impl<R> From<DbError> for Abort<R> {
    fn from(error: DbError) -> Self {
        Self::DbError(error)
    }
}

/// Writes the audit entries and the emails of a change.
fn write<S: Scope>(
    connection: &mut PgConnection,
    scope: &S,
    entries: Vec<AuditEntry>,
    messages: &[OutboxMessage],
) -> Result<(), DbError> {
    let actor = scope.actor();
    let lines: Vec<_> = entries
        .into_iter()
        .map(|entry| {
            let kind = entry.event.kind();
            let details = serde_json::to_value(&entry.event).unwrap_or(Value::Null);
            let is_about_an_account = entry.event.is_about_an_account();
            let topic = entry.event.topic().key();
            let (who, name) = match entry.by {
                Some((account, username)) => (Some(account), username.to_string()),
                None => (actor.id, actor.name.clone()),
            };
            (
                history::id.eq(AuditEntryId::fresh()),
                history::organization_id.eq(entry.organization.or_else(|| scope.organization())),
                history::actor_id.eq(who),
                history::actor_name.eq(name),
                history::kind.eq(kind),
                history::details.eq(details),
                history::source.eq(actor.source.to_string()),
                history::account_id.eq(entry.account.or_else(|| who.filter(|_| is_about_an_account))),
                history::topic.eq(topic),
            )
        })
        .collect();
    // A statement takes at most 65,535 parameters.
    for some in lines.chunks(5_000) {
        let insert = diesel::insert_into(history::table).values(some);
        if some.len() <= FEW_ROWS {
            Prepared::by_text(insert).execute(connection)?
        } else {
            insert.execute(connection)?
        };
    }
    super::enqueue::enqueue(connection, messages, actor.id, scope.organization())
}
