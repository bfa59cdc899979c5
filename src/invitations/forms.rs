//! What was typed about invitations.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::Terms;
use super::rules::lists::Entry;
use super::rules::{Recipient, lifetimes, lists};
use crate::accounts::password::Hasher;
use crate::accounts::{Counted, typed_twice};
use crate::authority::Role;
use crate::config::Lifetimes;
use crate::ids::FormKey;
use crate::members::rules::expiry::LastDay;
use crate::text::{EmailAddress, Secret, Username};
pub use crate::web::form::NoFields;
use crate::web::form::PASSWORD;
use crate::web::show::grouped;
use crate::web::upload::UNREADABLE;
use crate::web::{Field, PageError};

/// Invite a New Member.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InviteForm {
    pub email: Field,
    pub role: Field,
    pub days: Field,
    pub ends_on: Field,
    pub form_key: Field,
}

impl InviteForm {
    /// An empty one, for a member and the usual lifetime.
    pub fn fresh(lifetimes: Lifetimes) -> Self {
        Self {
            role: Field::filled(Role::Member.key()),
            days: Field::filled(lifetimes.usual.to_string()),
            form_key: Field::filled(FormKey::fresh().to_string()),
            ..Self::default()
        }
    }

    /// Reads all lines before judging, so one visit shows every error. Answers who is invited, and under
    /// which terms.
    pub fn read(&mut self, lifetimes: Lifetimes, now: DateTime<Utc>) -> Option<(Recipient, Terms)> {
        let email = self.email.read(EmailAddress::parse);
        let role = self.role.read(Role::parse);
        let days = self.days.read(|typed| lifetimes::parse(typed, lifetimes));
        let last_day = self.ends_on.read(|typed| LastDay::parse(typed, now));
        Some((Recipient { email: email?, role: role? }, Terms { form: self.key(), days: days?, last_day: last_day? }))
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
    pub addresses: Field<{ lists::LARGEST }>,
    pub file: Field<{ lists::LARGEST }>,
    pub role: Field,
    pub days: Field,
    pub form_key: Field,
}

impl ListForm {
    /// An empty one, for members and the usual lifetime.
    pub fn fresh(lifetimes: Lifetimes) -> Self {
        let InviteForm { role, days, form_key, .. } = InviteForm::fresh(lifetimes);
        Self { role, days, form_key, ..Self::default() }
    }

    /// What is in the list, as what they are invited beside whom no role stands, and under which terms. Whether
    /// each entry can be read is not judged here: each has its line on the next page.
    pub fn read(&mut self, lifetimes: Lifetimes) -> Option<(Vec<Entry>, Role, Terms)> {
        let file = match self.file.text.contains(UNREADABLE) {
            true => {
                self.file.add_error("Save the file as CSV in UTF-8, and choose it again.");
                ""
            }
            false => &self.file.text,
        };
        let entries = lists::both(&self.addresses.text, file).unwrap_or_else(|lists::TooMany| {
            let most = grouped(i64::try_from(lists::MOST).unwrap_or(i64::MAX));
            self.addresses.add_error(format!("There are more than {most} lines in this list. Divide it into several."));
            Vec::new()
        });
        if entries.is_empty() {
            self.addresses.add_error("Paste addresses, or choose a CSV file.");
        }
        let role = self.role.read(Role::parse);
        let days = self.days.read(|typed| lifetimes::parse(typed, lifetimes));
        let form = FormKey::parse(&self.form_key.text).unwrap_or_else(FormKey::fresh);
        let faulty = self.addresses.error.is_some() || self.file.error.is_some();
        Some((entries, role?, Terms { form, days: days?, last_day: None })).filter(|_| !faulty)
    }
}

/// Create an Account, on the way to accepting. The address is not typed: it is the invited one (INV-05).
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JoinForm {
    pub username: Field,
    pub password: Field<PASSWORD>,
    pub confirm_password: Field<PASSWORD>,
}

impl JoinForm {
    /// The name and the password, still to be hashed; it is taken out of the form.
    pub async fn read(
        &mut self,
        email: &EmailAddress,
        hasher: &Hasher,
        counted: &Counted,
    ) -> Result<Option<(Username, Secret)>, PageError> {
        let username = self.username.read(Username::parse);
        let own = [email.as_str(), self.username.text.as_str()];
        let password = typed_twice(&mut self.password, &mut self.confirm_password, &own, hasher, counted).await?;
        Ok(username.zip(password))
    }
}

/// Ask for a New Invitation.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AskForm {
    /// What the page of the dead link gave it.
    pub link: Field,
}

/// Resend: a button, which is on two pages.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ResendForm {
    pub from: Option<Field>,
}

impl ResendForm {
    /// The page it was pressed on, within the organization: the one to come back to.
    pub fn page(&self) -> &'static str {
        if self.from.as_ref().is_some_and(|from| from.text == "overview") { "overview" } else { "members" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::password::Cost;

    const LIFETIMES: Lifetimes = Lifetimes { usual: 7, most: 30 };

    fn now() -> DateTime<Utc> {
        "2026-11-26T07:00:00Z".parse().unwrap()
    }

    fn typed(email: &str, role: &str) -> InviteForm {
        InviteForm { email: Field::filled(email), role: Field::filled(role), ..InviteForm::default() }
    }

    #[test]
    fn an_address_is_read_in_any_letter_case() {
        let (invitee, terms) = typed(" Grace@Example.ORG ", "owner").read(LIFETIMES, now()).unwrap();
        assert_eq!((invitee.email.as_str(), invitee.role), ("grace@example.org", Role::Owner));
        assert_eq!((terms.days, terms.last_day), (7, None), "a form without the choice");
    }

    #[test]
    fn all_faults_are_shown_at_once_with_what_was_typed() {
        let mut form = typed("grace", "Owner ");
        form.days = Field::filled("31");
        form.ends_on = Field::filled("2026-11-25");
        assert!(form.read(LIFETIMES, now()).is_none());
        assert!(form.email.error.is_some() && form.role.error.is_some() && form.days.error.is_some());
        assert!(form.ends_on.error.is_some());
        assert_eq!(form.email.text, "grace");
    }

    #[test]
    fn a_list_is_pasted_or_a_file_or_both() {
        let list = |addresses: &str, file: &str| {
            let mut form = ListForm::fresh(LIFETIMES);
            (form.addresses, form.file) = (Field::filled(addresses), Field::filled(file));
            let entries = form.read(LIFETIMES).map(|(entries, ..)| entries.len());
            entries.ok_or((form.addresses.error, form.file.error))
        };
        assert_eq!(list("a@x.org, b@x.org", ""), Ok(2));
        assert_eq!(list("a@x.org", "email,role\nb@x.org,owner\n"), Ok(2));
        assert!(list("", "").unwrap_err().0.is_some());
        assert!(list("a@x.org", "Zo\u{fffd},b@x.org").unwrap_err().1.is_some());
        let many = "a@x.org ".repeat(lists::MOST + 1);
        assert!(list(&many, "").unwrap_err().0.unwrap().starts_with("There are more than 10,000 lines"));
    }

    #[test]
    fn a_fresh_form_invites_a_member() {
        let form = InviteForm::fresh(LIFETIMES);
        assert_eq!((form.role.text.as_str(), form.days.text.as_str()), ("member", "7"));
        assert_eq!(form.key().to_string(), form.form_key.text);
        assert_ne!(typed("", "").key(), typed("", "").key());
    }

    #[tokio::test]
    async fn a_password_leaves_the_form_when_it_is_read() {
        let mut form = JoinForm {
            username: Field::filled("g"),
            password: Field::filled("correct horse battery staple"),
            confirm_password: Field::filled("correct horse battery staple"),
        };
        let (email, hasher) = (EmailAddress::parse("grace@example.org").unwrap(), Hasher::new(Cost::Least).unwrap());
        assert!(form.read(&email, &hasher, &Counted::for_a_test()).await.unwrap().is_none());
        assert!(form.username.error.is_some() && form.password.error.is_none());
        assert!(form.password.text.is_empty() && form.confirm_password.text.is_empty());
    }
}
