//! What was typed about an account.

pub mod addresses;
pub mod clock;
pub mod credentials;
pub mod passkeys;
pub mod profile;
mod second_factor;

use serde::Deserialize;

use super::login_attempts::Counted;
use super::password::Hasher;
use crate::text::{EmailAddress, FieldError, REQUIRED, Secret, Username};
pub use crate::web::form::NoFields;
use crate::web::form::PASSWORD;
use crate::web::responder::PATH;
use crate::web::{Field, PageError};
pub use second_factor::{CodeForm, RecoveryForm};

/// Create an Account.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignUpForm {
    pub email: Field,
    pub username: Field,
}

impl SignUpForm {
    /// Reads all lines before judging, so one visit shows every error.
    pub fn read(&mut self) -> Option<(EmailAddress, Username)> {
        let email = self.email.read(EmailAddress::parse);
        let username = self.username.read(Username::parse);
        Some((email?, username?))
    }
}

/// The page of the link that confirms an address: the name that was wished for, which may be changed here, and the
/// password.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConfirmForm {
    pub username: Option<Field>,
    pub password: Field<PASSWORD>,
    pub confirm_password: Field<PASSWORD>,
}

impl ConfirmForm {
    /// The name, which is the wished one where the form names none, and the password. The passwords are taken out:
    /// no page shows them again.
    pub async fn read(
        &mut self,
        (email, wished): (&EmailAddress, &Username),
        hasher: &Hasher,
        counted: &Counted,
    ) -> Result<Option<(Username, Secret)>, PageError> {
        let username = self.username.get_or_insert_with(|| Field::filled(wished.as_str()));
        let typed = username.text.clone();
        let username = username.read(Username::parse);
        let own = [email.as_str(), wished.as_str(), &typed];
        let password = twice(&mut self.password, &mut self.confirm_password, &own, hasher, counted).await?;
        Ok(username.zip(password))
    }
}

/// A new password, typed twice. It is judged where passwords are hashed, for somebody whose tries are counted: see
/// [`Hasher::judge`].
pub async fn twice<const MOST: usize>(
    first: &mut Field<MOST>,
    second: &mut Field<MOST>,
    own: &[&str],
    hasher: &Hasher,
    counted: &Counted,
) -> Result<Option<Secret>, PageError> {
    let (password, again) = (first.take_secret(), second.take_secret());
    if let Err(error) = hasher.judge(password.clone(), own, counted).await?.judgement {
        first.add_error(error);
        return Ok(None);
    }
    if password.reveal() != again.reveal() {
        second.add_error("This is not the same password.");
        return Ok(None);
    }
    Ok(Some(password))
}

/// Sign In.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignInForm {
    pub login: Field,
    pub password: Field<PASSWORD>,
    pub back: Field<PATH>,
}

impl SignInForm {
    /// Who, and the password that was typed.
    pub fn read(&mut self) -> Option<(String, Secret)> {
        let login = self.login.read(filled);
        let password = self.password.take_secret();
        if password.reveal().is_empty() {
            self.password.add_error(REQUIRED);
            return None;
        }
        Some((login?, password))
    }
}

fn filled(typed: &str) -> Result<String, FieldError> {
    let text = typed.trim();
    if text.is_empty() {
        return Err(REQUIRED);
    }
    // No database holds a NUL, so it cannot even be asked for one.
    if text.chars().any(char::is_control) {
        return Err("Remove the characters that cannot be seen.".into());
    }
    Ok(text.chars().take(254).collect())
}

/// Forgot your password?
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ForgottenForm {
    pub email: Field,
}

impl ForgottenForm {
    /// The address.
    pub fn read(&mut self) -> Option<EmailAddress> {
        self.email.read(EmailAddress::parse)
    }
}

/// New Password.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewPasswordForm {
    pub new_password: Field<PASSWORD>,
    pub confirm_password: Field<PASSWORD>,
}

impl NewPasswordForm {
    /// The password.
    pub async fn read(
        &mut self,
        own: &[&str],
        hasher: &Hasher,
        counted: &Counted,
    ) -> Result<Option<Secret>, PageError> {
        twice(&mut self.new_password, &mut self.confirm_password, own, hasher, counted).await
    }
}
