//! How hard a password is to guess, told while it is typed. Nothing is kept, and nobody is asked who
//! they are: what judges is what judges the form when it is sent.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::accounts::credentials::JudgePassword;
use crate::accounts::forms::credentials::StrengthForm;
use crate::accounts::login_attempts::asked_while_typing;
use crate::accounts::password::Hasher;
use crate::authority::May;
use crate::web::network_rate_limits::NetworkRateLimits;
use crate::web::{Form, Page, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes.post("/password-strength", create);
}

/// For `static/js/strength.js`.
#[derive(Serialize)]
struct Told {
    /// 0 to 4; 2 and more will do.
    score: u8,
    /// A sentence.
    words: String,
}

/// `POST /password-strength`
async fn create(
    by: May<JudgePassword>,
    Form(mut form): Form<StrengthForm>,
    network_rate_limits: web::Data<NetworkRateLimits>,
    hasher: web::Data<Hasher>,
) -> Page {
    let counted = asked_while_typing(&network_rate_limits, by.source())?;
    let strength = form.read(&hasher, &counted).await?;
    Ok(HttpResponse::Ok().json(Told { score: strength.score, words: strength.told() }))
}
