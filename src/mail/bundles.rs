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
use diesel::sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use serde_json::Value;
use uuid::Uuid;

use super::{Draft, Letters, Owner};
use crate::db::Stop;
use crate::ids::LetterId;
use crate::prepared;
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
    ORDER BY priority, turn, id LIMIT $1 FOR UPDATE SKIP LOCKED) \
    RETURNING id, kind, facts, recipient, bundle, bundle_to_owner, attempts, created_at, roster_now() AS now";

/// What waits for the same: due or not, but neither claimed nor put off after a failure.
const COMPANIONS: &str = "UPDATE outbox SET attempts = attempts + 1, next_attempt_at = roster_now() + interval '2 minutes' \
    WHERE id IN (SELECT waiting.id FROM outbox waiting JOIN unnest($1, $2, $4) AS lead (recipient, bundle, to_owner) \
    ON waiting.recipient = lead.recipient AND waiting.bundle = lead.bundle AND waiting.bundle_to_owner = lead.to_owner \
    WHERE waiting.state = 'queued' AND (waiting.attempts = 0 OR waiting.next_attempt_at <= (SELECT roster_now())) \
    ORDER BY waiting.created_at, waiting.id LIMIT $3 FOR UPDATE OF waiting SKIP LOCKED) \
    RETURNING id, kind, facts, recipient, bundle, bundle_to_owner, attempts, created_at, roster_now() AS now";

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
    #[diesel(sql_type = Bool)]
    pub bundle_to_owner: bool,
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
        prepared!(ALONE).execute(connection)?;
        let mut claimed: Vec<Due> = prepared!(LEADS).bind::<BigInt, _>(AT_ONCE).load(connection)?;
        let mut bundles: Vec<(&str, Uuid, bool)> =
            claimed.iter().filter_map(|due| Some((due.recipient.as_str(), due.bundle?, due.bundle_to_owner))).collect();
        bundles.sort_unstable();
        bundles.dedup();
        if !bundles.is_empty() {
            let recipients: Vec<&str> = bundles.iter().map(|(recipient, ..)| *recipient).collect();
            let to_owner: Vec<bool> = bundles.iter().map(|(.., to_owner)| *to_owner).collect();
            let bundles: Vec<Uuid> = bundles.iter().map(|(_, bundle, _)| *bundle).collect();
            let companions = prepared!(COMPANIONS)
                .bind::<Array<Text>, _>(recipients)
                .bind::<Array<SqlUuid>, _>(bundles)
                .bind::<BigInt, _>(TOGETHER)
                .bind::<Array<Bool>, _>(to_owner)
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
                let bundle = |due: &Due| (due.bundle, due.bundle_to_owner);
                first.bundle.is_some() && bundle(first) == bundle(&due) && first.recipient == due.recipient
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
    let owner = drafts.iter().rev().find_map(|draft| draft.owner.clone());
    let choice = drafts.iter().rev().find_map(|draft| draft.choice().map(str::to_owned));
    let mut told = match &owner {
        Some(owner) => Draft::new(format!("{number} changes in {} on Roster", owner.organization))
            .offering("Open the Activity", owner.activity.clone())
            .noting("What can be undone has Undo beside it there, for 30 minutes after it was done."),
        None => {
            let place = drafts.iter().rev().find_map(|draft| draft.place.clone()).ok_or("a bundle about nothing")?;
            let last = drafts.last().map(|draft| (draft.action.clone(), draft.notes.clone())).unwrap_or_default();
            let told = Draft::new(format!("{number} changes of your place in {place} on Roster"));
            Draft { action: last.0, notes: last.1, ..told }
        }
    }
    .saying("What happened, in this order:");
    told.rest = match number.saturating_sub(TOLD) {
        0 => None,
        more => Some(format!("And {more} more: see the activity.")),
    };
    let entries = drafts.into_iter().take(TOLD).map(|draft| {
        let heading = draft.subject.strip_suffix(" on Roster").unwrap_or(&draft.subject).to_owned();
        (heading, draft.paragraphs.join(" "))
    });
    told.entries = entries.collect();
    Ok(match owner {
        Some(owner) => told.to_owner(Owner { choice, ..owner }),
        None => told,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn auth_8_what_one_is_told_of_oneself_ends_with_what_is_so_now() {
        let joined = Draft::new("You joined Acme on Roster").saying("Welcome.").about_place("Acme");
        let removed = Draft::new("You were removed from Acme on Roster").saying("Gone.").about_place("Acme");
        let told =
            together(vec![joined.offering("Open", "/acme".to_owned()), removed.noting("Ask an owner.")]).unwrap();
        assert_eq!(told.subject, "2 changes of your place in Acme on Roster");
        assert_eq!(told.entries[1], ("You were removed from Acme".to_owned(), "Gone.".to_owned()));
        assert!(told.action.is_none() && told.owner.is_none());
        assert_eq!(told.notes, ["Ask an owner."]);
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
            bundle_to_owner: true,
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
