//! Accounts, as the manual tells them: created, confirmed, and got back into with a new password.

use crate::shared::{Answer, Browser, PASSWORD, World};

const ANOTHER: &str = "lanterns over quiet harbours";

/// Asks for a link to a new password.
async fn forgets_password(browser: &Browser, email: &str) {
    browser.opens("/sign-in").await.follows("Forgot your password?").await;
    browser.fills("Email", email).presses("Send Reset Link").await.status(200).reads("Check your email");
}

/// Fills New Password, and sends it.
async fn chooses_password(browser: &Browser, password: &str) {
    browser.fills("New Password", password).fills("Confirm Password", password).presses("Reset Password").await;
}

/// The body without the reference, which is another for each request.
fn without_reference(answer: &Answer) -> String {
    let body = answer.body_text();
    let (before, after) = body.split_once("<code>").unwrap_or((&body, ""));
    format!("{before}{}", after.split_once("</code>").unwrap_or_default().1)
}

#[actix_web::test]
async fn an_account_begins_with_an_email_and_a_password_on_the_page_of_its_link() {
    let world = World::new().await;
    let ada = world.visitor().await;
    ada.opens("/sign-in").await.follows("Create an Account").await.creates_account("ada").await;
    ada.status(200).reads("Check your email").reads("ada@example.org");

    let message = world.email_to("ada@example.org").await;
    message.reads("Confirm your address").does_not_read("ada ");
    ada.opens_link(&message).await.reads("ada@example.org").holds("Username", "ada");
    ada.creates_with_password(PASSWORD).await.is_at("/dashboard").reads("Your account is ready");
    ada.may("Your Dashboard").may("Account Settings").may("Sign Out");
    ada.signs_out().await.signs_in("ada").await.may("Sign Out");

    let later = world.visitor().await;
    later.opens_link(&message).await.status(404).reads("This link is not valid");
}

/// INV-30: what a mail scanner fetches changes nothing.
#[actix_web::test]
async fn opening_a_link_confirms_nothing() {
    let world = World::new().await;
    let ada = world.visitor().await;
    ada.asks_for_account("ada@example.org", "ada").await;
    let message = world.email_to("ada@example.org").await;
    let path = message.link().strip_prefix(&world.site.origin()).unwrap();
    for method in ["GET", "HEAD", "GET"] {
        world.raw(method, path).sends().await.status(200);
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM accounts"), 0);
    ada.opens_link(&message).await.creates_with_password(PASSWORD).await.reads("Your account is ready");
}

#[actix_web::test]
async fn people_sign_in_by_username_or_address_in_any_case() {
    let world = World::new().await;
    world.account("grace").await;
    for login in ["grace", "GRACE", "grace@example.org", "Grace@Example.ORG", " grace "] {
        let grace = world.visitor().await;
        grace.signs_in(login).await.may("Sign Out");
    }
}

/// ACC-01: only the mail tells that an address has an account.
#[actix_web::test]
async fn a_known_address_is_told_by_mail_alone() {
    let world = World::new().await;
    world.account("grace").await;
    let visitor = world.visitor().await;
    let mut answers = Vec::new();
    for email in ["grace@example.org", "GRACE@EXAMPLE.ORG", "alan@example.org"] {
        let fields = [("email", email), ("username", "somebody")];
        let answer = visitor.posts("/create-account", &fields).await;
        answers.push((answer.status, answer.location().to_owned(), answer.body_text(), answer.headers.len()));
    }
    assert_eq!(answers[0], answers[2]);
    assert_eq!(answers[1], answers[2]);
    visitor.opens(&answers[0].1).await.reads("Check your email").reads("We sent an email to alan@example.org.");

    let known = world.email_to("grace@example.org").await;
    known.reads("You already have an account").does_not_read("somebody");
    assert!(known.link().ends_with("/sign-in"));
    world.email_to("grace@example.org").await.reads("You already have an account");
    world.email_to("alan@example.org").await.reads("Confirm your address");
}

/// ACC-31: a name that is nobody's, a wrong password and a suspended account are answered alike.
#[actix_web::test]
async fn wrong_credentials_look_alike() {
    let world = World::new().await;
    world.account("grace").await;
    world.account("henry").await;
    world.runs("UPDATE accounts SET suspended_at = roster_now() WHERE username = 'henry'");
    let visitor = world.visitor().await;
    let mut bodies = Vec::new();
    for (login, password) in [("grace", "not the password"), ("alan_", PASSWORD), ("henry", PASSWORD), ("a@b.c", "x")] {
        visitor.opens("/sign-in").await.signs_in_here(login, password).await;
        visitor.status(422).reads("The name or the password is not right.").holds("Username or Email", login);
        visitor.holds("Password", "");
        bodies.push(visitor.page().body.replace(login, "LOGIN"));
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]));
}

#[actix_web::test]
async fn an_unconfirmed_registration_signs_in_nowhere() {
    let world = World::new().await;
    let ada = world.visitor().await;
    ada.asks_for_account("ada@example.org", "ada").await;
    world.email_to("ada@example.org").await;
    for login in ["ada", "ada@example.org"] {
        ada.signs_in(login).await.status(422).may_not("Sign Out");
    }
    forgets_password(&ada, "ada@example.org").await;
    world.no_email_to("ada@example.org").await;
}

/// ACC-04: the person who registers another's address first gains nothing by it.
#[actix_web::test]
async fn nobody_holds_an_address_before_its_owner_comes() {
    let world = World::new().await;
    let (mallory, grace) = (world.visitor().await, world.visitor().await);
    mallory.asks_for_account("grace@example.org", "mallory").await;
    let hers = world.email_to("grace@example.org").await;
    grace.asks_for_account("grace@example.org", "grace").await;
    let own = world.email_to("grace@example.org").await;
    grace.opens_link(&own).await.holds("Username", "grace").does_not_read("mallory");
    grace.creates_with_password(PASSWORD).await.may("Sign Out").signs_out().await;

    for login in ["grace", "grace@example.org", "mallory"] {
        mallory.opens("/sign-in").await.signs_in_here(login, ANOTHER).await.status(422);
    }
    grace.signs_in("grace@example.org").await.may("Sign Out");
    mallory.opens_link(&hers).await.status(404).reads("This link is not valid");
}

/// ACC-33: of two who confirm the same address at once, one is its owner.
#[actix_web::test]
async fn two_confirmations_of_one_address_make_one_account() {
    let world = World::new().await;
    let (one, other) = (world.visitor().await, world.visitor().await);
    one.asks_for_account("grace@example.org", "one").await;
    let first = world.email_to("grace@example.org").await;
    other.asks_for_account("grace@example.org", "other").await;
    let second = world.email_to("grace@example.org").await;
    one.opens_link(&first).await;
    other.opens_link(&second).await;
    tokio::join!(one.creates_with_password(PASSWORD), other.creates_with_password(PASSWORD));
    assert_eq!(world.number("SELECT count(*) AS number FROM accounts"), 1);
    assert_eq!(world.number("SELECT count(*) AS number FROM email_addresses"), 1);
}

#[actix_web::test]
async fn a_username_that_was_taken_in_the_meantime_is_chosen_again() {
    let world = World::new().await;
    let ada = world.visitor().await;
    ada.asks_for_account("lovelace@example.org", "ada").await;
    let message = world.email_to("lovelace@example.org").await;
    ada.opens_link(&message).await;
    world.account("ada").await;
    ada.creates_with_password(PASSWORD).await.status(422).reads_beside("Username", "taken in the meantime");
    // Opened again, the page says so before a password is typed.
    ada.opens_link(&message).await.status(200).reads_beside("Username", "taken in the meantime");
    ada.fills("Username", "a da").creates_with_password(PASSWORD).await;
    ada.status(422).reads_beside("Username", "Use the letters").holds("Password", "");
    ada.fills("Username", "Lovelace").creates_with_password(PASSWORD).await.reads("Your account is ready");
    ada.signs_out().await.signs_in("lovelace").await.may("Sign Out");
}

#[actix_web::test]
async fn a_registration_lapses_after_two_days() {
    let world = World::new().await;
    let ada = world.visitor().await;
    ada.asks_for_account("ada@example.org", "ada").await;
    let message = world.email_to("ada@example.org").await;
    world.clock.hours(47);
    ada.opens_link(&message).await.may("Create Account");
    world.clock.hours(2);
    ada.creates_with_password(PASSWORD).await.status(404).reads("This link is not valid");
    ada.opens_link(&message).await.status(404);
}

#[actix_web::test]
async fn all_faults_are_told_at_once_and_what_was_typed_stays() {
    let world = World::new().await;
    let ada = world.visitor().await;
    ada.asks_for_account("ada@", "a da").await.status(422).holds("Email", "ada@").holds("Username", "a da");
    ada.reads_beside("Email", "name@example.org").reads_beside("Username", "Use the letters");
    world.account("grace").await;
    ada.asks_for_account("ada@example.org", "grace").await.status(422);
    ada.reads_beside("Username", "This username is taken.").holds("Email", "ada@example.org");

    ada.asks_for_account("ada@example.org", "ada").await;
    ada.opens_link(&world.email_to("ada@example.org").await).await;
    ada.fills("Username", "a da").fills("Password", "short").fills("Confirm Password", "other");
    ada.presses("Create Account").await.status(422).holds("Username", "a da");
    ada.holds("Password", "").holds("Confirm Password", "").reads_beside("Username", "Use the letters");
    ada.reads_beside("Password", "8 characters or more");
    assert!(!ada.page().body.contains("short"), "a password is never sent back");

    ada.fills("Username", "ada").fills("Password", PASSWORD).fills("Confirm Password", ANOTHER);
    ada.presses("Create Account").await.status(422).reads_beside("Confirm Password", "not the same");
    for (guessable, why) in [("password1", "easy to guess"), (&"long".repeat(300), "longer")] {
        ada.creates_with_password(guessable).await.status(422).reads_beside("Password", why).holds("Username", "ada");
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM accounts"), 1);
}

#[actix_web::test]
async fn a_forgotten_password_is_chosen_anew() {
    let world = World::new().await;
    let (laptop, phone) = (world.person("grace").await, world.visitor().await);
    forgets_password(&phone, "Grace@Example.org").await;
    let message = world.email_to("grace@example.org").await;
    message.reads("Reset your password").does_not_read("grace ");

    phone.opens_link(&message).await.reads("grace").is_titled("New Password");
    chooses_password(&phone, "short").await;
    phone.status(422).reads_beside("New Password", "8 characters or more");
    chooses_password(&phone, ANOTHER).await;
    phone.is_at("/sign-in").reads("Your password was changed").signs_in_here("grace", ANOTHER).await.may("Sign Out");
    world.email_to("grace@example.org").await.reads("Your password for Roster was changed");

    // ACC-12: every older session has ended, and the old password with it.
    laptop.opens("/account").await.is_at("/sign-in").signs_in_here("grace", PASSWORD).await.status(422);
    // ACC-08: the link works once.
    laptop.opens_link(&message).await.status(404).reads("This link is not valid");
}

/// ACC-08: the newest link alone works, and not for long.
#[actix_web::test]
async fn a_reset_link_is_replaced_by_the_next_and_lapses() {
    let world = World::new().await;
    let grace = world.visitor().await;
    world.account("grace").await;
    forgets_password(&grace, "grace@example.org").await;
    let older = world.email_to("grace@example.org").await;
    forgets_password(&grace, "grace@example.org").await;
    let newer = world.email_to("grace@example.org").await;
    grace.opens_link(&older).await.status(404).reads("This link is not valid");
    grace.opens_link(&newer).await.status(200);
    world.clock.minutes(61);
    chooses_password(&grace, ANOTHER).await;
    grace.status(404).reads("This link is not valid");
    grace.signs_in("grace").await.may("Sign Out");
}

/// ACC-03, ACC-06: the page tells nothing, and mail goes to the stored address alone.
#[actix_web::test]
async fn a_reset_says_nothing_of_who_is_known() {
    let world = World::new().await;
    world.account("grace").await;
    let visitor = world.visitor().await;
    let known = visitor.posts("/forgot-password", &[("email", "grace@example.org")]).await;
    let unknown = visitor.posts("/forgot-password", &[("email", "nobody@example.org")]).await;
    assert_eq!((known.status, known.location()), (unknown.status, unknown.location()));
    assert_eq!(known.body, unknown.body);
    for list in
        ["grace@example.org,mallory@example.org", "grace@example.org mallory@example.org", "grace@exampl\u{e9}.org"]
    {
        visitor.posts("/forgot-password", &[("email", list)]).await.status(422);
    }
    visitor.posts("/forgot-password", &[("email[]", "grace@example.org")]).await.status(400);
    let doubled =
        visitor.posts("/forgot-password", &[("email", "grace@example.org"), ("email", "m@example.org")]).await;
    doubled.status(400);
    world.email_to("grace@example.org").await.reads("Reset your password");
    assert_eq!(world.mail.all().len(), 1);
}

/// ACC-07: emails that look or fold alike are no emails of an address, and what is mailed goes to the
/// address that is kept, in whatever case it was typed.
#[actix_web::test]
async fn a_reset_goes_to_no_address_that_only_looks_alike() {
    let world = World::new().await;
    world.account("kim").await;
    let visitor = world.visitor().await;
    // KELVIN SIGN, dotless and dotted i, long s, a full-width letter, a Cyrillic one, a combining mark.
    for alike in ["\u{212a}im", "k\u{131}m", "k\u{130}m", "\u{17f}kim", "\u{ff4b}im", "\u{43a}im", "kim\u{301}"] {
        visitor.posts("/forgot-password", &[("email", &format!("{alike}@example.org"))]).await.status(422);
    }
    visitor.posts("/forgot-password", &[("email", "kim@\u{212a}.example.org")]).await.status(422);
    world.no_email_to("kim@example.org").await;
    visitor.posts("/forgot-password", &[("email", "KIM@Example.ORG")]).await.status(303);
    world.email_to("kim@example.org").await.reads("Reset your password");
    assert_eq!(world.mail.all().len(), 1);
}

/// ACC-10, INV-06, INV-08: what is no link of ours opens nothing, and all of it is answered alike.
#[actix_web::test]
async fn dead_links_are_all_alike() {
    let world = World::new().await;
    world.account("grace").await;
    let visitor = world.visitor().await;
    visitor.asks_for_account("ada@example.org", "ada").await;
    forgets_password(&visitor, "grace@example.org").await;
    let token = |link: &str| link.rsplit('/').next().unwrap().to_owned();
    let confirmation = token(world.email_to("ada@example.org").await.link());
    let reset = token(world.email_to("grace@example.org").await.link());
    let mut bodies = Vec::new();
    let flipped = format!("{}{}", if reset.starts_with('A') { 'B' } else { 'A' }, &reset[1..]);
    for path in [
        format!("/confirmations/{reset}"),
        format!("/reset-password/{confirmation}"),
        format!("/reset-password/{flipped}"),
        format!("/reset-password/{}", "A".repeat(190)),
        "/reset-password/%00".to_owned(),
        "/reset-password/%C4%B0".to_owned(),
        "/confirmations/x".to_owned(),
    ] {
        let before = world.db.queries();
        let answer = world.raw("GET", &path).sends().await;
        answer.status(404);
        assert_eq!(world.db.queries(), before, "{path} asked the database");
        // The address says itself what it is about, and so does what leads to the manual.
        let body = without_reference(&answer);
        bodies.push(body.lines().filter(|line| !line.contains(r#"class="help""#)).collect::<Vec<_>>().join("\n"));
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    world.raw("GET", &format!("/reset-password/{reset}")).sends().await.status(200);
}

/// ACC-11, MAIL-04: the person who steals the database gets nothing that opens anything.
#[actix_web::test]
async fn nothing_usable_is_kept() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    forgets_password(&world.visitor().await, "ada@example.org").await;
    world.visitor().await.asks_for_account("grace@example.org", "grace").await;
    let kept = world.everything_kept();
    let token = |link: &str| link.rsplit('/').next().unwrap().to_owned();
    for secret in [
        token(world.email_to("ada@example.org").await.link()),
        token(world.email_to("grace@example.org").await.link()),
        ada.cookies(),
        PASSWORD.to_owned(),
        ANOTHER.to_owned(),
    ] {
        assert!(!kept.contains(&secret), "{secret} is kept");
    }
    assert!(kept.contains("ada@example.org"));
}
