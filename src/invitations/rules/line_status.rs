//! What becomes of each line of a list.

use std::collections::HashSet;

use super::lists::Entry;
use crate::authority::Role;

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineStatus {
    /// It must be invited.
    Ready,
    /// It was invited.
    Sent,
    /// It belongs to a member.
    Member,
    /// It holds an open invitation.
    Invited,
    /// It holds no address, or no role that there is.
    Unreadable,
    /// It is in the list before.
    Repeated,
    /// The address has received enough invitations that day.
    Full,
    /// The list was stopped before it.
    Stopped,
}

impl LineStatus {
    /// All of them, in the order in which a page tells them.
    pub const ALL: [Self; 8] = [
        Self::Ready,
        Self::Sent,
        Self::Unreadable,
        Self::Repeated,
        Self::Member,
        Self::Invited,
        Self::Full,
        Self::Stopped,
    ];

    /// Reads one from an address or a row.
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fate| fate.key() == key)
    }

    /// As it is kept.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Sent => "sent",
            Self::Member => "member",
            Self::Invited => "invited",
            Self::Unreadable => "unreadable",
            Self::Repeated => "repeated",
            Self::Full => "full",
            Self::Stopped => "stopped",
        }
    }

    /// As it is shown.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ready => "Will be invited",
            Self::Sent => "Sent",
            Self::Member => "Already a member",
            Self::Invited => "Already invited",
            Self::Unreadable => "Not readable",
            Self::Repeated => "Twice in the list",
            Self::Full => "Not sent",
            Self::Stopped => "Stopped",
        }
    }

    /// The colour of the word.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Ready => "accent",
            Self::Sent => "good",
            Self::Member | Self::Invited | Self::Repeated => "plain",
            Self::Unreadable => "bad",
            Self::Full | Self::Stopped => "warn",
        }
    }

    /// What else there is to say of it.
    pub const fn told(self) -> Option<&'static str> {
        match self {
            Self::Full => Some("This address was sent enough invitations that day. Invite it again tomorrow."),
            Self::Stopped => Some("The list was stopped before its turn."),
            _ => None,
        }
    }
}

/// How a list ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Each line was gone through.
    Done,
    /// An owner stopped it.
    Stopped,
    /// In whose name it was sent, could no longer invite people.
    Abandoned,
}

impl End {
    /// As it is kept.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Stopped => "stopped",
            Self::Abandoned => "abandoned",
        }
    }

    /// From a row.
    pub fn stored(key: &str) -> Self {
        [Self::Done, Self::Stopped].into_iter().find(|end| end.key() == key).unwrap_or(Self::Abandoned)
    }
}

/// A line of a list that was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkInviteLine {
    /// The address; where none can be read, what was written.
    pub written: String,
    /// As what.
    pub role: Role,
    /// What becomes of it.
    pub fate: LineStatus,
    /// Why it cannot be read, where it cannot.
    pub why: Option<String>,
}

/// Judges every entry, by who is a member and who is invited already. Where no role is beside an address, it gets
/// the usual one; the first of several that are alike counts.
pub fn judged(
    entries: &[Entry],
    members: &HashSet<String>,
    invited: &HashSet<String>,
    usual: Role,
) -> Vec<BulkInviteLine> {
    let mut met = HashSet::new();
    let lines = entries.iter().map(|entry| match entry {
        Entry::Unreadable(written, why) => BulkInviteLine {
            written: written.clone(),
            role: usual,
            fate: LineStatus::Unreadable,
            why: Some(why.clone()),
        },
        Entry::Address(email, role) => {
            let fate = match email.as_str() {
                known if !met.insert(known) => LineStatus::Repeated,
                known if members.contains(known) => LineStatus::Member,
                known if invited.contains(known) => LineStatus::Invited,
                _ => LineStatus::Ready,
            };
            BulkInviteLine { written: email.to_string(), role: role.unwrap_or(usual), fate, why: None }
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::super::lists::pasted;
    use super::*;

    #[test]
    fn each_line_is_told_what_becomes_of_it() {
        let set = |addresses: &[&str]| addresses.iter().map(|address| (*address).to_owned()).collect();
        let entries = pasted("a@x.org\nb@x.org, Owner\nA@x.org\nm@x.org\ni@x.org\nnobody").unwrap();
        let lines = judged(&entries, &set(&["m@x.org"]), &set(&["i@x.org"]), Role::Viewer);
        let told: Vec<_> = lines.iter().map(|line| (line.written.as_str(), line.role, line.fate)).collect();
        assert_eq!(
            told,
            [
                ("a@x.org", Role::Viewer, LineStatus::Ready),
                ("b@x.org", Role::Owner, LineStatus::Ready),
                ("a@x.org", Role::Viewer, LineStatus::Repeated),
                ("m@x.org", Role::Viewer, LineStatus::Member),
                ("i@x.org", Role::Viewer, LineStatus::Invited),
                ("nobody", Role::Viewer, LineStatus::Unreadable),
            ]
        );
        assert!(lines.iter().all(|line| line.why.is_some() == (line.fate == LineStatus::Unreadable)));
    }

    #[test]
    fn fates_read_back() {
        for fate in LineStatus::ALL {
            assert_eq!(LineStatus::parse(fate.key()), Some(fate));
        }
        for end in [End::Done, End::Stopped, End::Abandoned] {
            assert_eq!(End::stored(end.key()), end);
        }
        assert_eq!(LineStatus::parse("all"), None);
    }
}
