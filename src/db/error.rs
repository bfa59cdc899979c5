//! Why the machine could not do its part.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// Why the machine could not do its part. What a person may be refused is never a `DbError`.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The database does not answer, or not in time.
    #[error("the database is away: {0}")]
    Unavailable(String),
    /// Somebody else held the lock for too long.
    #[error("somebody else holds the lock")]
    LockTimeout,
    /// A statement failed.
    #[error(transparent)]
    Database(DieselError),
    /// The authority was taken away before the lock was ours: there is nothing here for this person.
    #[error("no longer found")]
    NotFound,
    /// The authority shrank before the lock was ours.
    #[error("no longer allowed")]
    Forbidden,
    /// The session ended before the lock was ours.
    #[error("signed out")]
    SignedOut,
    /// The password must have been given within the last half hour for this.
    #[error("a recent password is needed")]
    ReauthenticationRequired,
    /// Something that cannot be, told to the log.
    #[error("{0}")]
    Internal(String),
}

impl From<DieselError> for DbError {
    fn from(error: DieselError) -> Self {
        match &error {
            DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                _,
            ) => Self::Unavailable(error.to_string()),
            DieselError::DatabaseError(DatabaseErrorKind::Unknown, told) if told.message().contains("lock timeout") => {
                Self::LockTimeout
            }
            DieselError::DatabaseError(_, told) if told.message().contains("server closed the connection") => {
                Self::Unavailable(error.to_string())
            }
            _ => Self::Database(error),
        }
    }
}

impl DbError {
    /// Whether the same transaction may succeed at once: it was the victim of another.
    pub(super) fn passes(&self) -> bool {
        match self {
            Self::Database(DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _)) => true,
            Self::Database(DieselError::DatabaseError(_, told)) => told.message().contains("deadlock detected"),
            _ => false,
        }
    }
}

/// The constraints that refuse a change because somebody else, or another press of the same button, was first: the
/// reader looks again. Any other that refuses a change has found an error of ours.
pub const CONFLICTS: &[&str] = &[
    "accounts_usernames_are_unique",
    "address_claims_one_per_account_and_address",
    "billing_details_one_per_organization",
    "cards_one_per_organization",
    "email_addresses_belong_to_one_account",
    "invitation_batches_one_per_form",
    "invitations_one_open_per_address",
    "invitations_one_per_form",
    "memberships_one_per_person",
    "organization_addresses_belong_to_one_organization_for_ever",
    "organizations_one_per_form",
    // Deferred: it speaks at commit.
    "organizations_primary_owner_is_an_owner",
    "passkeys_credentials_belong_to_one_account",
    "password_resets_one_per_account",
    "pictures_one_per_account",
    "pictures_one_per_organization",
    "project_addresses_belong_to_one_project_for_ever",
    "project_addresses_give_a_name_once",
    "projects_one_per_form",
    "review_reminders_one_per_organization",
    "reviews_one_under_way_each",
    "second_factors_one_per_account",
    "spent_challenges_are_spent_once",
    "undoings_one_open_per_person",
    "usernames_belong_to_one_account",
];

/// The name of the constraint that refused a statement, for turning it into a refusal.
pub fn refused_by(error: &DieselError) -> Option<&str> {
    match error {
        DieselError::DatabaseError(_, told) => told.constraint_name(),
        _ => None,
    }
}

/// The answer of a domain function: the outer result is the machine's, for `?`; the inner one the house's, for
/// `match`.
pub type Verdict<T, R> = Result<Result<T, R>, DbError>;
