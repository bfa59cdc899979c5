//! Who has an account: nobody is informed, neither by what is answered nor by what is done for the answer. How long it
//! takes is measured by `benches/sign_in_timing.rs`.

use crate::shared::{Answer, World};

/// What is answered, all of it.
fn whole(answer: &Answer, of: &str) -> (u16, String, String) {
    let headers = answer.headers.iter().filter(|(name, _)| *name != "date");
    let mut headers: Vec<_> = headers
        .map(|(name, value)| {
            // What a cookie holds is encrypted, each time differently: its length and its attributes tell.
            let value = value.to_str().unwrap_or_default();
            let (cookie, attributes) = value.split_once("; ").unwrap_or_default();
            let encoded = cookie.replace('+', "%2B");
            let plain = form_urlencoded::parse(encoded.as_bytes()).map(|(name, value)| name.len() + value.len());
            let cookie = format!("{} bytes; {attributes}", plain.sum::<usize>());
            (name.as_str(), if name == "set-cookie" { cookie } else { value.to_owned() })
        })
        .collect();
    headers.sort();
    (answer.status, format!("{headers:?}"), answer.body_text().replace(of, "WHO"))
}

/// ACC-01, ACC-02, ACC-03: what is typed by somebody who has an account, and by somebody who has none, is answered
/// alike to the byte, and costs as many questions.
///
/// Fails when any of the three pages does less for one of them.
#[actix_web::test]
async fn the_same_is_done_for_whoever_comes() {
    let world = World::new().await;
    world.ignores_emails();
    world.account("known").await;
    let wrong = "not the password at all";
    let (known, empty) = ("known@example.org", "empty@example.org");
    for pair in [
        [
            ("/sign-in", vec![("login", "known"), ("password", wrong)]),
            ("/sign-in", vec![("login", "empty"), ("password", wrong)]),
        ],
        [
            ("/sign-in", vec![("login", known), ("password", wrong)]),
            ("/sign-in", vec![("login", empty), ("password", wrong)]),
        ],
        [("/forgot-password", vec![("email", known)]), ("/forgot-password", vec![("email", empty)])],
        [("/create-account", wish(known, "onename")), ("/create-account", wish(empty, "another"))],
    ] {
        // The first time something is asked for is another one than the second: both times are compared.
        for _ in 0..2 {
            let mut told = Vec::new();
            for (path, fields) in &pair {
                let before = world.db.queries();
                let answer = world.raw("POST", path).from_our_page().form(fields).sends().await;
                told.push((whole(&answer, fields[0].1), world.db.queries() - before));
            }
            assert_eq!(told[0], told[1], "{pair:?}");
        }
    }
}

fn wish<'a>(email: &'a str, username: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("email", email), ("username", username)]
}

/// ACC-03: what waits in the outbox for an address without an account is no email in the end, and opens nothing.
#[actix_web::test]
async fn nobody_without_an_account_gets_a_letter() {
    let world = World::new().await;
    world.account("known").await;
    let visitor = world.visitor().await;
    for email in ["empty@example.org", "known@example.org"] {
        visitor.posts("/forgot-password", &[("email", email)]).await.status(303);
    }
    world.email_to("known@example.org").await.reads("Reset your password");
    world.no_email_to("empty@example.org").await;
    assert_eq!(world.mail.all().len(), 1);
    assert_eq!(world.number("SELECT count(*) AS number FROM outbox WHERE state = 'queued'"), 0);
}
