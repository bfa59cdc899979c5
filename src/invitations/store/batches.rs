//! What is remembered of lists of people to be invited.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Jsonb, Nullable, Text, Timestamptz, Uuid};
use serde_json::Value;

use super::super::Terms;
use super::super::batches::{MakeBatch, SendBatch, SendPortion};
use super::super::rules::Invitee;
use super::super::rules::fates::{End, Fate, Line};
use crate::authority::{Act, Role, WithinOrganization};
use crate::db::{Asking, Stop, Work, may_be_tried, roster_now};
use crate::ids::{BatchId, FormKey, OrganizationId};
use crate::members::Within;
use crate::prepared;
use crate::schema::{
    accounts, invitation_batch_lines, invitation_batches, invitations, organization_addresses, organizations, outbox,
};
use crate::text::{EmailAddress, Slug, Username};
use crate::web::paging::PAGE;

/// A statement takes at most 65,535 parameters.
const ROWS: usize = 5_000;

/// The list that a form made here already.
pub fn find_by_form(work: &mut Work<MakeBatch>, form: FormKey) -> Result<Option<BatchId>, Stop> {
    Ok(invitation_batches::table
        .filter(invitation_batches::organization_id.eq(work.scope().organization_id()))
        .filter(invitation_batches::form_key.eq(form))
        .select(invitation_batches::id)
        .first(work.connection())
        .optional()?)
}

/// Those of some addresses that hold an open invitation here.
pub fn invited_among(work: &mut Work<MakeBatch>, addresses: &[&str]) -> Result<HashSet<String>, Stop> {
    let found: Vec<String> = invitations::table
        .filter(invitations::organization_id.eq(work.scope().organization_id()))
        .filter(invitations::email.eq_any(addresses))
        .filter(invitations::ended_at.is_null())
        .select(invitations::email)
        .load(work.connection())?;
    Ok(found.into_iter().collect())
}

/// Keeps a list with all of its lines.
pub fn keep(work: &mut Work<MakeBatch>, terms: &Terms, lines: &[Line]) -> Result<BatchId, Stop> {
    let id = BatchId::fresh();
    diesel::insert_into(invitation_batches::table)
        .values((
            invitation_batches::id.eq(id),
            invitation_batches::organization_id.eq(work.scope().organization_id()),
            invitation_batches::sender_id.eq(work.scope().me().account()),
            invitation_batches::form_key.eq(terms.form),
            invitation_batches::lifetime_days.eq(i32::try_from(terms.days).unwrap_or(i32::MAX)),
            invitation_batches::size.eq(i32::try_from(lines.len()).unwrap_or(i32::MAX)),
        ))
        .execute(work.connection())?;
    let placed: Vec<(i32, &Line)> = (0..).zip(lines).collect();
    for some in placed.chunks(ROWS) {
        let rows: Vec<_> = some
            .iter()
            .map(|(place, line)| {
                (
                    invitation_batch_lines::batch_id.eq(id),
                    invitation_batch_lines::place.eq(place),
                    invitation_batch_lines::written.eq(&line.written),
                    invitation_batch_lines::role.eq(line.role.key()),
                    invitation_batch_lines::fate.eq(line.fate.key()),
                    invitation_batch_lines::why.eq(&line.why),
                )
            })
            .collect();
        diesel::insert_into(invitation_batch_lines::table).values(rows).execute(work.connection())?;
    }
    Ok(id)
}

/// A list as the owners of its organization see it.
#[derive(Clone, Debug)]
pub struct Batch {
    pub id: BatchId,
    /// In whose name it is sent.
    pub sender: Username,
    pub size: i32,
    pub sent_at: Option<DateTime<Utc>>,
    pub due_at: Option<DateTime<Utc>>,
    pub ended: Option<End>,
    numbers: BTreeMap<String, i64>,
}

impl Batch {
    /// How many lines have this fate.
    pub fn number(&self, fate: Fate) -> i64 {
        self.numbers.get(fate.key()).copied().unwrap_or_default()
    }
}

#[derive(QueryableByName)]
struct BatchRow {
    #[diesel(sql_type = Uuid)]
    id: BatchId,
    #[diesel(sql_type = Text)]
    sender: String,
    #[diesel(sql_type = Integer)]
    size: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    sent_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    due_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    ended_how: Option<String>,
    #[diesel(sql_type = Jsonb)]
    numbers: Value,
}

/// A list of this organization, with how many lines have which fate: at most as many as one list can have.
pub fn find<Q>(asking: &mut Q, id: BatchId) -> Result<Option<Batch>, Stop>
where
    Q: Asking<Act: Act<Scope = Within>>,
{
    let organization = asking.scope().organization_id();
    let found: Option<BatchRow> = prepared!(
        "SELECT batch.id, username AS sender, size, sent_at, due_at, ended_how, (\
             SELECT coalesce(jsonb_object_agg(fate, number), '{}') FROM (\
                 SELECT fate, count(*) AS number FROM invitation_batch_lines WHERE batch_id = batch.id GROUP BY fate) alike\
         ) AS numbers FROM invitation_batches batch JOIN accounts ON accounts.id = sender_id \
         WHERE batch.id = $1 AND organization_id = $2",
    )
    .bind::<Uuid, _>(id)
    .bind::<Uuid, _>(organization)
    .get_result(asking.connection())
    .optional()?;
    Ok(found.map(|row| Batch {
        id: row.id,
        sender: Username::stored(row.sender),
        size: row.size,
        sent_at: row.sent_at,
        due_at: row.due_at,
        ended: row.ended_how.as_deref().map(End::stored),
        numbers: serde_json::from_value(row.numbers).unwrap_or_default(),
    }))
}

/// A line of a list, with its place.
pub type PlacedLine = (i32, Line);

/// A page of the lines of a list that was found here, all of them or those of one fate; and whether there are more.
pub fn lines<Q: Asking>(
    asking: &mut Q,
    batch: &Batch,
    fate: Option<Fate>,
    after: Option<i32>,
) -> Result<(Vec<PlacedLine>, bool), Stop> {
    let lines = invitation_batch_lines::table
        .filter(invitation_batch_lines::batch_id.eq(batch.id))
        .filter(invitation_batch_lines::place.gt(after.unwrap_or(-1)))
        .order(invitation_batch_lines::place)
        .limit(i64::try_from(PAGE + 1).unwrap_or(i64::MAX))
        .select((
            invitation_batch_lines::place,
            invitation_batch_lines::written,
            invitation_batch_lines::role,
            invitation_batch_lines::fate,
            invitation_batch_lines::why,
        ))
        .into_boxed();
    let mut found: Vec<(i32, String, String, String, Option<String>)> = match fate {
        None => lines.load(asking.connection())?,
        Some(fate) => lines.filter(invitation_batch_lines::fate.eq(fate.key())).load(asking.connection())?,
    };
    let goes_on = found.len() > PAGE;
    found.truncate(PAGE);
    let line = |(place, written, role, fate, why): (i32, String, String, String, Option<String>)| {
        let fate = Fate::parse(&fate).unwrap_or(Fate::Stopped);
        (place, Line { written, role: Role::stored(&role), fate, why })
    };
    Ok((found.into_iter().map(line).collect(), goes_on))
}

/// A list among the latest ones.
#[derive(Clone, Debug)]
pub struct RecentBatch {
    pub id: BatchId,
    pub size: i32,
    pub made_at: DateTime<Utc>,
    pub is_sent: bool,
    pub ended: Option<End>,
}

/// The latest lists of this organization.
pub fn recent<Q>(asking: &mut Q) -> Result<Vec<RecentBatch>, Stop>
where
    Q: Asking<Act: Act<Scope = Within>>,
{
    type Row = (BatchId, i32, DateTime<Utc>, bool, Option<String>);
    let organization = asking.scope().organization_id();
    let found: Vec<Row> = invitation_batches::table
        .filter(invitation_batches::organization_id.eq(organization))
        .order((invitation_batches::made_at.desc(), invitation_batches::id.desc()))
        .limit(5)
        .select((
            invitation_batches::id,
            invitation_batches::size,
            invitation_batches::made_at,
            invitation_batches::sent_at.is_not_null(),
            invitation_batches::ended_how,
        ))
        .load(asking.connection())?;
    let recent = found.into_iter().map(|(id, size, made_at, is_sent, ended)| RecentBatch {
        id,
        size,
        made_at,
        is_sent,
        ended: ended.as_deref().map(End::stored),
    });
    Ok(recent.collect())
}

/// Begins to send a list in the name of whoever asks. Answers whether it was not sent before.
pub fn begin(work: &mut Work<SendBatch>, id: BatchId) -> Result<bool, Stop> {
    let begun = diesel::update(invitation_batches::table.find(id))
        .filter(invitation_batches::organization_id.eq(work.scope().organization_id()))
        .filter(invitation_batches::sent_at.is_null())
        .set((
            invitation_batches::sender_id.eq(work.scope().me().account()),
            invitation_batches::sent_at.eq(roster_now().nullable()),
            invitation_batches::due_at.eq(roster_now().nullable()),
        ))
        .execute(work.connection())?;
    Ok(begun == 1)
}

/// A list whose next portion is due.
#[derive(Clone, Debug)]
pub struct DueBatch {
    pub id: BatchId,
    pub sender: Username,
    pub slug: Slug,
}

/// The list that has waited longest for its next portion, but for those that may not be tried. Those of a deleted
/// organization wait until it is restored.
pub fn next_due(connection: &mut PgConnection, task: &str) -> Result<Option<DueBatch>, Stop> {
    let found: Option<(BatchId, String, String)> = invitation_batches::table
        .inner_join(accounts::table)
        .inner_join(organizations::table)
        .inner_join(
            organization_addresses::table.on(organization_addresses::organization_id
                .eq(invitation_batches::organization_id.nullable())
                .and(organization_addresses::is_current)),
        )
        .filter(invitation_batches::ended_at.is_null())
        .filter(invitation_batches::due_at.le(roster_now().nullable()))
        .filter(organizations::deleted_at.is_null())
        .filter(may_be_tried(task, invitation_batches::id, uuid::Uuid::nil()))
        .order(invitation_batches::due_at)
        .select((invitation_batches::id, accounts::username, organization_addresses::slug))
        .first(connection)
        .optional()?;
    Ok(found.map(|(id, sender, slug)| DueBatch { id, sender: Username::stored(sender), slug: Slug::stored(slug) }))
}

/// How many letters are due now, as far as it matters.
pub fn letters_due(connection: &mut PgConnection, most: i64) -> Result<i64, Stop> {
    let due: Vec<i32> = outbox::table
        .filter(outbox::state.eq("queued"))
        .filter(outbox::next_attempt_at.le(roster_now()))
        .limit(most)
        .select(diesel::dsl::sql::<Integer>("1"))
        .load(connection)?;
    Ok(i64::try_from(due.len()).unwrap_or(i64::MAX))
}

/// Locks a list that is being sent in the name of whoever is in the scope, and answers how many days its invitations
/// last.
pub fn under_way(work: &mut Work<SendPortion>, id: BatchId) -> Result<Option<u32>, Stop> {
    let days: Option<i32> = invitation_batches::table
        .find(id)
        .filter(invitation_batches::organization_id.eq(work.scope().organization_id()))
        .filter(invitation_batches::sender_id.eq(work.scope().me().account()))
        .filter(invitation_batches::sent_at.is_not_null())
        .filter(invitation_batches::ended_at.is_null())
        .select(invitation_batches::lifetime_days)
        .for_no_key_update()
        .first(work.connection())
        .optional()?;
    Ok(days.and_then(|days| u32::try_from(days).ok()))
}

/// A line that is to be invited.
#[derive(Clone, Debug)]
pub struct ReadyLine {
    pub place: i32,
    pub invitee: Invitee,
}

/// Takes the next lines that are to be invited.
pub fn take_lines(work: &mut Work<SendPortion>, id: BatchId, most: usize) -> Result<Vec<ReadyLine>, Stop> {
    let found: Vec<(i32, String, String)> = invitation_batch_lines::table
        .filter(invitation_batch_lines::batch_id.eq(id))
        .filter(invitation_batch_lines::fate.eq(Fate::Ready.key()))
        .order(invitation_batch_lines::place)
        .limit(i64::try_from(most).unwrap_or(i64::MAX))
        .select((invitation_batch_lines::place, invitation_batch_lines::written, invitation_batch_lines::role))
        .for_update()
        .load(work.connection())?;
    let line = |(place, written, role): (i32, String, String)| ReadyLine {
        place,
        invitee: Invitee { email: EmailAddress::stored(written), role: Role::stored(&role) },
    };
    Ok(found.into_iter().map(line).collect())
}

/// Marks lines with what became of them.
pub fn mark(work: &mut Work<SendPortion>, id: BatchId, fates: &[(i32, Fate)]) -> Result<(), Stop> {
    for fate in Fate::ALL {
        let places: Vec<i32> = fates.iter().filter(|(_, other)| *other == fate).map(|(place, _)| *place).collect();
        if !places.is_empty() {
            diesel::update(invitation_batch_lines::table)
                .filter(invitation_batch_lines::batch_id.eq(id))
                .filter(invitation_batch_lines::place.eq_any(places))
                .set(invitation_batch_lines::fate.eq(fate.key()))
                .execute(work.connection())?;
        }
    }
    Ok(())
}

/// Lets a list wait until its next portion.
pub fn wait(connection: &mut PgConnection, id: BatchId, until: DateTime<Utc>) -> Result<(), Stop> {
    diesel::update(invitation_batches::table.find(id))
        .filter(invitation_batches::ended_at.is_null())
        .filter(invitation_batches::sent_at.is_not_null())
        .set(invitation_batches::due_at.eq(until))
        .execute(connection)?;
    Ok(())
}

/// Ends a list that is being sent. Answers whether it was not ended before.
pub fn end(connection: &mut PgConnection, id: BatchId, how: End) -> Result<bool, Stop> {
    let ended = diesel::update(invitation_batches::table.find(id))
        .filter(invitation_batches::sent_at.is_not_null())
        .filter(invitation_batches::ended_at.is_null())
        .set((invitation_batches::ended_at.eq(roster_now().nullable()), invitation_batches::ended_how.eq(how.key())))
        .execute(connection)?;
    Ok(ended == 1)
}

/// Marks what was not sent of a list that was stopped. Answers how many lines.
pub fn stop_lines(connection: &mut PgConnection, id: BatchId) -> Result<i64, Stop> {
    let left = diesel::update(invitation_batch_lines::table)
        .filter(invitation_batch_lines::batch_id.eq(id))
        .filter(invitation_batch_lines::fate.eq(Fate::Ready.key()))
        .set(invitation_batch_lines::fate.eq(Fate::Stopped.key()))
        .execute(connection)?;
    Ok(i64::try_from(left).unwrap_or(i64::MAX))
}

/// Whose list it is.
pub fn organization_of(connection: &mut PgConnection, id: BatchId) -> Result<Option<OrganizationId>, Stop> {
    let found = invitation_batches::table.find(id).select(invitation_batches::organization_id);
    Ok(found.first(connection).optional()?)
}
