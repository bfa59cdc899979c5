//! Two-factor Authentication, in Account Settings.

use std::fmt::Write;

use askama::Template;
use qrcode::{Color, EcLevel, QrCode};

use super::{AccountTab, account_links};
use crate::accounts::forms::{CodeForm, NoFields};
use crate::accounts::store::second_factors;
use crate::accounts::two_factor::recovery::RecoveryCode;
use crate::accounts::two_factor::secret::{AppSecret, ISSUER};
use crate::accounts::two_factor::{
    self, ConfirmTwoFactorError, DisableTwoFactor, EnableTwoFactor, NotOn, RenewRecoveryCodes, SeeTwoFactor,
};
use crate::authority::{May, Scope};
use crate::db::{Db, Queries};
use crate::web::show::{Moment, count};
use crate::web::{Form, Layout, Page, PageError, Responder, Routes};

/// Where it all is.
const HERE: &str = "/account/two-factor";

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/account/two-factor", show)
        .post("/account/two-factor", enable)
        .get("/account/two-factor/confirmation", new_confirmation)
        .post("/account/two-factor/confirmation", confirm)
        .get("/account/two-factor/deactivation", new_deactivation)
        .post("/account/two-factor/deactivation", deactivate)
        .get("/account/two-factor/recovery-codes", new_recovery_codes)
        .post("/account/two-factor/recovery-codes", renew);
}

#[derive(Template)]
#[template(path = "accounts/two_factor.html")]
struct Show {
    layout: Layout,
    links: Vec<AccountTab>,
    on: Option<On>,
}

/// Two-factor authentication that is on.
struct On {
    since: Moment,
    left: String,
    are_few: bool,
}

/// Fewer recovery codes than this are few.
const FEW: i64 = 4;

/// `GET /account/two-factor`
async fn show(by: May<SeeTwoFactor>, db: Db, respond: Responder) -> Page {
    let account = by.account();
    let kept = db.read(&by, move |read| second_factors::find(read.connection(), account)).await?;
    let on = kept.and_then(|kept| {
        Some(On {
            since: by.clock().seen(kept.confirmed_at?, by.now()),
            left: format!("{} left", count(kept.codes_left, "recovery code")),
            are_few: kept.codes_left < FEW,
        })
    });
    respond.render(&Show { layout: respond.layout("Two-factor Authentication"), links: account_links(HERE), on })
}

/// `POST /account/two-factor`
async fn enable(by: May<EnableTwoFactor>, Form(NoFields {}): Form<NoFields>, db: Db, respond: Responder) -> Page {
    let sealed = AppSecret::fresh()?.sealed(&respond.site().secret_box, by.account())?;
    match db.write(&by, move |tx| two_factor::enable(tx, &sealed)).await? {
        Ok(()) => respond.redirect("/account/two-factor/confirmation").without_notice(),
        Err(never) => match never {},
    }
}

#[derive(Template)]
#[template(path = "accounts/two_factor_confirmation.html")]
struct Confirmation {
    layout: Layout,
    links: Vec<AccountTab>,
    picture: Picture,
    key: Vec<String>,
    key_text: String,
    issuer: &'static str,
    username: String,
    form: CodeForm,
}

impl Confirmation {
    /// The page of the secret that waits; none when none does.
    async fn page(
        by: &May<EnableTwoFactor>,
        form: CodeForm,
        db: &Db,
        respond: &Responder,
    ) -> Result<Option<Self>, PageError> {
        let (account, secret_box) = (by.account(), respond.site().secret_box.clone());
        let secret = db.read(by, move |read| two_factor::unconfirmed(read, account, &secret_box)).await?;
        let Some(secret) = secret else { return Ok(None) };
        let key = secret.groups()?;
        Ok(Some(Self {
            layout: respond.layout("Enable Two-factor Authentication"),
            links: account_links(HERE),
            picture: Picture::of(&secret.address(by.username())?)?,
            key_text: key.join(" "),
            key,
            issuer: ISSUER,
            username: by.username().to_string(),
            form,
        }))
    }
}

/// `GET /account/two-factor/confirmation`
async fn new_confirmation(by: May<EnableTwoFactor>, db: Db, respond: Responder) -> Page {
    match Confirmation::page(&by, CodeForm::default(), &db, &respond).await? {
        Some(page) => respond.render(&page),
        None => respond.redirect(HERE).without_notice(),
    }
}

/// `POST /account/two-factor/confirmation`
async fn confirm(by: May<EnableTwoFactor>, Form(mut form): Form<CodeForm>, db: Db, respond: Responder) -> Page {
    let confirmed = match form.read() {
        None => Err(ConfirmTwoFactorError::WrongCode),
        Some(code) => {
            let (secret_box, codes) = (respond.site().secret_box.clone(), RecoveryCode::fresh()?);
            let kept = codes.clone();
            let confirming = db.write(&by, move |tx| two_factor::confirm(tx, &secret_box, &code, &kept));
            confirming.await?.map(|()| codes)
        }
    };
    match confirmed {
        Ok(codes) => Codes::drawn(&by, &codes, "Two-factor Authentication is on.", &respond),
        Err(ConfirmTwoFactorError::NothingWaits) => respond.redirect(HERE).without_notice(),
        Err(ConfirmTwoFactorError::WrongCode) => {
            form.code.add_error("This code is not right. Type the one your app shows; the clocks of your phone and of Roster may differ by half a minute.");
            match Confirmation::page(&by, form, &db, &respond).await? {
                Some(page) => respond.render_invalid(&page),
                None => respond.redirect(HERE).without_notice(),
            }
        }
    }
}

#[derive(Template)]
#[template(path = "accounts/recovery_codes.html")]
struct Codes {
    layout: Layout,
    links: Vec<AccountTab>,
    done: &'static str,
    codes: Vec<String>,
    all: String,
    /// The same with a heading, to be kept as a file.
    file: String,
    site: String,
    username: String,
}

impl Codes {
    /// The answer to what has just made them: the one page on which they ever stand. No page can be gone
    /// on to with them, for nothing keeps them.
    fn drawn(
        by: &crate::accounts::CurrentAccount,
        codes: &[RecoveryCode],
        done: &'static str,
        respond: &Responder,
    ) -> Page {
        let codes: Vec<String> = codes.iter().map(RecoveryCode::grouped).collect();
        let (all, site, username) = (codes.join("\n"), respond.site().origin(), by.username().to_string());
        let file = format!("Recovery codes of {username} for Roster at {site}\nEach works once.\n\n{all}\n");
        let (layout, links) = (respond.layout("Recovery Codes"), account_links(HERE));
        respond.render(&Self { layout, links, done, codes, all, file, site, username })
    }
}

#[derive(Template)]
#[template(path = "accounts/two_factor_deactivation.html")]
struct Deactivation {
    layout: Layout,
    links: Vec<AccountTab>,
}

/// `GET /account/two-factor/deactivation`
async fn new_deactivation(_by: May<DisableTwoFactor>, respond: Responder) -> Page {
    respond.render(&Deactivation {
        layout: respond.layout("Disable Two-factor Authentication"),
        links: account_links(HERE),
    })
}

/// `POST /account/two-factor/deactivation`
async fn deactivate(by: May<DisableTwoFactor>, Form(NoFields {}): Form<NoFields>, db: Db, respond: Responder) -> Page {
    match db.write(&by, two_factor::disable).await? {
        Ok(()) | Err(NotOn) => respond.redirect(HERE).notice("Two-factor Authentication is off."),
    }
}

#[derive(Template)]
#[template(path = "accounts/recovery_codes_renewal.html")]
struct Renewal {
    layout: Layout,
    links: Vec<AccountTab>,
}

/// `GET /account/two-factor/recovery-codes`
async fn new_recovery_codes(_by: May<RenewRecoveryCodes>, respond: Responder) -> Page {
    respond.render(&Renewal { layout: respond.layout("New Recovery Codes"), links: account_links(HERE) })
}

/// `POST /account/two-factor/recovery-codes`
async fn renew(by: May<RenewRecoveryCodes>, Form(NoFields {}): Form<NoFields>, db: Db, respond: Responder) -> Page {
    let codes = RecoveryCode::fresh()?;
    let kept = codes.clone();
    match db.write(&by, move |tx| two_factor::renew(tx, &kept)).await? {
        Ok(()) => Codes::drawn(&by, &codes, "You have new recovery codes. The old ones no longer work.", &respond),
        Err(NotOn) => {
            respond.redirect(HERE).warning("Two-factor Authentication is off, so there are no recovery codes.")
        }
    }
}

/// A QR code as one path, a unit for each of its modules: the policy of our pages lets no picture in by
/// a data address.
struct Picture {
    /// Modules on each side, with the margin that readers need.
    size: usize,
    path: String,
}

/// Modules of margin on each side, as the standard asks.
const MARGIN: usize = 4;

impl Picture {
    fn of(text: &str) -> Result<Self, PageError> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M)
            .map_err(|error| PageError::Internal(error.to_string()))?;
        let width = code.width();
        let mut path = String::new();
        for (y, row) in code.to_colors().chunks(width).enumerate() {
            for (x, run) in runs(row) {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + MARGIN, y + MARGIN);
            }
        }
        Ok(Self { size: width + 2 * MARGIN, path })
    }
}

/// Where the dark modules of a row begin that stand side by side, and how many each time.
fn runs(row: &[Color]) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut x = 0;
    for side_by_side in row.chunk_by(|one, next| one == next) {
        if side_by_side.first() == Some(&Color::Dark) {
            runs.push((x, side_by_side.len()));
        }
        x += side_by_side.len();
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_darkens_exactly_the_dark_modules() {
        let text = "otpauth://totp/Roster:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Roster";
        let picture = Picture::of(text).unwrap();
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        let width = code.width();
        assert_eq!(picture.size, width + 8);
        let mut dark = vec![false; width * width];
        for part in picture.path.split('M').skip(1) {
            let numbers: Vec<usize> =
                part.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
            let [x, y, run, 1, back] = numbers[..] else { panic!("{part}") };
            assert_eq!(run, back);
            for at in x..x + run {
                dark[(y - MARGIN) * width + at - MARGIN] = true;
            }
        }
        let expected: Vec<bool> = code.to_colors().iter().map(|color| *color == Color::Dark).collect();
        assert_eq!(dark, expected);
    }
}
