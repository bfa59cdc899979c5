//! How many invitations of an organization may wait for an answer at once.
//!
//! A new organization is nobody's yet: its first invitations show whether people want to belong to it. So it begins
//! with [`NEW`] that are unanswered, and each one that is accepted lets it have [`GROWTH`] more. An invitation is
//! unanswered while it is open, until a day after it expired, and, so that taking back makes no room for the next
//! hundred, until a day after it was taken back.

use super::InviteRefusal;
use super::store::quotas as store;
use crate::authority::{Action, OrganizationScope};
use crate::db::{DbError, Queries};
use crate::text::Title;

/// So many a new organization can have.
pub const NEW: i32 = 50;

/// So many more for each one that is accepted.
pub const GROWTH: i32 = 10;

/// Room for invitations, as it was counted under the organization's lock.
#[derive(Clone, Copy, Debug)]
pub struct OpenInvitationLimit {
    allowed: i64,
    left: i64,
}

impl OpenInvitationLimit {
    /// Counts it.
    pub fn of<Q>(tx: &mut Q) -> Result<Self, DbError>
    where
        Q: Queries<Action: Action<Scope: OrganizationScope>>,
    {
        let organization = tx.scope().organization_id();
        let allowed = i64::from(store::unanswered_allowed(tx.connection(), organization)?.unwrap_or(NEW));
        let unanswered = store::count_unanswered(tx.connection(), organization, allowed)?;
        Ok(Self { allowed, left: (allowed - unanswered).max(0) })
    }

    /// For so many more.
    pub fn left(self) -> usize {
        usize::try_from(self.left).unwrap_or_default()
    }

    /// Takes one.
    pub fn take(&mut self) -> Result<(), InviteRefusal> {
        if self.left == 0 {
            return Err(InviteRefusal::LimitReached(*self));
        }
        self.left -= 1;
        Ok(())
    }

    /// What is shown where none is left.
    pub fn told(self, organization: &Title) -> String {
        format!(
            "{} invitations of {organization} have no answer yet. That is the most it can have now. \
             Each one that is accepted makes room for {GROWTH} more, and each one that is declined or expires for another.",
            self.allowed
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_taken_one_by_one() {
        let mut room = OpenInvitationLimit { allowed: NEW.into(), left: 2 };
        assert!(room.take().is_ok() && room.take().is_ok());
        assert!(matches!(room.take(), Err(InviteRefusal::LimitReached(_))));
        assert_eq!(room.left(), 0);
        let told = room.told(&Title::parse("Acme").unwrap());
        assert!(told.starts_with("50 invitations of Acme have no answer yet."), "{told}");
    }
}
