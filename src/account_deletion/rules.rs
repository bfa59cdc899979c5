//! What becomes of each place of a person whose account is deleted.

use chrono::{DateTime, Utc};

use crate::authority::EffectiveRole;
use crate::members::MyOrganization;

/// What becomes of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MembershipOutcome {
    /// The person leaves it, as by Leave.
    Left,
    /// It was deleted before and rests on the person, and nobody else could restore it: it is erased at once.
    Erased,
    /// It rests on the person: they hand it over or delete it first.
    RestsOnThem,
    /// It was deleted before and rests on the person, and until then its other owners can restore it. They
    /// were promised so, and the person who takes over an account could otherwise destroy at once what only
    /// disappears for a while.
    Promised {
        /// The end of the promise.
        until: DateTime<Utc>,
    },
}

impl MembershipOutcome {
    /// What becomes of a place at a moment.
    pub fn of(place: &MyOrganization, now: DateTime<Utc>) -> Self {
        match (place.standing, place.erase_at) {
            (EffectiveRole::PrimaryOwner, None) => Self::RestsOnThem,
            (EffectiveRole::PrimaryOwner, Some(until)) if place.has_other_owner && until > now => {
                Self::Promised { until }
            }
            (EffectiveRole::PrimaryOwner, Some(_)) => Self::Erased,
            _ => Self::Left,
        }
    }

    /// Whether the account cannot be deleted for it.
    pub const fn is_in_the_way(self) -> bool {
        matches!(self, Self::RestsOnThem | Self::Promised { .. })
    }
}

/// Why an account is not deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeleteAccountError {
    /// Some organization rests on it.
    InTheWay,
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::authority::Role;
    use crate::ids::OrganizationId;
    use crate::text::{Slug, Title};

    #[test]
    fn what_rests_on_somebody_is_in_the_way() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let (later, earlier) = (now + TimeDelta::days(3), now - TimeDelta::minutes(5));
        let place = |standing, has_other_owner, erase_at| MyOrganization {
            organization: OrganizationId::fresh(),
            name: Title::parse("Acme").unwrap(),
            slug: Slug::parse("acme").unwrap(),
            standing,
            role: Role::Member,
            member_count: 3,
            has_other_owner,
            erase_at,
            picture: None,
        };
        for (standing, has_other_owner, erase_at, fate) in [
            (EffectiveRole::Member, true, None, MembershipOutcome::Left),
            (EffectiveRole::Owner, true, None, MembershipOutcome::Left),
            (EffectiveRole::Owner, true, Some(later), MembershipOutcome::Left),
            (EffectiveRole::PrimaryOwner, true, None, MembershipOutcome::RestsOnThem),
            (EffectiveRole::PrimaryOwner, false, None, MembershipOutcome::RestsOnThem),
            (EffectiveRole::PrimaryOwner, true, Some(later), MembershipOutcome::Promised { until: later }),
            (EffectiveRole::PrimaryOwner, true, Some(earlier), MembershipOutcome::Erased),
            (EffectiveRole::PrimaryOwner, false, Some(later), MembershipOutcome::Erased),
        ] {
            assert_eq!(MembershipOutcome::of(&place(standing, has_other_owner, erase_at), now), fate);
            assert_eq!(
                fate.is_in_the_way(),
                standing == EffectiveRole::PrimaryOwner && fate != MembershipOutcome::Erased
            );
        }
    }
}
