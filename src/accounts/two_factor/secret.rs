//! What an app and Roster share: the secret that codes are computed from (RFC 6238).

use chrono::{DateTime, Utc};
use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

use crate::db::DbError;
use crate::encryption::SecretBox;
use crate::ids::AccountId;
use crate::text::{FieldError, REQUIRED, Secret, Username};

/// Bytes of a secret: 160 bits, as RFC 4226 recommends.
const BYTES: usize = 20;

/// Who issues the codes, as the app names it.
pub const ISSUER: &str = "Roster";

/// The secret of one app.
pub struct AppSecret(Zeroizing<Vec<u8>>);

impl AppSecret {
    /// A new one.
    pub fn fresh() -> Result<Self, DbError> {
        let mut bytes = Zeroizing::new(vec![0; BYTES]);
        getrandom::fill(&mut bytes).map_err(|error| DbError::Internal(error.to_string()))?;
        Ok(Self(bytes))
    }

    /// As it is kept: sealed for this purpose and this account, and opened for no other.
    pub fn sealed(&self, secret_box: &SecretBox, account: AccountId) -> Result<Vec<u8>, DbError> {
        let sealed = secret_box.close(&about(account), &self.0);
        sealed.ok_or_else(|| DbError::Internal("the secret of an app cannot be sealed".to_owned()))
    }

    /// What was kept. None when the key that sealed it was taken away: then the app is lost, and a recovery
    /// code is the way in.
    pub fn opened(secret_box: &SecretBox, account: AccountId, sealed: &[u8]) -> Option<Self> {
        let opened = secret_box.open(&about(account), sealed);
        if opened.is_none() {
            tracing::warn!(%account, "no secret key opens the secret of an app");
        }
        opened.map(Self)
    }

    /// The time step whose code this is: the one of now, or one to either side, for clocks that go
    /// differently. Compared in constant time.
    pub fn step_of(&self, code: &Code, now: DateTime<Utc>) -> Result<Option<i64>, DbError> {
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        let step = self.codes("")?.check(code.0.reveal(), seconds);
        Ok(step.and_then(|step| i64::try_from(step).ok()))
    }

    /// What the QR code says to the app.
    pub fn address(&self, username: &Username) -> Result<Zeroizing<String>, DbError> {
        let address = self.codes(username.as_str())?.to_url().map_err(|error| DbError::Internal(error.to_string()))?;
        Ok(Zeroizing::new(address))
    }

    /// The secret for typing, four letters at a time.
    pub fn groups(&self) -> Result<Vec<String>, DbError> {
        let emails = self.codes("")?.secret().to_base32();
        Ok(emails.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect())
    }

    /// Six digits, a new code every thirty seconds, SHA-1: what every app understands.
    fn codes(&self, username: &str) -> Result<Totp, DbError> {
        let codes = Builder::new().with_secret(self.0.to_vec()).with_issuer(Some(ISSUER)).with_account_name(username);
        codes.build().map_err(|error| DbError::Internal(error.to_string()))
    }
}

/// What the seal of an account's secret is bound to.
fn about(account: AccountId) -> Vec<u8> {
    format!("two-factor secret of {account}").into_bytes()
}

/// Six digits, as somebody typed them.
#[derive(Clone)]
pub struct Code(Secret);

impl Code {
    /// Reads them, however they are grouped.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        const FORM: FieldError = FieldError::Borrowed("Type the six digits that your app shows.");
        let typed = typed.trim();
        if typed.len() > 40 {
            return Err(FORM);
        }
        let digits: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        if digits.is_empty() {
            return Err(REQUIRED);
        }
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(FORM);
        }
        Ok(Self(Secret::new(digits)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard_within_one_step() {
        // RFC 6238, Appendix B: the secret is "12345678901234567890", the time 1111111109.
        let secret = AppSecret(Zeroizing::new(b"12345678901234567890".to_vec()));
        let code = Code::parse("081 804").unwrap();
        let step = 1_111_111_109 / 30;
        for (seconds, found) in [(-60, None), (-30, Some(step)), (0, Some(step)), (30, Some(step)), (60, None)] {
            let now = DateTime::from_timestamp(1_111_111_109 + seconds, 0).unwrap();
            assert_eq!(secret.step_of(&code, now).unwrap(), found, "{seconds}");
        }
    }

    #[test]
    fn a_secret_is_told_to_the_app_and_opens_for_its_account_alone() {
        let (ada, grace) = (AccountId::fresh(), AccountId::fresh());
        let secret_box = SecretBox::new([[7; 64].as_slice()]);
        let secret = AppSecret::fresh().unwrap();
        let sealed = secret.sealed(&secret_box, ada).unwrap();
        let groups = secret.groups().unwrap();
        assert_eq!(AppSecret::opened(&secret_box, ada, &sealed).unwrap().groups().unwrap(), groups);
        assert!(AppSecret::opened(&secret_box, grace, &sealed).is_none());
        assert_eq!((groups.len(), groups.concat().len()), (8, 32));
        let address = secret.address(&Username::parse("ada").unwrap()).unwrap();
        assert_eq!(*address, format!("otpauth://totp/Roster:ada?secret={}&issuer=Roster", groups.concat()));
    }

    #[test]
    fn only_six_digits_are_a_code() {
        for typed in ["123456", " 123 456 ", "123-456"] {
            assert!(Code::parse(typed).is_ok(), "{typed:?}");
        }
        for typed in ["", " ", "12345", "1234567", "12345a", "１２３４５６", "+12345"] {
            assert!(Code::parse(typed).is_err(), "{typed:?}");
        }
    }
}
