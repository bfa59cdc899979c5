//! Why the machine could not do its part.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// Why the machine could not do its part. What a person may be refused is never a `Stop`.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// The database does not answer, or not in time.
    #[error("the database is away: {0}")]
    Away(String),
    /// Somebody else held the lock for too long.
    #[error("somebody else holds the lock")]
    Busy,
    /// A statement failed.
    #[error(transparent)]
    Database(DieselError),
    /// The authority was taken away before the lock was ours: there is nothing here for this person.
    #[error("not here any more")]
    NotHere,
    /// The authority shrank before the lock was ours.
    #[error("not allowed any more")]
    NotYours,
    /// The session ended before the lock was ours.
    #[error("signed out meanwhile")]
    SignedOut,
    /// The password must have been given within the last half hour for this.
    #[error("a recent password is needed")]
    PasswordNeeded,
    /// Something that cannot be, told to the log.
    #[error("{0}")]
    Broken(String),
}

impl From<DieselError> for Stop {
    fn from(error: DieselError) -> Self {
        match &error {
            DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                _,
            ) => Self::Away(error.to_string()),
            DieselError::DatabaseError(DatabaseErrorKind::Unknown, told) if told.message().contains("lock timeout") => {
                Self::Busy
            }
            DieselError::DatabaseError(_, told) if told.message().contains("server closed the connection") => {
                Self::Away(error.to_string())
            }
            _ => Self::Database(error),
        }
    }
}

impl Stop {
    /// Whether the same transaction may succeed at once: it was the victim of another.
    pub(super) fn passes(&self) -> bool {
        match self {
            Self::Database(DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _)) => true,
            Self::Database(DieselError::DatabaseError(_, told)) => told.message().contains("deadlock detected"),
            _ => false,
        }
    }
}

/// The name of the constraint that refused a statement, for turning it into a refusal.
pub fn refused_by(error: &DieselError) -> Option<&str> {
    match error {
        DieselError::DatabaseError(_, told) => told.constraint_name(),
        _ => None,
    }
}

/// The answer of a verb: the outer result is the machine's, for `?`; the inner one the house's, for
/// `match`.
pub type Verdict<T, R> = Result<Result<T, R>, Stop>;
