//! Compares what people were answered with what is there: rows, audit entries and emails.

use std::collections::{BTreeMap, BTreeSet};

use super::crowd::Done;
use super::site::{Site, until};
use crate::shared::smtp::MailServer;

/// What lets waiting emails be due at once, and nobody have had too much: a test has no time. A person who has had
/// their invitation declines it, so that an organization does not run out of those that it may have open.
pub const HURRY: &str = "UPDATE outbox SET next_attempt_at = roster_now() WHERE state = 'queued'; DELETE FROM throttles; \
    UPDATE invitations SET ended_at = roster_now(), ended_how = 'declined' WHERE email LIKE 'invitee%' AND ended_at IS NULL \
    AND EXISTS (SELECT FROM outbox WHERE recipient = email AND state <> 'queued') \
    AND NOT EXISTS (SELECT FROM outbox WHERE recipient = email AND state = 'queued')";

/// Lets whatever waits be done at once.
pub fn hurries(site: &Site) {
    site.changes(HURRY);
}

/// Waits until every email has left or was refused.
pub async fn posts(site: &Site) {
    hurries(site);
    until("every email leaves", async || {
        site.number("SELECT count(*) AS number FROM outbox WHERE state = 'queued'") == 0
    })
    .await;
}

/// Every change that was answered is there, with its audit entry and its email; no email is there without a change;
/// every organization has an owner.
pub async fn nothing_is_lost(site: &Site, mail: &MailServer, done: &Done) -> Repeated {
    posts(site).await;
    invitations(site, done);
    memberships(site, done);
    assert_eq!(
        site.number(
            "SELECT count(*) AS number FROM organizations WHERE NOT EXISTS (SELECT FROM memberships \
             WHERE organization_id = organizations.id AND role = 'owner' AND is_in_force \
             AND account_id = organizations.primary_owner_id)"
        ),
        0,
        "an organization without an owner"
    );
    emails(site, mail)
}

fn set(texts: Vec<String>) -> BTreeSet<String> {
    texts.into_iter().collect()
}

fn invitations(site: &Site, done: &Done) {
    let invited = set(site.texts("SELECT email AS text FROM invitations WHERE email LIKE 'invitee%'"));
    let lost: Vec<_> = done.invited.lock().unwrap().difference(&invited).cloned().collect();
    assert!(lost.is_empty(), "answered, and not there: {lost:?}");
    let recorded = site.texts(
        "SELECT details->>'email' AS text FROM history WHERE kind = 'invited' AND details->>'email' LIKE 'invitee%'",
    );
    assert_eq!(recorded.len(), invited.len(), "each invitation has one audit entry");
    assert_eq!(set(recorded), invited);
    let posted = site.texts("SELECT recipient AS text FROM outbox WHERE recipient LIKE 'invitee%'");
    assert_eq!(posted.len(), invited.len(), "each invitation has one email");
    assert_eq!(set(posted), invited);
}

fn memberships(site: &Site, done: &Done) {
    let role_of = |person: &str| {
        site.texts(&format!(
            "SELECT role AS text FROM memberships JOIN accounts ON accounts.id = account_id WHERE username = '{person}'"
        ))
    };
    for (person, role) in done.roles.lock().unwrap().iter() {
        if let Some(role) = role {
            assert_eq!(role_of(person), [*role], "the last role of {person}");
        }
    }
    for (person, belongs) in done.seats.lock().unwrap().iter() {
        if let Some(belongs) = belongs {
            assert_eq!(!role_of(person).is_empty(), *belongs, "whether {person} belongs here");
        }
    }
    // Everybody began as a member: they are one as long as they have joined as often as they were removed.
    let amiss = site.texts(
        "WITH told AS (SELECT username, \
             (SELECT count(*) FROM history WHERE kind = 'removed' AND details->>'person' = username) AS removed, \
             (SELECT count(*) FROM history WHERE kind = 'joined' AND actor_name = username) AS joined, \
             (SELECT count(*) FROM history WHERE kind = 'role_changed' AND details->>'person' = username) AS changed, \
             (SELECT count(*) FROM outbox WHERE kind = 'membership' AND recipient = username || '@example.org') AS emails, \
             (SELECT count(*) FROM memberships WHERE account_id = accounts.id) AS seats \
             FROM accounts WHERE username LIKE 'person%') \
         SELECT to_jsonb(told)::text AS text FROM told WHERE seats <> 1 + joined - removed OR emails <> removed + joined + changed",
    );
    assert!(amiss.is_empty(), "seats, audit entries and emails that do not fit: {amiss:?}");
}

/// Emails that left more than once.
pub struct Repeated(pub usize);

fn emails(site: &Site, mail: &MailServer) -> Repeated {
    let mut taken = BTreeMap::<String, usize>::new();
    for message in mail.taken() {
        let header = message.lines().find_map(|line| line.strip_prefix("Message-ID:")).unwrap_or_default();
        let id = header.trim().trim_start_matches('<').split('@').next().unwrap_or_default();
        *taken.entry(id.to_owned()).or_default() += 1;
    }
    let posted = set(site.texts("SELECT id::text AS text FROM outbox"));
    let invented: Vec<_> = taken.keys().filter(|id| !posted.contains(*id)).collect();
    assert!(invented.is_empty(), "emails that were never posted: {invented:?}");
    // One of several that leave together gives its id to them all.
    let alone = set(site.texts("SELECT id::text AS text FROM outbox WHERE state = 'sent' AND bundle IS NULL"));
    let lost: Vec<_> = alone.iter().filter(|id| !taken.contains_key(*id)).collect();
    assert!(lost.is_empty(), "noted as sent, and never taken: {lost:?}");
    Repeated(taken.values().map(|times| times - 1).sum())
}
