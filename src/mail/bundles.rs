//! Several changes, one letter.
//!
//! News for one owner about one organization waits in the outbox like any letter, a row each. Whoever takes one such
//! row takes all that wait for the same: they are a [`Parcel`], leave as one letter, and end, or wait again, together.
//!
//! Workers claim one after another, for the moment that it takes, so that none takes a part of what another one takes:
//! what was claimed has its next attempt ahead by then, and is left alone until that has come.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use serde_json::Value;
use uuid::Uuid;

use super::{Draft, Letters};
use crate::db::Stop;
use crate::ids::LetterId;
use crate::web::Site;
use crate::web::clock::Clock;

/// What the letter of a parcel with several rows is called. Its facts are theirs, with their kinds.
pub(super) const KIND: &str = "bundle";

/// How many letters one claim takes. A process has one under way at a time: should it die, one at most is repeated.
const AT_ONCE: i64 = 1;

/// How many rows one claim adds to those, at most: more leave with the next.
const TOGETHER: i64 = 1_000;

/// How many changes a letter tells, one by one.
const TOLD: usize = 50;

/// One claim at a time.
const ALONE: &str = "SELECT pg_advisory_xact_lock(hashtextextended('roster claims letters', 0))";

/// What is due.
const LEADS: &str = "UPDATE outbox SET attempts = attempts + 1, next_attempt_at = roster_now() + interval '2 minutes' \
    WHERE id IN (SELECT id FROM outbox WHERE state = 'queued' AND next_attempt_at <= roster_now() \
    ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED) \
    RETURNING id, kind, facts, recipient, bundle, attempts, created_at, roster_now() AS now";

/// What waits for the same: due or not, but neither claimed nor put off after a failure.
const COMPANIONS: &str = "UPDATE outbox SET attempts = attempts + 1, next_attempt_at = roster_now() + interval '2 minutes' \
    WHERE id IN (SELECT waiting.id FROM outbox waiting JOIN unnest($1, $2) AS lead (recipient, bundle) \
    ON waiting.recipient = lead.recipient AND waiting.bundle = lead.bundle \
    WHERE waiting.state = 'queued' AND (waiting.attempts = 0 OR waiting.next_attempt_at <= (SELECT roster_now())) \
    ORDER BY waiting.created_at, waiting.id LIMIT $3 FOR UPDATE OF waiting SKIP LOCKED) \
    RETURNING id, kind, facts, recipient, bundle, attempts, created_at, roster_now() AS now";

/// A row that was claimed.
#[derive(Clone, QueryableByName)]
pub(super) struct Due {
    #[diesel(sql_type = SqlUuid)]
    pub id: LetterId,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Jsonb)]
    pub facts: Value,
    #[diesel(sql_type = Text)]
    pub recipient: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub bundle: Option<Uuid>,
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub now: DateTime<Utc>,
}

/// Rows that leave as one letter, in the order in which they were posted. There is at least one.
pub(super) type Parcel = Vec<Due>;

/// Claims what is due, and what leaves with it. Returns how many rows, and the letters they make.
pub(super) fn claim(connection: &mut PgConnection) -> Result<(usize, Vec<Parcel>), Stop> {
    connection.transaction(|connection| {
        diesel::sql_query(ALONE).execute(connection)?;
        let mut claimed: Vec<Due> = diesel::sql_query(LEADS).bind::<BigInt, _>(AT_ONCE).load(connection)?;
        let mut bundles: Vec<(&str, Uuid)> =
            claimed.iter().filter_map(|due| Some((due.recipient.as_str(), due.bundle?))).collect();
        bundles.sort_unstable();
        bundles.dedup();
        if !bundles.is_empty() {
            let (recipients, bundles): (Vec<&str>, Vec<Uuid>) = bundles.into_iter().unzip();
            let companions = diesel::sql_query(COMPANIONS)
                .bind::<Array<Text>, _>(recipients)
                .bind::<Array<SqlUuid>, _>(bundles)
                .bind::<BigInt, _>(TOGETHER)
                .load::<Due>(connection)?;
            claimed.extend(companions);
        }
        Ok((claimed.len(), parcels(claimed)))
    })
}

/// Puts together what leaves together.
fn parcels(mut claimed: Vec<Due>) -> Vec<Parcel> {
    claimed.sort_by_key(|due| (due.created_at, due.id));
    let mut parcels: Vec<Parcel> = Vec::new();
    for due in claimed {
        let same = |parcel: &&mut Parcel| {
            parcel.first().is_some_and(|first| {
                first.bundle.is_some() && first.bundle == due.bundle && first.recipient == due.recipient
            })
        };
        match parcels.iter_mut().find(same) {
            Some(parcel) => parcel.push(due),
            None => parcels.push(vec![due]),
        }
    }
    parcels
}

/// The kind and the facts of the letter that some rows make.
pub(super) fn enclosed(rows: &[Due]) -> (String, Value) {
    match rows {
        [one] => (one.kind.clone(), one.facts.clone()),
        several => {
            let all = several.iter().map(|due| Value::from(vec![due.kind.clone().into(), due.facts.clone()]));
            (KIND.to_owned(), all.collect())
        }
    }
}

/// The letter that tells several changes.
pub(super) fn draft(letters: &Letters, facts: &Value, site: &Site, clock: Clock) -> Result<Draft, String> {
    let all: Vec<(String, Value)> = serde_json::from_value(facts.clone()).map_err(|error| error.to_string())?;
    let drafts: Result<Vec<_>, _> = all.iter().map(|(kind, facts)| letters.draft(kind, facts, site, clock)).collect();
    together(drafts?)
}

fn together(drafts: Vec<Draft>) -> Result<Draft, String> {
    let number = drafts.len();
    // The latest knows the organization by its latest name and URL.
    let mut owner = drafts.iter().rev().find_map(|draft| draft.owner.clone()).ok_or("a bundle that is for no owner")?;
    owner.choice = drafts.iter().rev().find_map(|draft| draft.choice().map(str::to_owned));
    let mut told = Draft::new(format!("{number} changes in {} on Roster", owner.organization))
        .saying("What happened, in this order:")
        .offering("Open the Activity", owner.activity.clone())
        .noting("What can be undone has Undo beside it there, for 30 minutes after it was done.");
    told.rest = match number.saturating_sub(TOLD) {
        0 => None,
        more => Some(format!("And {more} more: see the activity.")),
    };
    let entries = drafts.into_iter().take(TOLD).map(|draft| {
        let heading = draft.subject.strip_suffix(" on Roster").unwrap_or(&draft.subject).to_owned();
        (heading, draft.paragraphs.join(" "))
    });
    told.entries = entries.collect();
    Ok(told.to_owner(owner))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Owner;

    fn draft(number: usize, is_always: bool) -> Draft {
        let choice = (!is_always).then(|| "https://roster.example.org/account/notifications/acme".to_owned());
        let owner = Owner { organization: "Acme".to_owned(), activity: "/acme/activity".to_owned(), choice };
        Draft::new(format!("person{number} left Acme on Roster")).saying("Gone.").saying("At once.").to_owner(owner)
    }

    #[test]
    fn a_letter_tells_fifty_and_counts_the_rest() {
        let told = together((0..162).map(|number| draft(number, false)).collect()).unwrap();
        assert_eq!(told.subject, "162 changes in Acme on Roster");
        assert_eq!(told.entries.len(), 50);
        assert_eq!(told.entries[0], ("person0 left Acme".to_owned(), "Gone. At once.".to_owned()));
        assert_eq!(told.rest.as_deref(), Some("And 112 more: see the activity."));
        assert_eq!(together((0..50).map(|number| draft(number, false)).collect()).unwrap().rest, None);
    }

    #[test]
    fn a_choice_is_offered_where_one_of_them_offers_it() {
        assert!(together(vec![draft(1, false), draft(2, true)]).unwrap().choice().is_some());
        assert!(together(vec![draft(1, true), draft(2, true)]).unwrap().choice().is_none());
        assert!(together(vec![Draft::new("for nobody")]).is_err());
    }

    #[test]
    fn what_shares_neither_recipient_nor_bundle_leaves_alone() {
        let (acme, globex) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let due = |recipient: &str, bundle| Due {
            id: LetterId::fresh(),
            kind: String::new(),
            facts: Value::Null,
            recipient: recipient.to_owned(),
            bundle,
            attempts: 1,
            created_at: DateTime::UNIX_EPOCH,
            now: DateTime::UNIX_EPOCH,
        };
        let all = [
            due("ada", Some(acme)),
            due("ada", None),
            due("ada", Some(globex)),
            due("alan", Some(acme)),
            due("ada", Some(acme)),
            due("ada", None),
        ];
        let sizes: Vec<usize> = parcels(all.into()).iter().map(Vec::len).collect();
        assert_eq!(sizes, [2, 1, 1, 1, 1]);
    }
}
