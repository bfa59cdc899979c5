//! What happened in an organization, looked through by its reader.
//!
//! Whatever is asked for, the lines come from an index in the order in which they are shown, and no
//! more of them are looked at than a page holds: a rare topic in a history of millions costs what the
//! newest page costs.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use super::super::rules::Sought;
use super::super::{Line, LinePage};
use crate::db::Stop;
use crate::history::{Happened, Topic};
use crate::ids::{EventId, OrganizationId, PictureId};
use crate::prepared;
use crate::schema::{accounts, history};
use crate::web::paging::{Cursor, cut_at, far};

#[derive(Queryable, QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: EventId,
    #[diesel(sql_type = Text)]
    actor_name: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    picture_id: Option<PictureId>,
    #[diesel(sql_type = Jsonb)]
    details: serde_json::Value,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

/// What happened in an organization and is sought, the newest first, so many lines at most.
pub fn lines(
    connection: &mut PgConnection,
    organization: OrganizationId,
    sought: &Sought,
    after: Option<Cursor>,
    most: usize,
) -> Result<LinePage, Stop> {
    let limit = i64::try_from(most + 1).unwrap_or(i64::MAX);
    let found = match &sought.by {
        Some(person) => by_a_person(connection, organization, person, sought, after, limit)?,
        None => by_anybody(connection, organization, sought, after, limit)?,
    };
    let mut lines: Vec<Line> = found
        .into_iter()
        .map(|row| Line {
            id: row.id,
            actor: row.actor_name,
            picture: row.picture_id,
            happened: serde_json::from_value::<Happened>(row.details).ok(),
            at: row.at,
        })
        .collect();
    let next = cut_at(&mut lines, most, |line| Cursor { at: line.at, id: line.id.uuid() });
    Ok(LinePage { lines, next })
}

fn by_anybody(
    connection: &mut PgConnection,
    organization: OrganizationId,
    sought: &Sought,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Row>, Stop> {
    let mut found = history::table
        .left_join(accounts::table.on(accounts::id.nullable().eq(history::actor_id)))
        .filter(history::organization_id.eq(organization))
        .order((history::at.desc(), history::id.desc()))
        .limit(limit)
        .select((history::id, history::actor_name, accounts::picture_id.nullable(), history::details, history::at))
        .into_boxed();
    if let Some(topic) = sought.topic {
        found = found.filter(history::topic.eq(topic.key()));
    }
    if let Some(from) = sought.from {
        found = found.filter(history::at.ge(from));
    }
    if let Some(until) = sought.until {
        found = found.filter(history::at.lt(until));
    }
    if let Some(Cursor { at, id }) = after {
        found = found.filter(history::at.le(at).and(history::at.lt(at).or(history::id.lt(EventId::from(id)))));
    }
    Ok(found.load(connection)?)
}

/// One index holds a person's lines under each topic: asked for each, and put in order, a few of each are
/// all that is looked at.
fn by_a_person(
    connection: &mut PgConnection,
    organization: OrganizationId,
    person: &str,
    sought: &Sought,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Row>, Stop> {
    let topics: Vec<&str> = match sought.topic {
        Some(topic) => vec![topic.key()],
        None => Topic::ALL.map(Topic::key).to_vec(),
    };
    let end = after.unwrap_or_else(Cursor::before_all);
    let found = prepared!(
        "SELECT found.id, found.actor_name, accounts.picture_id, found.details, found.at \
         FROM unnest($3) AS wanted (topic) \
         CROSS JOIN LATERAL (SELECT id, actor_id, actor_name, details, at FROM history \
             WHERE organization_id = $1 AND actor_name = $2 AND history.topic = wanted.topic \
             AND at >= $4 AND at < $5 AND (at, id) < ($6, $7) ORDER BY at DESC, id DESC LIMIT $8) AS found \
         LEFT JOIN accounts ON accounts.id = found.actor_id \
         ORDER BY found.at DESC, found.id DESC LIMIT $8",
    )
    .bind::<SqlUuid, _>(organization)
    .bind::<Text, _>(person)
    .bind::<Array<Text>, _>(topics)
    .bind::<Timestamptz, _>(sought.from.unwrap_or(DateTime::UNIX_EPOCH))
    .bind::<Timestamptz, _>(sought.until.unwrap_or_else(far))
    .bind::<Timestamptz, _>(end.at)
    .bind::<SqlUuid, _>(end.id)
    .bind::<BigInt, _>(limit);
    Ok(found.load(connection)?)
}
