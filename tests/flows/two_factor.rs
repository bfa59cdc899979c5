//! Two-factor authentication: enabled with an app, asked for when signing in, got around by nobody.

mod guessing;
mod lost;
mod once;

use chrono::TimeDelta;
use totp_rs::{Builder, Secret};

use crate::shared::{Browser, PASSWORD, World};

const ANOTHER: &str = "lanterns over quiet harbours";

/// An app on somebody's phone, which shows codes.
pub struct App {
    pub secret: String,
}

impl App {
    /// Takes the key from the page that shows it.
    pub fn scans(browser: &Browser) -> Self {
        let page = browser.page();
        assert_eq!(page.all("svg.qr path").len(), 1, "no QR code\n{}", page.told());
        let groups: Vec<String> = page.all(".key code").iter().map(|group| group.text().collect()).collect();
        assert_eq!(groups.iter().map(String::len).collect::<Vec<_>>(), [4; 8]);
        Self { secret: groups.concat() }
    }

    /// The code it shows now, by the world's clock.
    pub async fn shows(&self, world: &World) -> String {
        self.shows_in(world, 0).await
    }

    /// The code of so many steps later, or earlier.
    pub async fn shows_in(&self, world: &World, steps: i64) -> String {
        let now = world.db.without_authorization(roster::db::now).await.unwrap();
        let secret = Secret::try_from_base32(&self.secret).unwrap();
        let codes = Builder::new().with_secret(secret).build().unwrap();
        codes.generate((now.timestamp() + 30 * steps).try_into().unwrap()).to_string()
    }

    /// Waits until it shows another code, and answers that one. It stays for almost thirty seconds.
    pub async fn shows_next(&self, world: &World) -> String {
        let now = world.db.without_authorization(roster::db::now).await.unwrap();
        world.clock.moves(TimeDelta::seconds(30 - now.timestamp() % 30));
        self.shows(world).await
    }

    /// A code that it shows at no time near.
    pub async fn never_shows(&self, world: &World) -> String {
        let mut near = Vec::new();
        for steps in -3..=6 {
            near.push(self.shows_in(world, steps).await);
        }
        (0..).map(|n| format!("{n:06}")).find(|code| !near.contains(code)).unwrap()
    }
}

/// Enables it by the pages: answers the app, and the recovery codes.
pub async fn enables(world: &World, browser: &Browser) -> (App, Vec<String>) {
    browser.opens("/account").await.follows("Two-factor Authentication").await.presses("Enable").await;
    let app = App::scans(browser);
    browser.fills("Six-digit code", &app.shows_next(world).await).presses("Confirm").await.status(200);
    world.post().await;
    (app, shown_codes(browser))
}

/// The recovery codes on the page.
pub fn shown_codes(browser: &Browser) -> Vec<String> {
    let page = browser.page();
    page.all("ol.codes code").iter().map(|code| code.text().collect()).collect()
}

/// Somebody with two-factor authentication who is signed in nowhere; nobody minds the emails so far.
pub async fn with_an_app(world: &World, username: &str) -> (App, Vec<String>) {
    let browser = world.person(username).await;
    let (app, codes) = enables(world, &browser).await;
    browser.signs_out().await;
    world.message(&format!("{username}@example.org"), "Two-factor Authentication is on").await;
    (app, codes)
}

/// Gives name and password, and is asked for the code.
pub async fn begins<'b>(browser: &'b Browser, login: &str) -> &'b Browser {
    browser.signs_in(login).await.status(200).is_at("/sign-in/code").may_not("Sign Out")
}

/// Gives a code, where it is asked for.
pub async fn gives<'b>(browser: &'b Browser, code: &str) -> &'b Browser {
    browser.fills("Six-digit code", code).presses("Sign In").await
}

/// Forgets what was used of all allowances, for stories that are about something else.
pub fn forgives(world: &World) {
    world.runs("DELETE FROM throttles");
}

#[actix_web::test]
async fn it_is_enabled_with_an_app_and_leaves_ten_recovery_codes() {
    let world = World::new().await;
    let (ada, elsewhere) = (world.person("ada").await, world.visitor().await);
    elsewhere.signs_in("ada").await.may("Sign Out");
    ada.opens("/account").await.follows("Two-factor Authentication").await.reads("Off").presses("Enable").await;
    ada.is_at("/account/two-factor/confirmation").reads("Issuer").reads("Roster").reads("ada");
    let app = App::scans(&ada);

    // Coming back to it, the app that has taken the key stays of use.
    for again in [true, false] {
        if again {
            ada.reloads().await
        } else {
            ada.opens("/account/two-factor").await.presses("Enable").await
        };
        assert_eq!(App::scans(&ada).secret, app.secret);
    }
    assert_eq!(world.texts("SELECT kind AS text FROM history WHERE kind LIKE 'two_factor%'"), [""; 0]);

    let wrong = app.never_shows(&world).await;
    ada.fills("Six-digit code", &wrong).presses("Confirm").await;
    ada.status(422).reads_beside("Six-digit code", "not right").holds("Six-digit code", "");
    ada.fills("Six-digit code", "12 34").presses("Confirm").await;
    ada.status(422).reads_beside("Six-digit code", "Type the six digits");
    assert_eq!(App::scans(&ada).secret, app.secret);

    let code = app.shows(&world).await;
    ada.fills("Six-digit code", &format!("{} {}", &code[..3], &code[3..])).presses("Confirm").await;
    ada.status(200).is_titled("Recovery Codes").reads("Two-factor Authentication is on.");
    let codes = shown_codes(&ada);
    assert_eq!(codes.len(), 10);
    world.email_to("ada@example.org").await.reads("Two-factor Authentication is on");

    // They are shown once; and nobody was signed out.
    ada.opens("/account/two-factor").await.reads("On").reads("10 recovery codes left").may_not("Enable");
    assert!(codes.iter().all(|code| !ada.page().body.contains(code)));
    ada.opens("/account/two-factor/confirmation").await.is_at("/account/two-factor");
    let late = ada.posts("/account/two-factor/confirmation", &[("code", &app.shows_next(&world).await)]).await;
    assert_eq!((late.status, late.location()), (303, "/account/two-factor"));
    ada.posts("/account/two-factor", &[]).await.status(303);
    assert_eq!(world.number("SELECT count(*) AS number FROM recovery_codes WHERE used_at IS NULL"), 10);
    elsewhere.opens("/account/two-factor").await.reads("10 recovery codes left");
    assert_eq!(world.texts("SELECT kind AS text FROM history WHERE kind LIKE 'two_factor%'"), ["two_factor_enabled"]);
}

#[actix_web::test]
async fn a_key_that_nobody_confirms_lapses_after_an_hour() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    ada.opens("/account/two-factor").await.presses("Enable").await;
    let app = App::scans(&ada);
    world.clock.minutes(25);
    // Nothing is asked of anybody yet.
    world.visitor().await.signs_in("ada").await.may("Sign Out");
    ada.reloads().await;
    assert_eq!(App::scans(&ada).secret, app.secret);
    world.clock.minutes(36);
    ada.fills("Six-digit code", &app.shows(&world).await).presses("Confirm").await;
    ada.fills("Password", PASSWORD).presses("Continue").await.is_at("/account/two-factor").reads("Off");
    ada.presses("Enable").await;
    assert_ne!(App::scans(&ada).secret, app.secret);
}

/// What is sensitive about it asks for the password, and a code is never written into that page.
#[actix_web::test]
async fn its_changes_ask_for_the_password_again() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    enables(&world, &ada).await;
    world.email_to("ada@example.org").await;
    world.clock.minutes(31);
    ada.opens("/account/two-factor").await.is_titled("Two-factor Authentication");
    for path in ["deactivation", "recovery-codes", "confirmation"] {
        ada.opens(&format!("/account/two-factor/{path}")).await.is_titled("Confirm your password");
        let fields: &[(&str, &str)] = if path == "confirmation" { &[("code", "918273")] } else { &[] };
        let posted = ada.posts(&format!("/account/two-factor/{path}"), fields).await;
        posted.status(200).reads("Confirm your password");
        assert!(!posted.body_text().contains("918273"));
    }
    ada.posts("/account/two-factor", &[]).await.status(200).reads("Confirm your password");
    assert_eq!(world.number("SELECT count(*) AS number FROM second_factors WHERE confirmed_at IS NOT NULL"), 1);
}

#[actix_web::test]
async fn signing_in_asks_for_a_code_and_leads_where_one_wanted_to_go() {
    let world = World::new().await;
    let (app, _) = with_an_app(&world, "ada").await;
    let ada = world.visitor().await;
    ada.opens("/account?from=a%20letter").await.signs_in_here("ada", PASSWORD).await;
    ada.is_at("/sign-in/code").is_titled("Six-digit code");

    // A person who owes a code is nobody yet.
    assert_eq!(world.number("SELECT count(*) AS number FROM sessions"), 0);
    for path in ["/account", "/dashboard", "/account/two-factor", "/account/two-factor/confirmation"] {
        assert!(ada.gets(path).await.location().starts_with("/sign-in"), "{path}");
    }
    assert!(ada.posts("/reauthentication", &[("password_again", PASSWORD)]).await.location().starts_with("/sign-in"));

    let wrong = app.never_shows(&world).await;
    gives(&ada, &wrong).await.status(422).reads_beside("Six-digit code", "4 tries are left").may_not("Sign Out");
    gives(&ada, "abcdef").await.status(422).reads_beside("Six-digit code", "Type the six digits");
    gives(&ada, &app.shows_next(&world).await).await.is_at("/account?from=a%20letter").may("Sign Out");
    let told = "SELECT details->>'proof' AS text FROM history WHERE kind = 'signed_in' ORDER BY at DESC LIMIT 1";
    assert_eq!(world.texts(told), ["code"]);
    ada.opens("/sign-in/code").await.is_at("/dashboard");
}

/// Without the password there is no second page.
#[actix_web::test]
async fn nobody_begins_with_the_code() {
    let world = World::new().await;
    let (app, codes) = with_an_app(&world, "ada").await;
    let visitor = world.visitor().await;
    for path in ["/sign-in/code", "/sign-in/recovery-code"] {
        visitor.opens(path).await.is_at("/sign-in").is_titled("Sign In");
    }
    let code = app.shows_next(&world).await;
    for (path, field) in
        [("/sign-in/code", ("code", code.as_str())), ("/sign-in/recovery-code", ("recovery_code", codes[0].as_str()))]
    {
        let answer = visitor.posts(path, &[field]).await;
        assert_eq!((answer.status, answer.location()), (303, "/sign-in"));
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM recovery_codes WHERE used_at IS NOT NULL"), 0);
    gives(begins(&visitor, "ada").await, &code).await.may("Sign Out");
}

/// ACC-02: as long as the password is wrong, nothing tells that a code would be asked for.
#[actix_web::test]
async fn a_wrong_password_tells_nothing_of_it() {
    let world = World::new().await;
    with_an_app(&world, "ada").await;
    world.account("eve").await;
    let mut told = Vec::new();
    for login in ["ada", "eve"] {
        let visitor = world.visitor().await;
        visitor.opens("/sign-in").await;
        let asked = world.queries_of(visitor.signs_in_here(login, "not the password")).await;
        // Three letters alone are in the name of a file by chance.
        let typed = format!("value=\"{login}\"");
        told.push((
            asked,
            visitor.page().status,
            visitor.page().body.replace(&typed, "LOGIN"),
            visitor.cookies().len(),
        ));
    }
    assert_eq!(told[0], told[1]);
}

/// Each way that leads to a session leads past the code.
#[actix_web::test]
async fn every_way_in_asks_for_it() {
    let world = World::new().await;
    let owner = world.founder("grace", "Analytical Engines").await;
    let (app, _) = with_an_app(&world, "ada").await;
    owner.opens("/analytical-engines/members").await.fills("Email", "ada@example.org").presses("Send Invite").await;
    let invitation = world.email_to("ada@example.org").await;

    // By an invitation's link, which proves the mailbox and nothing else.
    let ada = world.visitor().await;
    ada.opens_link(&invitation).await.follows("Sign In").await.signs_in_here("ada@example.org", PASSWORD).await;
    ada.is_at("/sign-in/code").may_not("Sign Out");
    gives(&ada, &app.shows_next(&world).await).await.reads("Analytical Engines").may("Accept Invitation");

    // As somebody else, over one who is signed in here: that session ends with the password.
    owner.posts("/sign-in", &[("login", "ada"), ("password", PASSWORD)]).await.status(303);
    assert!(owner.gets("/account").await.location().starts_with("/sign-in"));
    owner.opens("/sign-in/code").await;
    gives(&owner, &app.shows_next(&world).await).await.opens("/account").await.reads("Signed in as ada");
    assert_eq!(world.number("SELECT count(*) AS number FROM sessions"), 2);
}
