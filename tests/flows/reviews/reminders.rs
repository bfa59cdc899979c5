//! A reminder each quarter, if wanted.

use roster::reviews::reminders::remind_due;

use super::{acme, begins};
use crate::shared::{Browser, World};

/// Signs somebody in again: sessions end before a quarter does.
async fn comes_back(world: &World, who: &str) -> Browser {
    let browser = world.visitor().await;
    browser.signs_in(who).await;
    browser
}

async fn reminded(world: &World) {
    for owner in ["ada", "alan"] {
        let message = world.message(&format!("{owner}@example.org"), "An access review of Acme on Roster is due").await;
        message.reads("90 days have gone by without an access review of Acme.");
    }
    world.no_email_to("grace@example.org").await;
    world.no_email_to("mary@example.org").await;
}

#[actix_web::test]
async fn owners_are_reminded_once_a_quarter_if_they_want_it() {
    let (world, ada, _) = acme().await;
    // Off at first.
    ada.opens("/acme/reviews").await.reads("Reminders are off.");
    world.clock.days(200);
    assert_eq!(remind_due(&world.db).await.unwrap(), 0);
    let ada = comes_back(&world, "ada").await;
    ada.opens("/acme/overview").await.does_not_read("An access review is due");
    ada.opens("/acme/reviews").await.presses("Remind Each Quarter").await.reads("Reminders are on");
    // Twice is once.
    ada.posts("/acme/reviews/reminders", &[("wanted", "yes")]).await.status(303);
    ada.posts("/acme/reviews/reminders", &[("wanted", "perhaps")]).await.status(400);
    let turned = "SELECT count(*) AS number FROM history WHERE kind = 'access_review_reminders_changed'";
    assert_eq!(world.number(turned), 1);
    assert_eq!(remind_due(&world.db).await.unwrap(), 0, "not the moment it is turned on");
    world.clock.days(89);
    assert_eq!(remind_due(&world.db).await.unwrap(), 0);
    world.clock.days(2);
    let ada = comes_back(&world, "ada").await;
    ada.opens("/acme/overview").await.reads("An access review is due").may("Access Review");
    // Of several Rosters one does it, and none again.
    let told = tokio::join!(remind_due(&world.db), remind_due(&world.db), remind_due(&world.db));
    assert_eq!(told.0.unwrap() + told.1.unwrap() + told.2.unwrap() + remind_due(&world.db).await.unwrap(), 1);
    reminded(&world).await;
    ada.opens("/acme/activity").await.reads("Roster reminded owners of an access review");
    ada.opens("/acme/overview").await.reads("An access review is due");
    world.clock.days(60);
    assert_eq!(remind_due(&world.db).await.unwrap(), 0, "once a quarter");
    world.clock.days(31);
    assert_eq!(remind_due(&world.db).await.unwrap(), 1);
    reminded(&world).await;

    // Never while a review is under way; and a quarter after it is finished.
    let ada = comes_back(&world, "ada").await;
    begins(&ada).await;
    let path = ada.path();
    ada.opens("/acme/reviews").await.reads("While a review is under way, nobody is reminded.");
    ada.opens("/acme/overview").await.does_not_read("An access review is due");
    world.clock.days(200);
    assert_eq!(remind_due(&world.db).await.unwrap(), 0);
    let ada = comes_back(&world, "ada").await;
    ada.opens(&format!("{path}/completion")).await.presses("Yes").await;
    world.clock.days(89);
    assert_eq!(remind_due(&world.db).await.unwrap(), 0);
    world.clock.days(2);
    assert_eq!(remind_due(&world.db).await.unwrap(), 1);
    reminded(&world).await;

    // Turned off, and nobody is reminded any more.
    let ada = comes_back(&world, "ada").await;
    ada.opens("/acme/reviews").await.presses("Stop Reminders").await.reads("Reminders are off.");
    world.clock.days(200);
    assert_eq!(remind_due(&world.db).await.unwrap(), 0);
    world.ignores_emails();
}

/// INV-38: what is no longer true when the email leaves is not sent: a review was begun, or the reader is no owner.
#[actix_web::test]
async fn a_reminder_that_is_true_no_more_is_not_sent() {
    let (world, ada, _) = acme().await;
    ada.posts("/acme/reviews/reminders", &[("wanted", "yes")]).await.status(303);
    world.clock.days(91);
    assert_eq!(remind_due(&world.db).await.unwrap(), 1);
    world.runs(
        "UPDATE memberships SET role = 'member' FROM accounts WHERE accounts.id = account_id AND username = 'alan'",
    );
    world.message("ada@example.org", "is due").await;
    world.no_email_to("alan@example.org").await;
    world.clock.days(91);
    assert_eq!(remind_due(&world.db).await.unwrap(), 1);
    let ada = comes_back(&world, "ada").await;
    begins(&ada).await;
    world.post().await;
    assert!(!world.mail.unread().iter().any(|message| message.subject.contains("is due")));
    world.ignores_emails();
}

/// A deleted organization waits; an erased one takes its reviews and reminders with it.
#[actix_web::test]
async fn nothing_is_left_of_what_is_erased() {
    let (world, ada, _) = acme().await;
    world.ignores_emails();
    begins(&ada).await;
    ada.posts("/acme/reviews/reminders", &[("wanted", "yes")]).await.status(303);
    world.runs(
        "UPDATE review_reminders SET due_at = roster_now() - interval '1 day'; \
         UPDATE organizations SET deleted_at = roster_now(), erase_at = roster_now() + interval '14 days'",
    );
    assert_eq!(remind_due(&world.db).await.unwrap(), 0);
    world.clock.days(15);
    assert_eq!(roster::organizations::erase_due(&world.db).await.unwrap(), 1);
    for table in ["reviews", "review_people", "review_reminders"] {
        assert_eq!(world.number(&format!("SELECT count(*) AS number FROM {table}")), 0, "{table}");
    }
}
