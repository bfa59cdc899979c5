//! When a wish for a new invitation reaches the owners.
//!
//! A person who has a link that opens nothing any more may have declined by mistake, come too late, or lost a
//! letter: owners decide. But a link is for ever in the hands of the person who got it, and owners are not to be
//! pestered with it: what they have answered often enough is not asked again.

/// So often owners have taken an address's invitations back, and it is not asked for any more.
const CANCELLATIONS: i64 = 3;

/// So often owners have said no to an address, and it is not asked for any more.
const DISMISSALS: i64 = 2;

/// What is known of an address in an organization when a new invitation is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asker {
    /// The link that was asked with still opens its invitation.
    pub is_open: bool,
    /// The address belongs to a member.
    pub is_member: bool,
    /// Owners were asked for it already, and have not answered.
    pub waits: bool,
    /// How often owners took back an invitation of the address.
    pub cancellations: i64,
    /// How often owners said no.
    pub dismissals: i64,
}

impl Asker {
    /// Whether the owners are asked.
    pub const fn reaches_owners(self) -> bool {
        !self.is_open
            && !self.is_member
            && !self.waits
            && self.cancellations < CANCELLATIONS
            && self.dismissals < DISMISSALS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_are_asked_unless_there_is_nothing_to_ask_or_they_have_said_no() {
        assert!(Asker::default().reaches_owners());
        assert!(Asker { cancellations: 2, dismissals: 1, ..Asker::default() }.reaches_owners());
        for not in [
            Asker { is_open: true, ..Asker::default() },
            Asker { is_member: true, ..Asker::default() },
            Asker { waits: true, ..Asker::default() },
            Asker { cancellations: 3, ..Asker::default() },
            Asker { dismissals: 2, ..Asker::default() },
        ] {
            assert!(!not.reaches_owners(), "{not:?}");
        }
    }
}
