//! Names for rows, one type each, so that one kind is never taken for another.
//!
//! All are UUIDs of version 7: unique everywhere, and in the order in which they were made, which
//! keeps indexes compact. Such an id is no secret and opens nothing. Where a picture is, nobody can guess: that
//! id is a random one.

use std::fmt;

use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{Output, ToSql};
use diesel::{deserialize, serialize, sql_types};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

macro_rules! ids {
    ($fresh:ident: $($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, AsExpression, FromSqlRow)]
        #[diesel(sql_type = sql_types::Uuid)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A name nothing else has.
            pub fn fresh() -> Self {
                Self(Uuid::$fresh())
            }

            /// The id as it is in an address, or none when the text is no id.
            pub fn parse(text: &str) -> Option<Self> {
                Uuid::try_parse(text).ok().map(Self)
            }

            /// The bare UUID, for what is shared by rows of several kinds.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(to)
            }
        }

        impl ToSql<sql_types::Uuid, Pg> for $name {
            fn to_sql<'b>(&'b self, to: &mut Output<'b, '_, Pg>) -> serialize::Result {
                ToSql::<sql_types::Uuid, Pg>::to_sql(&self.0, to)
            }
        }

        impl FromSql<sql_types::Uuid, Pg> for $name {
            fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
                FromSql::<sql_types::Uuid, Pg>::from_sql(bytes).map(Self)
            }
        }
    )+};
}

ids! {
    now_v7:
    /// A person who can sign in.
    AccountId,
    /// One browser in which somebody is signed in.
    SessionId,
    /// An account that waits for its address to be confirmed.
    RegistrationId,
    /// An open permission to choose a new password.
    PasswordResetId,
    /// A password that was reset, to which its browser may come back.
    RecoveryId,
    /// An address that somebody wants to add to an account.
    AddressClaimId,
    /// A device that signs in without a password.
    PasskeyId,
    /// An organization.
    OrganizationId,
    /// An invitation.
    InvitationId,
    /// A project.
    ProjectId,
    /// An audit entry.
    AuditEntryId,
    /// A letter in the outbox.
    EmailId,
    /// Something that can be undone for a while.
    UndoId,
    /// A list of people to be invited at once.
    BatchId,
    /// An access review.
    ReviewId,
    /// The random key a form carries, so that sending it twice makes one thing.
    FormKey,
}

ids! {
    new_v4:
    /// A picture that somebody uploaded, at an address that nobody can guess.
    PictureId,
}

impl FormKey {
    /// The key of one wish among those that a form can be filled with: the same for the same words.
    pub fn about(self, wish: &str) -> Self {
        let mut mixed = [0; 16];
        let hash = Sha256::new().chain_update(self.0.as_bytes()).chain_update(wish).finalize();
        mixed.iter_mut().zip(hash).for_each(|(byte, from)| *byte = from);
        Self(uuid::Builder::from_custom_bytes(mixed).into_uuid())
    }
}
