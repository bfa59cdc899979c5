//! What of accounts is forgotten by itself.

use diesel::pg::PgConnection;

use crate::db::DbError;
use crate::db::sweep::{Lapsing, forget};

/// What lapses, and when: each by an index, or so few that none is needed.
pub const LAPSING: &[Lapsing] = &[
    ("registrations", "expires_at < (SELECT roster_now())"),
    ("sessions", "expires_at < (SELECT roster_now())"),
    ("password_resets", "expires_at < (SELECT roster_now())"),
    ("recoveries", "expires_at < (SELECT roster_now())"),
    ("address_claims", "expires_at < (SELECT roster_now())"),
    ("begun_sign_ins", "expires_at < (SELECT roster_now())"),
    ("spent_challenges", "expires_at < (SELECT roster_now())"),
    // Shown once and never confirmed: nobody comes back to it.
    ("second_factors", "confirmed_at IS NULL AND created_at < (SELECT roster_now()) - interval '1 day'"),
    ("known_devices", "last_seen_at < (SELECT roster_now()) - interval '90 days'"),
    // Names that were given up, and are held no longer.
    ("usernames", "held_until < (SELECT roster_now())"),
];

/// Forgets what has lapsed, in bounded batches. Returns how many rows.
pub fn forget_lapsed(connection: &mut PgConnection) -> Result<usize, DbError> {
    LAPSING.iter().try_fold(0, |sum, (table, condition)| Ok(sum + forget(connection, table, condition)?))
}
