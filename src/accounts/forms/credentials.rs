//! What was typed about passwords.

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use super::twice;
use crate::accounts::login_attempts::Counted;
use crate::accounts::password::{Hasher, Strength};
use crate::text::{REQUIRED, Secret};
use crate::web::form::PASSWORD;
use crate::web::{Field, PageError};

/// Change Password.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChangeForm {
    pub current_password: Field<PASSWORD>,
    pub new_password: Field<PASSWORD>,
    pub confirm_password: Field<PASSWORD>,
}

impl ChangeForm {
    /// The password as it is, still to be compared, and as it must be. Reads all lines before judging,
    /// so one visit shows every error.
    pub async fn read(
        &mut self,
        own: &[&str],
        hasher: &Hasher,
        counted: &Counted,
    ) -> Result<Option<(Secret, Secret)>, PageError> {
        let current = self.current_password.take_secret();
        if current.reveal().is_empty() {
            self.current_password.add_error(REQUIRED);
        }
        let new = twice(&mut self.new_password, &mut self.confirm_password, own, hasher, counted).await?;
        let Some(new) = new else { return Ok(None) };
        // As they are compared: the same password may be typed in two ways.
        if new.reveal().nfc().eq(current.reveal().nfc()) {
            self.new_password.add_error("This is your password already. Choose another one.");
        }
        let is_sound = self.current_password.error.is_none() && self.new_password.error.is_none();
        Ok(is_sound.then_some((current, new)))
    }
}

/// A password on its way, and words that are on the same page.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StrengthForm {
    pub password: Field<PASSWORD>,
    pub own: Field<1_000>,
}

impl StrengthForm {
    /// How hard it is to guess.
    pub async fn read(&mut self, hasher: &Hasher, counted: &Counted) -> Result<Strength, PageError> {
        let own: String = self.own.text.chars().take(400).collect();
        let own: Vec<&str> = own.split_whitespace().take(20).collect();
        hasher.judge(self.password.take_secret(), &own, counted).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::password::Cost;

    fn typed(current: &str, new: &str, again: &str) -> ChangeForm {
        ChangeForm {
            current_password: Field::filled(current),
            new_password: Field::filled(new),
            confirm_password: Field::filled(again),
        }
    }

    async fn read(form: &mut ChangeForm) -> Option<(Secret, Secret)> {
        form.read(&[], &Hasher::new(Cost::Least).unwrap(), &Counted::for_a_test()).await.unwrap()
    }

    #[tokio::test]
    async fn all_faults_are_told_at_once() {
        let mut form = typed("", "short", "shorter");
        assert!(read(&mut form).await.is_none());
        assert!(form.current_password.error.is_some() && form.new_password.error.is_some());
    }

    #[tokio::test]
    async fn another_password_is_another_however_it_is_typed() {
        let old = "lanterns over u\u{308}ber harbours";
        let new = "lanterns over \u{fc}ber harbours";
        let mut form = typed(old, new, new);
        assert!(read(&mut form).await.is_none());
        assert!(form.new_password.error.is_some_and(|error| error.contains("already")));
        let quiet = "quiet lanterns on the pier";
        assert!(read(&mut typed(old, quiet, quiet)).await.is_some());
    }
}
