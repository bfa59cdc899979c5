//! How many emails can be asked for, by whom and to whom.

use roster::signed_links::Purpose;
use uuid::Uuid;

use super::{ANOTHER, proxied, says_when};
use crate::shared::{Answer, Browser, SecondServer, World};

/// Asks for an account from an address behind the proxy.
async fn asks_for_account(world: &World, email: &str, username: &str, source: &str) -> Answer {
    let request = world.raw("POST", "/create-account").header("x-forwarded-for", source);
    request.from_our_page().form(&[("email", email), ("username", username)]).sends().await
}

async fn asks_for_reset(world: &World, email: &str, source: &str) -> Answer {
    let request = world.raw("POST", "/forgot-password").header("x-forwarded-for", source);
    request.from_our_page().form(&[("email", email)]).sends().await
}

/// Accounts and resets are asked for so often from one source.
#[actix_web::test]
async fn one_source_asks_for_so_many_accounts_and_resets() {
    let world = World::with(proxied).await;
    world.ignores_emails();
    for n in 0..60 {
        let email = format!("person{n}@example.org");
        asks_for_account(&world, &email, &format!("person{n}"), "198.51.100.7").await.status(303);
        asks_for_reset(&world, &email, "198.51.100.7").await.status(303);
    }
    says_when(&asks_for_account(&world, "late@example.org", "late", "198.51.100.7").await);
    says_when(&asks_for_reset(&world, "late@example.org", "198.51.100.7").await);
    asks_for_account(&world, "late@example.org", "late", "198.51.100.8").await.status(303);
    asks_for_reset(&world, "late@example.org", "198.51.100.8").await.status(303);
    world.clock.minutes(1);
    asks_for_account(&world, "later@example.org", "later", "198.51.100.7").await.status(303);
}

/// INV-35: an address gets so many emails that anybody can ask for, whether or not somebody has it, and the page
/// says when there can be another.
#[actix_web::test]
async fn an_address_gets_so_many_letters() {
    let world = World::with(proxied).await;
    world.account("grace").await;
    world.ignores_emails();
    let mut told = Vec::new();
    for (at, email) in ["grace@example.org", "nobody@example.org"].into_iter().enumerate() {
        let mut answers = Vec::new();
        for n in 0..4 {
            let source = format!("198.18.{at}.{n}");
            let both = [
                asks_for_account(&world, email, "somebody", &source).await,
                asks_for_reset(&world, email, &source).await,
            ];
            for answer in both {
                let text = answer.text().split("Reference").next().unwrap_or_default().to_owned();
                answers.push((answer.status, answer.location().to_owned(), text));
                if answers.len() > 5 {
                    says_when(&answer);
                }
            }
        }
        told.push(answers);
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0].iter().filter(|(status, ..)| *status == 303).count(), 5);
    let emails = "SELECT count(*) AS number FROM outbox WHERE recipient = 'grace@example.org'";
    assert_eq!(world.number(emails), 5);
    world.clock.minutes(12);
    asks_for_reset(&world, "grace@example.org", "198.18.0.1").await.status(303);
}

/// Confirmations are pressed so often from one source, on whichever server.
#[actix_web::test]
async fn one_source_presses_so_many_confirmations() {
    let world = World::new().await;
    let twin = SecondServer::of(&world);
    for n in 0..60 {
        let request =
            if n % 2 == 0 { world.raw("POST", "/confirmations/none") } else { twin.raw("POST", "/confirmations/none") };
        request.from_our_page().sends().await.status(404);
    }
    says_when(&world.raw("POST", "/confirmations/none").from_our_page().sends().await);
    says_when(&twin.raw("POST", "/confirmations/none").from_our_page().sends().await);
}

/// New passwords are hashed so often for one source.
#[actix_web::test]
async fn one_source_chooses_so_many_new_passwords() {
    let world = World::new().await;
    world.ignores_emails();
    world.runs(
        "INSERT INTO accounts (id, username, password_hash) SELECT gen_random_uuid(), 'person' || n, '$argon2id$' FROM generate_series(1, 61) n; \
         INSERT INTO password_resets (id, account_id, expires_at) SELECT id, id, roster_now() + interval '1 hour' FROM accounts",
    );
    let mut statuses = Vec::new();
    for id in world.texts("SELECT id::text AS text FROM password_resets") {
        let token = world.site.links.token(Purpose::PasswordReset, Uuid::parse_str(&id).unwrap(), 1);
        let fields = [("new_password", ANOTHER), ("confirm_password", ANOTHER)];
        let answer = world.raw("POST", &format!("/reset-password/{token}")).from_our_page().form(&fields).sends().await;
        if answer.status != 303 {
            says_when(&answer);
        }
        statuses.push(answer.status);
    }
    assert_eq!(statuses[..60], [303; 60]);
    assert_eq!(statuses[60], 429);
}

/// Invites from somebody's Members tab.
async fn invites(browser: &Browser, organization: &str, email: &str) -> Answer {
    let key = Uuid::new_v4().to_string();
    let fields = [("email", email), ("role", "member"), ("form_key", key.as_str())];
    browser.posts(&format!("/{organization}/invitations"), &fields).await
}

/// INV-35: an address is invited ten times a day, from all organizations and by all people together.
#[actix_web::test]
async fn inv_35_an_address_is_invited_ten_times_a_day() {
    let world = World::with(proxied).await;
    world.ignores_emails();
    for username in ["ada", "eve"] {
        world.account(username).await;
    }
    let mut browsers = Vec::new();
    for (username, source) in [("ada", "198.51.100.7"), ("eve", "203.0.113.9")] {
        let browser = world.visitor_sending(&[("x-forwarded-for", source)]).await;
        browser.signs_in(username).await;
        browsers.push(browser);
    }
    let names: Vec<String> = (0..11).map(|n| format!("Works {n}")).collect();
    for name in &names {
        world.organization(name, &[("ada", "owner"), ("eve", "owner")]);
    }
    for n in 0..10 {
        invites(&browsers[n % 2], &format!("works-{n}"), "grace@example.org").await.status(303);
    }
    for browser in &browsers {
        says_when(&invites(browser, "works-10", "Grace@Example.org").await);
    }
    invites(&browsers[0], "works-10", "alan@example.org").await.status(303);
    assert_eq!(
        world.number(
            "SELECT count(*) AS number FROM outbox WHERE kind = 'invitation' AND recipient = 'grace@example.org'"
        ),
        10
    );
    world.clock.minutes(145);
    invites(&browsers[0], "works-10", "grace@example.org").await.status(303);
}

/// INV-35: an organization sends a hundred letters a day, the person who sends them; sending again is sending.
#[actix_web::test]
async fn inv_35_an_organization_sends_a_hundred_a_day() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.person("ada").await;
    let eve = world.person("eve").await;
    world.organization("Works", &[("ada", "owner"), ("eve", "owner")]);
    world.organization("Others", &[("ada", "owner")]);
    world.trusts_organizations();
    for n in 0..99 {
        let by = if n % 2 == 0 { &ada } else { &eve };
        invites(by, "works", &format!("person{n}@example.org")).await.status(303);
    }
    let id = world.texts("SELECT id::text AS text FROM invitations LIMIT 1").remove(0);
    ada.posts(&format!("/works/invitations/{id}/delivery"), &[]).await.status(303);
    says_when(&ada.posts(&format!("/works/invitations/{id}/delivery"), &[]).await);
    for by in [&ada, &eve] {
        says_when(&invites(by, "works", "late@example.org").await);
    }
    invites(&ada, "others", "late@example.org").await.status(303);
    assert_eq!(world.number("SELECT count(*) AS number FROM outbox WHERE kind = 'invitation'"), 101);
}

/// INV-35: a person sends a hundred a day, from all of their organizations together.
#[actix_web::test]
async fn inv_35_a_person_sends_a_hundred_a_day() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.person("ada").await;
    world.organization("Works", &[("ada", "owner")]);
    world.organization("Others", &[("ada", "owner")]);
    world.trusts_organizations();
    for n in 0..100 {
        let from = if n % 2 == 0 { "works" } else { "others" };
        invites(&ada, from, &format!("person{n}@example.org")).await.status(303);
    }
    for from in ["works", "others"] {
        let answer = invites(&ada, from, "late@example.org").await;
        says_when(&answer);
        answer.reads("You sent enough invitations");
    }
}

/// INV-35: an invitation is sent again three times an hour, the person who presses.
#[actix_web::test]
async fn inv_35_an_invitation_is_sent_again_three_times_an_hour() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.person("ada").await;
    let eve = world.person("eve").await;
    world.organization("Works", &[("ada", "owner"), ("eve", "owner")]);
    invites(&ada, "works", "grace@example.org").await.status(303);
    let id = world.texts("SELECT id::text AS text FROM invitations").remove(0);
    let path = format!("/works/invitations/{id}/delivery");
    for by in [&ada, &eve, &ada] {
        by.posts(&path, &[]).await.status(303);
    }
    for by in [&ada, &eve] {
        says_when(&by.posts(&path, &[]).await);
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM outbox WHERE kind = 'invitation'"), 4);
}
