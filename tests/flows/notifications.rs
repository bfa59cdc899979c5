//! Which mail an owner gets, and how much of it.

use std::sync::Arc;

use roster::app;
use roster::mail::dev_mailbox::DevMailbox;
use roster::mail::transports::{Folder, Smtp};
use roster::mail::worker::PATIENCE;

use crate::shared::World;
use crate::shared::browser::Browser;
use crate::shared::emails::EmailTemplate;
use crate::shared::smtp::{MailServer, Manner};

/// Acme, with two owners and two members.
async fn acme() -> (World, Browser, Browser) {
    acme_in(World::new().await).await
}

async fn acme_in(world: World) -> (World, Browser, Browser) {
    let (ada, alan) = (world.person("ada").await, world.person("alan").await);
    for who in ["grace", "joan"] {
        world.account(who).await;
    }
    world.organization("Acme", &[("ada", "owner"), ("alan", "owner"), ("grace", "member"), ("joan", "member")]);
    (world, ada, alan)
}

/// What arrived since the last look, as a Roster delivers it.
async fn emails(world: &World) -> Vec<EmailTemplate> {
    world.posts_in_time().await;
    let mut emails: Vec<EmailTemplate> = std::iter::from_fn(|| world.mail.take(|_| true)).collect();
    emails.sort_by(|a, b| (&a.to, &a.subject).cmp(&(&b.to, &b.subject)));
    emails
}

/// The same, each as `to: subject`.
async fn told(world: &World) -> Vec<String> {
    let emails = emails(world).await;
    let line = |message: &EmailTemplate| {
        let subject = message.subject.trim_end_matches(" on Roster");
        format!("{}: {subject}", message.to.trim_end_matches("@example.org"))
    };
    emails.iter().map(line).collect()
}

async fn role(by: &Browser, whom: &str, role: &str) {
    by.posts(&format!("/acme/members/{whom}/role"), &[("role", role), ("confirmed", "yes")]).await.status(303);
}

#[actix_web::test]
async fn an_owner_chooses_which_mail_to_get() {
    let (world, ada, alan) = acme().await;
    world.organization("Globex", &[("ada", "owner"), ("grace", "member")]);
    ada.follows("Account Settings").await.follows("Notifications").await.is_titled("Notifications");
    ada.reads_in("Acme", "You receive all emails for owners.").reads_in("Globex", "You receive all emails for owners.");
    ada.follows_in("Acme", "Choose Emails").await.is_titled("Emails about Acme").reads("Always sent");
    ada.unticks("People").presses("Save Choice").await.is_at("/account/notifications");
    ada.reads(
        "From now on you receive emails about invitations, and settings and billing of Acme, and required emails.",
    );
    ada.reads_in("Globex", "You receive all emails for owners.");
    ada.opens("/account/security").await.reads("chose which emails to receive about Acme");
    alan.opens("/acme/activity").await.does_not_read("chose which emails");

    // Of others nothing, the person who did it; the other owner reads it, and so does she elsewhere.
    role(&ada, "grace", "viewer").await;
    assert_eq!(told(&world).await, ["alan: grace is now a viewer of Acme", "grace: You are now a viewer of Acme"]);
    ada.posts("/globex/members/grace/removal", &[]).await.status(303);
    assert_eq!(told(&world).await, ["ada: grace was removed from Globex", "grace: You were removed from Globex"]);

    // What she did not switch off, comes; and says where it is chosen.
    world.clock.minutes(2);
    let save = [("name", "Acme Ltd"), ("slug", "acme"), ("version", "1")];
    alan.posts("/acme/settings", &save).await.status(303);
    let settings = emails(&world).await;
    assert_eq!(settings.len(), 2);
    for message in &settings {
        message.reads("You get this because you are an owner of the organization.");
        assert!(
            message.text.contains(&format!("{}/account/notifications/acme", world.site.origin())),
            "{}",
            message.text
        );
        assert!(message.html.contains("/account/notifications/acme"));
    }
    // Saved once more, nothing is new; and with no box ticked nothing is left to switch off.
    ada.posts("/account/notifications/acme", &[]).await.status(303);
    ada.posts("/account/notifications/acme", &[]).await.status(303);
    ada.opens("/account/notifications")
        .await
        .reads_in("Acme", "You only receive required emails for this organization.");
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind = 'mail_chosen'"), 2);
    let asked = world.queries_of(async {
        ada.gets("/account/notifications").await.status(200);
    });
    assert!(asked.await <= 2);
}

/// MEM-14: nobody can switch off that owners come and go, or what is about themselves.
#[actix_web::test]
async fn mem_14_owners_and_ones_own_access_are_always_told() {
    let (world, ada, alan) = acme().await;
    for who in [&ada, &alan] {
        who.posts("/account/notifications/acme", &[]).await.status(303);
    }
    role(&alan, "grace", "owner").await;
    let emails = emails(&world).await;
    let to: Vec<_> = emails.iter().map(|message| message.to.as_str()).collect();
    assert_eq!(to, ["ada@example.org", "alan@example.org", "grace@example.org"]);
    emails[0].reads("All owners get it: it is about who is one.").does_not_read("/account/notifications");
    let day = world.texts("SELECT (roster_now() + interval '30 days')::date::text AS text").concat();
    for (what, fields) in [
        ("suspension", [].as_slice()),
        ("restoration", &[]),
        ("end-date", &[("ends_on", day.as_str())]),
        ("role", &[("role", "member"), ("confirmed", "yes")]),
    ] {
        // Longer ago than news is waited with.
        world.clock.minutes(2);
        alan.posts(&format!("/acme/members/grace/{what}"), fields).await.status(303);
        let told = told(&world).await;
        assert_eq!(told.len(), 3, "{what}: {told:?}");
    }
    world.clock.minutes(2);
    // A member by now: only herself.
    alan.posts("/acme/members/grace/removal", &[]).await.status(303);
    assert_eq!(told(&world).await, ["grace: You were removed from Acme"]);
    ada.posts("/acme/members/alan/removal", &[]).await.status(303);
    assert_eq!(told(&world).await, ["ada: alan was removed from Acme", "alan: You were removed from Acme"]);
}

/// The choice belongs to the seat: it goes with it, and comes back with it.
#[actix_web::test]
async fn an_undone_removal_brings_the_choice_back() {
    let (world, ada, alan) = acme().await;
    world.ignores_emails();
    alan.posts("/account/notifications/acme", &[("people", "yes")]).await.status(303);
    let removed = ada.posts("/acme/members/alan/removal", &[]).await;
    removed.status(303);
    let undoing = world.texts("SELECT id::text AS text FROM undoings WHERE became IS NULL").concat();
    ada.posts(&format!("/acme/undoings/{undoing}"), &[]).await.status(303);
    alan.opens("/account/notifications").await;
    alan.reads_in("Acme", "You receive emails about people, and required emails.");
}

#[actix_web::test]
async fn who_is_no_owner_has_nothing_to_choose() {
    let (world, _ada, _alan) = acme().await;
    let (grace, stranger) = (world.visitor().await, world.person("marie").await);
    grace.signs_in("grace").await;
    grace.opens("/account/notifications").await.reads_in("Acme", "Owners can choose more.").may_not("Choose Emails");
    grace.opens("/account/notifications/acme").await.reads("Only owners can choose more.").may_not("Save Choice");
    grace.posts("/account/notifications/acme", &[]).await.status(303);
    assert_eq!(world.number("SELECT count(*) AS number FROM memberships WHERE NOT wants_people"), 0);
    stranger.opens("/account/notifications").await.reads("No organization yet");
    for path in ["/account/notifications/acme", "/account/notifications/nowhere", "/account/notifications/%00"] {
        stranger.gets(path).await.status(404);
        stranger.posts(path, &[]).await.status(404);
    }
}

/// A single change is shown at once; what follows within a minute waits for it, and comes as one.
#[actix_web::test]
async fn quick_changes_make_one_mail() {
    let (world, ada, _alan) = acme().await;
    role(&ada, "grace", "viewer").await;
    assert_eq!(told(&world).await.len(), 3);
    for (whom, what) in [("grace", "billing"), ("grace", "member"), ("joan", "viewer")] {
        role(&ada, whom, what).await;
    }
    assert_eq!(told(&world).await, ["joan: You are now a viewer of Acme"]);
    world.clock.minutes(1);
    let emails = emails(&world).await;
    assert_eq!(emails.len(), 3);
    let (own, to_owners): (Vec<_>, Vec<_>) = emails.iter().partition(|message| message.to == "grace@example.org");
    assert_eq!(own[0].subject, "2 changes of your place in Acme on Roster");
    own[0].reads("You are now a billing manager of Acme").reads("You are now a member of Acme");
    for message in to_owners {
        assert_eq!((message.kind.as_str(), message.subject.as_str()), ("bundle", "3 changes in Acme on Roster"));
        message.reads("grace is now a member of Acme").reads("joan is now a viewer of Acme");
        message.reads("ada changed joan’s role from Member to Viewer.");
        assert!(message.link().ends_with("/acme/activity"), "{}", message.text);
        assert!(message.text.contains("/account/notifications/acme"));
        let at = |words: &str| message.text.find(words).unwrap();
        assert!(at("billing") < at("grace is now a member") && at("grace is now a member") < at("joan is now"));
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM outbox WHERE state <> 'sent'"), 0);
    // A minute after, the next one leaves at once.
    world.clock.minutes(1);
    role(&ada, "joan", "member").await;
    assert_eq!(told(&world).await.len(), 3);
}

/// Several who are removed at once: one mail to each owner, and to each of them their own.
#[actix_web::test]
async fn several_at_once_make_one_mail_to_each_owner() {
    let (world, ada, _alan) = acme().await;
    ada.posts("/acme/members/several", &[("do", "remove"), ("people", "grace joan")]).await.status(200);
    assert_eq!(told(&world).await, ["grace: You were removed from Acme", "joan: You were removed from Acme"]);
    world.clock.minutes(1);
    let emails = emails(&world).await;
    assert_eq!(emails.len(), 2);
    for message in emails {
        message.reads("2 changes in Acme").reads("grace was removed from Acme").reads("joan was removed from Acme");
    }
    // One of them alone reads as any other.
    ada.posts("/acme/members/several", &[("do", "remove"), ("people", "alan")]).await.status(200);
    assert_eq!(told(&world).await, ["alan: You were removed from Acme"]);
    world.clock.minutes(1);
    assert_eq!(told(&world).await, ["ada: alan was removed from Acme"]);
}

/// MEM-04: news that waits is not for the person who is no owner any more when it leaves.
#[actix_web::test]
async fn mem_04_news_that_waits_is_for_owners() {
    let (world, ada, _alan) = acme().await;
    for (what, fields) in [("suspension", [].as_slice()), ("role", &[("role", "member"), ("confirmed", "yes")])] {
        ada.posts("/acme/members/several", &[("do", "viewer"), ("people", "grace joan")]).await.status(200);
        ada.posts(&format!("/acme/members/alan/{what}"), fields).await.status(303);
        world.clock.minutes(1);
        let to_alan: Vec<_> = told(&world).await.into_iter().filter(|line| line.starts_with("alan: ")).collect();
        assert_eq!(to_alan.len(), 1, "{what}: {to_alan:?}");
        assert!(to_alan[0].starts_with("alan: You "), "{what}: {to_alan:?}");
        world.runs(
            "UPDATE memberships SET role = 'member' WHERE role = 'viewer'; UPDATE memberships SET suspended_at = NULL",
        );
    }
}

/// A person who becomes an owner is informed at once, with what waits.
#[actix_web::test]
async fn an_owner_is_never_waited_with() {
    let (world, ada, _alan) = acme().await;
    role(&ada, "grace", "viewer").await;
    told(&world).await;
    role(&ada, "grace", "member").await;
    assert!(told(&world).await.is_empty());
    role(&ada, "joan", "owner").await;
    let expected = ["ada: 2 changes in Acme", "alan: 2 changes in Acme", "joan: You are now an owner of Acme"];
    assert_eq!(told(&world).await, expected);
}

/// Whatever anybody is called, a bundle says it and does not do it.
#[actix_web::test]
async fn mail_01_names_in_a_bundle_are_words() {
    let (world, ada, _alan) = acme().await;
    world.runs("UPDATE organizations SET name = '<b>Evil.example</b>'");
    ada.posts("/acme/members/several", &[("do", "remove"), ("people", "grace joan")]).await.status(200);
    world.clock.minutes(1);
    for message in emails(&world).await {
        assert!(!message.html.contains("<b>Evil"), "{}", message.html);
        assert!(message.subject.contains("Evil.\u{2060}example"), "{}", message.subject);
    }
}

/// Two workers at once, and one that died with a bundle in its hands: each bundle leaves once, and whole.
#[actix_web::test]
async fn a_bundle_is_taken_whole_by_one_worker() {
    let (world, ada, _alan) = acme().await;
    world.ignores_emails();
    let removal = [("do", "remove"), ("people", "grace joan")];
    ada.posts("/acme/members/several", &removal).await.status(200);
    world.posts_in_time().await;
    world.clock.minutes(1);
    // More than one worker takes at a time.
    world.runs(
        "INSERT INTO outbox (id, kind, facts, recipient, bundle, next_attempt_at) \
        SELECT gen_random_uuid(), kind, facts, recipient, bundle, next_attempt_at FROM outbox, generate_series(1, 20) \
        WHERE state = 'queued'",
    );
    let server = MailServer::start(Manner::Delays).await;
    let smtp = || {
        let from = "Roster <roster@example.org>".parse().unwrap();
        Arc::new(Smtp::new(&format!("smtp://{}", server.address), from, "roster.example.org").unwrap())
    };
    let (one, other) = (world.worker_of(smtp(), PATIENCE), world.worker_of(smtp(), PATIENCE));
    let taken = tokio::join!(one.deliver_due(), other.deliver_due());
    assert_eq!(taken.0.unwrap() + taken.1.unwrap(), 84);
    // It waits again as a whole.
    let moments = "SELECT DISTINCT recipient || attempts || next_attempt_at AS text FROM outbox WHERE state = 'queued'";
    assert_eq!(world.texts(moments).len(), 2);
    // Claimed, and then nothing: the worker died.
    world.runs("UPDATE outbox SET attempts = attempts + 1, next_attempt_at = roster_now() + interval '3 minutes' WHERE state = 'queued'");
    server.changes_to(Manner::Takes);
    assert_eq!(one.deliver_due().await.unwrap(), 0, "a living worker holds it");
    world.clock.minutes(5);
    let taken = tokio::join!(one.deliver_due(), other.deliver_due());
    assert_eq!(taken.0.unwrap() + taken.1.unwrap(), 84);
    let messages = server.taken();
    assert_eq!(messages.len(), 2, "one for each owner");
    for message in messages {
        let choice = format!("<{}/account/notifications/acme>", world.site.origin());
        assert!(message.contains("42 changes in Acme") && message.replace("\n ", " ").contains(&choice), "{message}");
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM outbox WHERE state <> 'sent'"), 0);
}

/// Kept in the folder, a bundle is one email, and reads as it would in a mail program.
#[actix_web::test]
async fn a_bundle_is_kept_as_one_letter() {
    let folder = tempfile::tempdir().unwrap();
    let bag = DevMailbox { folder: folder.path().to_owned(), emails: app::emails() };
    let home = World::with(move |app_state| {
        app_state.mailbag = Some(bag);
        app_state.site.shows_mail = true;
    });
    let (world, ada, _alan) = acme_in(home.await).await;
    world.ignores_emails();
    ada.posts("/acme/members/several", &[("do", "remove"), ("people", "grace joan")]).await.status(200);
    world.posts_in_time().await;
    world.clock.minutes(1);
    world.post_into(Folder(folder.path().to_owned())).await;
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    let list = ada.opens("/dev/mail").await;
    list.reads_in("ada@example.org", "2 changes in Acme on Roster");
    list.follows_in("alan@example.org", "2 changes in Acme on Roster").await;
    ada.reads("grace was removed from Acme").reads("joan was removed from Acme").reads("/account/notifications/acme");
}
