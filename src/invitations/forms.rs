//! What was typed about invitations.

use serde::Deserialize;

use super::Terms;
use super::rules::lists::Entry;
use super::rules::{Invitee, lifetimes, lists};
use crate::accounts::typed_twice;
use crate::authority::Role;
use crate::config::Lifetimes;
use crate::ids::FormKey;
use crate::text::{EmailAddress, Secret, Username};
use crate::web::Typed;
use crate::web::show::grouped;
use crate::web::upload::UNREADABLE;

/// Invite a New Member.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InviteForm {
    pub email: Typed,
    pub role: Typed,
    pub days: Typed,
    pub form_key: Typed,
}

impl InviteForm {
    /// An empty one, for a member and the usual lifetime.
    pub fn fresh(lifetimes: Lifetimes) -> Self {
        Self {
            role: Typed::filled(Role::Member.key()),
            days: Typed::filled(lifetimes.usual.to_string()),
            form_key: Typed::filled(FormKey::fresh().to_string()),
            ..Self::default()
        }
    }

    /// Reads all lines before judging, so one visit shows every fault. Answers who is invited, and under
    /// which terms.
    pub fn read(&mut self, lifetimes: Lifetimes) -> Option<(Invitee, Terms)> {
        let email = self.email.read(EmailAddress::parse);
        let role = self.role.read(Role::parse);
        let days = self.days.read(|typed| lifetimes::parse(typed, lifetimes));
        Some((Invitee { email: email?, role: role? }, Terms { form: self.key(), days: days? }))
    }

    /// The form's key; a form that carries none is like no other.
    fn key(&self) -> FormKey {
        FormKey::parse(&self.form_key.text).unwrap_or_else(FormKey::fresh)
    }
}

/// Invite Several.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListForm {
    pub addresses: Typed,
    pub file: Typed,
    pub role: Typed,
    pub days: Typed,
    pub form_key: Typed,
}

impl ListForm {
    /// An empty one, for members and the usual lifetime.
    pub fn fresh(lifetimes: Lifetimes) -> Self {
        let InviteForm { role, days, form_key, .. } = InviteForm::fresh(lifetimes);
        Self { role, days, form_key, ..Self::default() }
    }

    /// What stands in the list, as what they are invited beside whom no role stands, and under which terms. Whether
    /// each entry can be read is not judged here: each has its line on the next page.
    pub fn read(&mut self, lifetimes: Lifetimes) -> Option<(Vec<Entry>, Role, Terms)> {
        let mut entries = lists::pasted(&self.addresses.text);
        if self.file.text.contains(UNREADABLE) {
            self.file.blame("Save the file as CSV in UTF-8, and choose it again.");
        } else {
            entries.extend(lists::csv(&self.file.text));
        }
        match entries.len() {
            0 => self.addresses.blame("Paste addresses, or choose a CSV file."),
            number if number > lists::MOST => self.addresses.blame(format!(
                "There are {} lines in this list. Invite at most {} at once: divide it.",
                grouped(i64::try_from(number).unwrap_or(i64::MAX)),
                grouped(i64::try_from(lists::MOST).unwrap_or(i64::MAX))
            )),
            _ => {}
        }
        let role = self.role.read(Role::parse);
        let days = self.days.read(|typed| lifetimes::parse(typed, lifetimes));
        let form = FormKey::parse(&self.form_key.text).unwrap_or_else(FormKey::fresh);
        let faulty = self.addresses.fault.is_some() || self.file.fault.is_some();
        Some((entries, role?, Terms { form, days: days? })).filter(|_| !faulty)
    }
}

/// Create an Account, on the way to accepting. The address is not typed: it is the invited one (INV-05).
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccountForm {
    pub username: Typed,
    pub password: Typed,
    pub confirm_password: Typed,
}

impl AccountForm {
    /// The name and the password, still to be hashed; it is taken out of the form.
    pub fn read(&mut self, email: &EmailAddress) -> Option<(Username, Secret)> {
        let username = self.username.read(Username::parse);
        let own = self.username.text.clone();
        let password = typed_twice(&mut self.password, &mut self.confirm_password, &[email.as_str(), &own]);
        Some((username?, password?))
    }
}

/// Ask for a New Invitation.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AskForm {
    /// What the page of the dead link gave it.
    pub link: Typed,
}

/// A form that is only its button.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Press {}

/// Resend: a button, which stands on two pages.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ResendForm {
    pub from: Option<String>,
}

impl ResendForm {
    /// The page it was pressed on, within the organization: the one to come back to.
    pub fn page(&self) -> &'static str {
        if self.from.as_deref() == Some("overview") { "overview" } else { "members" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFETIMES: Lifetimes = Lifetimes { usual: 7, most: 30 };

    fn typed(email: &str, role: &str) -> InviteForm {
        InviteForm { email: Typed::filled(email), role: Typed::filled(role), ..InviteForm::default() }
    }

    #[test]
    fn an_address_is_read_in_any_letter_case() {
        let (invitee, terms) = typed(" Grace@Example.ORG ", "owner").read(LIFETIMES).unwrap();
        assert_eq!((invitee.email.as_str(), invitee.role), ("grace@example.org", Role::Owner));
        assert_eq!(terms.days, 7, "a form without the choice");
    }

    #[test]
    fn all_faults_are_shown_at_once_with_what_was_typed() {
        let mut form = typed("grace", "Owner ");
        form.days = Typed::filled("31");
        assert!(form.read(LIFETIMES).is_none());
        assert!(form.email.fault.is_some() && form.role.fault.is_some() && form.days.fault.is_some());
        assert_eq!(form.email.text, "grace");
    }

    #[test]
    fn a_list_is_pasted_or_a_file_or_both() {
        let list = |addresses: &str, file: &str| {
            let mut form = ListForm::fresh(LIFETIMES);
            (form.addresses, form.file) = (Typed::filled(addresses), Typed::filled(file));
            let entries = form.read(LIFETIMES).map(|(entries, ..)| entries.len());
            entries.ok_or((form.addresses.fault, form.file.fault))
        };
        assert_eq!(list("a@x.org, b@x.org", ""), Ok(2));
        assert_eq!(list("a@x.org", "email,role\nb@x.org,owner\n"), Ok(2));
        assert!(list("", "").unwrap_err().0.is_some());
        assert!(list("a@x.org", "Zo\u{fffd},b@x.org").unwrap_err().1.is_some());
        let many = "a@x.org ".repeat(lists::MOST + 1);
        assert!(list(&many, "").unwrap_err().0.unwrap().starts_with("There are 10,001 lines"));
    }

    #[test]
    fn a_fresh_form_invites_a_member() {
        let form = InviteForm::fresh(LIFETIMES);
        assert_eq!((form.role.text.as_str(), form.days.text.as_str()), ("member", "7"));
        assert_eq!(form.key().to_string(), form.form_key.text);
        assert_ne!(typed("", "").key(), typed("", "").key());
    }

    #[test]
    fn a_password_leaves_the_form_when_it_is_read() {
        let mut form = AccountForm {
            username: Typed::filled("g"),
            password: Typed::filled("correct horse battery staple"),
            confirm_password: Typed::filled("correct horse battery staple"),
        };
        assert!(form.read(&EmailAddress::parse("grace@example.org").unwrap()).is_none());
        assert!(form.username.fault.is_some() && form.password.fault.is_none());
        assert!(form.password.text.is_empty() && form.confirm_password.text.is_empty());
    }
}
