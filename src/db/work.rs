//! A transaction, and what happens between its brackets.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use serde_json::Value;

use super::patience::Patience;
use super::prepared::{FEW_ROWS, Prepared};
use super::{Change, Secure, Stop, Verdict};
use crate::authority::{Act, May, Scope};
use crate::history::Event;
use crate::ids::EventId;
use crate::post::Envelope;
use crate::schema::history;

/// A transaction that may do the act `A`, and nothing else.
///
/// ```compile_fail,E0308
/// use roster::invitations::{self, Terms, rules::Invitee};
/// use roster::{db::Work, members::SeeMembers};
/// fn sneak(work: &mut Work<SeeMembers>, whom: &Invitee, terms: &Terms) {
///     let _ = invitations::invite(work, whom, terms);
/// }
/// ```
pub struct Work<'c, A: Act> {
    connection: &'c mut PgConnection,
    scope: A::Scope,
}

/// A connection for looking at what the act `A` may see. It opens no transaction: a page asks few
/// questions, and each sees one moment.
pub struct Read<'c, A: Act> {
    pub(super) connection: &'c mut PgConnection,
    pub(super) by: May<A>,
}

/// What reading and writing have in common, for questions that both ask.
pub trait Asking {
    /// The act behind it.
    type Act: Act;

    /// The connection, for a feature's store.
    fn connection(&mut self) -> &mut PgConnection;

    /// Who asks, and where.
    fn scope(&self) -> &<Self::Act as Act>::Scope;
}

impl<A: Act> Asking for Work<'_, A> {
    type Act = A;

    fn connection(&mut self) -> &mut PgConnection {
        self.connection
    }

    fn scope(&self) -> &A::Scope {
        &self.scope
    }
}

impl<A: Act> Asking for Read<'_, A> {
    type Act = A;

    fn connection(&mut self) -> &mut PgConnection {
        self.connection
    }

    fn scope(&self) -> &A::Scope {
        &self.by
    }
}

impl<A: Act> Work<'_, A> {
    /// The moment the lock was taken.
    pub fn now(&self) -> DateTime<Utc> {
        self.scope.now()
    }
}

impl<A: Act> Read<'_, A> {
    /// The moment the request was admitted.
    pub fn now(&self) -> DateTime<Utc> {
        self.by.now()
    }
}

/// One attempt at a change.
pub(super) fn attempt<A, T, R>(
    connection: &mut PgConnection,
    by: &May<A>,
    patience: &Patience,
    verb: &impl Fn(&mut Work<A>) -> Verdict<Change<T>, R>,
) -> Verdict<T, R>
where
    A: Act<Scope: Secure>,
{
    let outcome = connection.build_transaction().run(|connection| {
        let scope = by.secure(A::NEEDS, connection)?;
        let mut work = Work { connection, scope };
        let change = verb(&mut work)?.map_err(Abort::Refused)?;
        let Work { connection, scope } = work;
        write(connection, &scope, change.events, &change.envelopes)?;
        super::posting::fan_out(connection, change.fan_outs)?;
        if patience.is_given_up() {
            // Whoever asked was answered that it is not known to be done: then it is not done.
            return Err(Stop::Away("nobody waits for it any more".to_owned()).into());
        }
        Ok(change.value)
    });
    match outcome {
        Ok(value) => Ok(Ok(value)),
        Err(Abort::Refused(refusal)) => Ok(Err(refusal)),
        Err(Abort::Stop(stop)) => Err(stop),
    }
}

/// Why a transaction is rolled back.
enum Abort<R> {
    Refused(R),
    Stop(Stop),
}

impl<R> From<DieselError> for Abort<R> {
    fn from(error: DieselError) -> Self {
        Self::Stop(error.into())
    }
}

impl<R> From<Stop> for Abort<R> {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

/// Writes the lines of history and the letters of a change.
fn write<S: Scope>(
    connection: &mut PgConnection,
    scope: &S,
    events: Vec<Event>,
    envelopes: &[Envelope],
) -> Result<(), Stop> {
    let actor = scope.actor();
    let lines: Vec<_> = events
        .into_iter()
        .map(|event| {
            let kind = event.happened.kind();
            let details = serde_json::to_value(&event.happened).unwrap_or(Value::Null);
            let is_about_an_account = event.happened.is_about_an_account();
            let topic = event.happened.topic().key();
            let (who, name) = match event.by {
                Some((account, username)) => (Some(account), username.to_string()),
                None => (actor.id, actor.name.clone()),
            };
            (
                history::id.eq(EventId::fresh()),
                history::organization_id.eq(event.organization.or_else(|| scope.organization())),
                history::actor_id.eq(who),
                history::actor_name.eq(name),
                history::kind.eq(kind),
                history::details.eq(details),
                history::source.eq(actor.source.to_string()),
                history::account_id.eq(event.account.or_else(|| who.filter(|_| is_about_an_account))),
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
    super::posting::post(connection, envelopes, actor.id, scope.organization())
}
