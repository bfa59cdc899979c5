//! Which mail to owners somebody wants.
//!
//! What is about one's own access is no mail to owners: it is always sent.

use crate::authority::Role;

/// What a mail to owners is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotificationTopic {
    /// Who is an owner, and who was: all owners are informed, so that nobody takes an organization over unnoticed
    /// (MEM-14).
    Ownership,
    /// What becomes of anybody else.
    People,
    /// What becomes of invitations.
    Invitations,
    /// Settings and billing.
    Settings,
}

impl NotificationTopic {
    /// What becomes of somebody of one role, who gets another or keeps it.
    pub fn of_a_person(from: Role, to: Role) -> Self {
        if [from, to].contains(&Role::Owner) { Self::Ownership } else { Self::People }
    }

    /// Whether it is sent whatever anybody has chosen.
    pub const fn is_always_told(self) -> bool {
        matches!(self, Self::Ownership)
    }
}

/// What somebody has chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotificationPreferences {
    /// [`NotificationTopic::People`]
    pub people: bool,
    /// [`NotificationTopic::Invitations`]
    pub invitations: bool,
    /// [`NotificationTopic::Settings`]
    pub settings: bool,
}

impl NotificationPreferences {
    /// In a few words, for a list.
    pub fn told(self) -> String {
        match self.nouns().as_slice() {
            [] => "You only receive required emails for this organization.".to_owned(),
            [_, _, _] => "You receive all emails for owners.".to_owned(),
            some => format!("You receive emails about {}, and required emails.", some.join(", and ")),
        }
    }

    /// What is sent from now on, in a sentence.
    pub fn promised(self, organization: &str) -> String {
        match self.nouns().as_slice() {
            [] => format!("From now on you only receive required emails about {organization}."),
            [_, _, _] => format!("From now on you receive all emails for owners of {organization}."),
            some => format!(
                "From now on you receive emails about {} of {organization}, and required emails.",
                some.join(", and ")
            ),
        }
    }

    fn nouns(self) -> Vec<&'static str> {
        let all = [(self.people, "people"), (self.invitations, "invitations"), (self.settings, "settings and billing")];
        all.into_iter().filter(|(wants, _)| *wants).map(|(_, noun)| noun).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_an_owner_is_always_told() {
        let roles = [Role::Owner, Role::Member, Role::Viewer, Role::Billing];
        for from in roles {
            for to in roles {
                let touches = from == Role::Owner || to == Role::Owner;
                assert_eq!(NotificationTopic::of_a_person(from, to).is_always_told(), touches, "{from} to {to}");
            }
        }
        assert!(
            ![NotificationTopic::People, NotificationTopic::Invitations, NotificationTopic::Settings]
                .iter()
                .any(|matter| matter.is_always_told())
        );
    }

    #[test]
    fn what_is_chosen_is_told_in_words() {
        let told = |people, invitations, settings| NotificationPreferences { people, invitations, settings }.told();
        assert_eq!(told(true, true, true), "You receive all emails for owners.");
        assert_eq!(told(false, false, false), "You only receive required emails for this organization.");
        assert_eq!(told(true, false, false), "You receive emails about people, and required emails.");
        assert_eq!(
            told(false, true, true),
            "You receive emails about invitations, and settings and billing, and required emails."
        );
        let none = NotificationPreferences { people: false, invitations: false, settings: false };
        assert_eq!(none.promised("Acme"), "From now on you only receive required emails about Acme.");
    }
}
