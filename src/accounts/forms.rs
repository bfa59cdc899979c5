//! What was typed about an account.

pub mod addresses;
pub mod clock;
pub mod credentials;
pub mod passkeys;
pub mod profile;
mod second_factor;

use serde::Deserialize;

use super::Wish;
use super::password::Hasher;
use super::tries::Counted;
use crate::text::{EmailAddress, Fault, REQUIRED, Secret, Username};
use crate::web::desk::PATH;
use crate::web::posted::PASSWORD;
use crate::web::{Oops, Typed};
pub use second_factor::{CodeForm, RecoveryForm};

/// Create an Account.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccountForm {
    pub email: Typed,
    pub username: Typed,
    pub password: Typed<PASSWORD>,
    pub confirm_password: Typed<PASSWORD>,
}

/// What an account is wished to be, its password still to be hashed.
pub struct Wished {
    email: EmailAddress,
    username: Username,
    pub password: Secret,
}

impl Wished {
    /// The wish, once its password is hashed.
    pub fn hashed(&self, password_hash: String) -> Wish {
        Wish { email: self.email.clone(), username: self.username.clone(), password_hash }
    }
}

impl AccountForm {
    /// Reads all lines before judging, so one visit shows every fault. The passwords are taken out:
    /// no page shows them again.
    pub async fn read(&mut self, hasher: &Hasher, counted: &Counted) -> Result<Option<Wished>, Oops> {
        let email = self.email.read(EmailAddress::parse);
        let username = self.username.read(Username::parse);
        let own = [self.email.text.as_str(), self.username.text.as_str()];
        let password = twice(&mut self.password, &mut self.confirm_password, &own, hasher, counted).await?;
        let (Some(email), Some(username), Some(password)) = (email, username, password) else { return Ok(None) };
        Ok(Some(Wished { email, username, password }))
    }
}

/// A new password, typed twice. It is judged where passwords are hashed, for somebody whose tries are counted: see
/// [`Hasher::judge`].
pub async fn twice<const MOST: usize>(
    first: &mut Typed<MOST>,
    second: &mut Typed<MOST>,
    own: &[&str],
    hasher: &Hasher,
    counted: &Counted,
) -> Result<Option<Secret>, Oops> {
    let (password, again) = (first.take_secret(), second.take_secret());
    if let Err(fault) = hasher.judge(password.clone(), own, counted).await?.judgement {
        first.blame(fault);
        return Ok(None);
    }
    if password.reveal() != again.reveal() {
        second.blame("This is not the same password.");
        return Ok(None);
    }
    Ok(Some(password))
}

/// Sign In.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignInForm {
    pub login: Typed,
    pub password: Typed<PASSWORD>,
    pub back: Typed<PATH>,
}

impl SignInForm {
    /// Who, and the password that was typed.
    pub fn read(&mut self) -> Option<(String, Secret)> {
        let login = self.login.read(filled);
        let password = self.password.take_secret();
        if password.reveal().is_empty() {
            self.password.blame(REQUIRED);
            return None;
        }
        Some((login?, password))
    }
}

fn filled(typed: &str) -> Result<String, Fault> {
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
    pub email: Typed,
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
    pub new_password: Typed<PASSWORD>,
    pub confirm_password: Typed<PASSWORD>,
}

impl NewPasswordForm {
    /// The password.
    pub async fn read(&mut self, own: &[&str], hasher: &Hasher, counted: &Counted) -> Result<Option<Secret>, Oops> {
        twice(&mut self.new_password, &mut self.confirm_password, own, hasher, counted).await
    }
}

/// The button that confirms an address; with another name, where the wished one was taken meanwhile.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConfirmForm {
    pub username: Option<Typed>,
}

/// A form that is only its button.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Press {}
