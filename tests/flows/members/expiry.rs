//! Memberships that end with a day.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use roster::app;
use roster::members::expiry::{end_due, remind_due};

use super::{acme, roles};
use crate::shared::{Browser, World, start};

/// The day so many days from now, as a form carries it.
fn day(ahead: u64) -> NaiveDate {
    start().date_naive().checked_add_days(Days::new(ahead)).unwrap()
}

/// As ada reads it.
fn read(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// Moves the clock to so long after the beginning of a day, by UTC.
fn moves_to(world: &World, day: NaiveDate, after: TimeDelta) {
    let goal: DateTime<Utc> = day.and_hms_opt(0, 0, 0).unwrap().and_utc() + after + TimeDelta::seconds(1);
    world.clock.moves(goal - roster_now(world));
}

fn roster_now(world: &World) -> DateTime<Utc> {
    world.db.approximate_now()
}

/// Somebody signs in again, after a time in which their session has lapsed.
async fn comes_back(world: &World, who: &str) -> Browser {
    let browser = world.visitor().await;
    browser.signs_in(who).await;
    browser
}

async fn sets_end(owner: &Browser, person: &str, day: &str) {
    owner
        .opens("/acme/members")
        .await
        .follows_in(person, "Access Ends")
        .await
        .is_titled(&format!("Access end date of {person}"));
    owner.fills("Access Ends", day).presses("Save").await;
}

#[actix_web::test]
async fn an_owner_limits_a_membership_and_it_ends_with_the_day() {
    let (world, ada, _, grace) = acme().await;
    let last = day(10);
    sets_end(&ada, "grace", &last.to_string()).await;
    ada.is_at("/acme/members").reads(&format!("The membership of grace in Acme ends with {}.", read(last)));
    ada.reads_in("grace", &format!("Until {}", read(last)));
    grace.opens("/acme/members").await.reads_in("grace", &format!("Until {}", read(last)));
    world.message("grace@example.org", "Your membership of Acme on Roster ends with").await.reads("midnight UTC");
    for owner in ["ada", "alan"] {
        let message = world.message(&format!("{owner}@example.org"), "The membership of grace in Acme").await;
        message.reads("ada set an end date");
    }
    // The same day again is no news; another one is.
    sets_end(&ada, "grace", &last.to_string()).await;
    assert!(world.mail.unread().is_empty());

    // A week before, owners are reminded, once for each end.
    moves_to(&world, last, TimeDelta::days(-7));
    assert_eq!(remind_due(&world.db).await.unwrap(), 0, "more than a week is left");
    moves_to(&world, last, TimeDelta::days(-5));
    assert_eq!(remind_due(&world.db).await.unwrap(), 1);
    assert_eq!(remind_due(&world.db).await.unwrap(), 0, "once is enough");
    for owner in ["ada", "alan"] {
        let message = world.message(&format!("{owner}@example.org"), "grace in Acme on Roster ends soon").await;
        message.reads(&format!("when {} is over", read(last))).reads("set a later date, or none");
    }

    // To the last moment of the day there is access, and from then on none, though no worker has been there.
    moves_to(&world, last, TimeDelta::hours(24) - TimeDelta::minutes(10));
    let (ada, alan, grace) =
        (comes_back(&world, "ada").await, comes_back(&world, "alan").await, comes_back(&world, "grace").await);
    grace.opens("/acme/members").await.status(200);
    assert_eq!(end_due(&world.db, &app::membership_dependents()).await.unwrap(), 0);
    grace.opens("/acme/new-project").await.fills("Project Name", "Compiler");
    world.clock.minutes(20);
    grace.presses("Create Project").await.status(403).is_titled("Your membership is suspended");
    grace
        .reads(&format!("The last day of your membership was {}.", read(last)))
        .reads("ask ada or alan to restore you");
    for path in ["/acme", "/acme/members", "/acme/activity", "/acme/permissions"] {
        grace.gets(path).await.status(403);
    }
    grace.opens("/dashboard").await.reads("Suspended").does_not_read("set the last day of grace");
    ada.opens("/acme/members")
        .await
        .reads_in("grace", "Suspended")
        .reads_in("grace", "Ended with")
        .may_in("grace", "Restore");
    world.post().await;
    assert!(!world.mail.unread().iter().any(|message| message.subject.contains("has ended")), "told before it is done");

    // The worker does the rest, once.
    assert_eq!(end_due(&world.db, &app::membership_dependents()).await.unwrap(), 1);
    assert_eq!(end_due(&world.db, &app::membership_dependents()).await.unwrap(), 0);
    world
        .message("grace@example.org", "Your membership of Acme on Roster has ended")
        .await
        .reads("the role Member are kept");
    for owner in ["ada", "alan"] {
        world.message(&format!("{owner}@example.org"), "The membership of grace in Acme on Roster has ended").await;
    }
    ada.opens("/acme/activity").await.reads("Roster suspended grace, whose last day is over");
    ada.reads("Roster reminded owners that the last day of grace").reads("ada set the last day of grace to");
    assert_eq!(roles(&world), super::AS_IT_WAS, "the seat and the role are kept");

    // Restoring asks for a new day, or none.
    alan.opens("/acme/members").await.follows_in("grace", "Restore").await.reads("The last day of grace was");
    alan.holds("Access Ends", "").fills("Access Ends", &last.to_string()).presses("Yes").await.status(422);
    alan.reads_beside("Access Ends", "This day is over.");
    let later = last.checked_add_days(Days::new(30)).unwrap();
    alan.fills("Access Ends", &later.to_string()).presses("Yes").await.reads("grace has access to Acme again.");
    alan.reads_in("grace", &format!("Until {}", read(later)));
    grace.opens("/acme/members").await.status(200);
    for who in ["ada", "alan", "grace"] {
        world
            .message(&format!("{who}@example.org"), "Acme on Roster was restored")
            .await
            .reads(&format!("when {} is over", read(later)));
    }
    // Taken away, it goes on for good.
    sets_end(&alan, "grace", "").await;
    alan.reads("has no end date.").may_in("grace", "Access Ends");
    moves_to(&world, later, TimeDelta::days(100));
    assert_eq!(end_due(&world.db, &app::membership_dependents()).await.unwrap(), 0);
    world.ignores_emails();
}

#[actix_web::test]
async fn an_invitation_can_offer_a_membership_that_ends() {
    let (world, ada, ..) = acme().await;
    let last = day(3);
    ada.opens("/acme/members").await.fills("Email", "marie@example.org").fills("Access Ends", &last.to_string());
    ada.presses("Send Invite").await.reads("Invitation sent to marie@example.org.");
    ada.reads_in("marie@example.org", &format!("Membership until {}", read(last)));
    let message = world.email_to("marie@example.org").await;
    message.reads(&format!("as Member, until {}", read(last)));
    // The invitation lasts no longer than what it offers.
    assert_eq!(world.number("SELECT count(*) AS number FROM invitations WHERE expires_at = membership_ends_at"), 1);
    let marie = world.person("marie").await;
    marie.opens_link(&message).await.reads(&format!("Until {}", read(last))).presses("Accept Invitation").await;
    marie.opens("/acme/members").await.reads_in("marie", &format!("Until {}", read(last)));
    ada.opens("/acme/activity").await.reads("ada offered marie@example.org a membership until");
    world
        .message("marie@example.org", "You joined Acme")
        .await
        .reads(&format!("The membership ends when {}", read(last)));
    moves_to(&world, last, TimeDelta::hours(24));
    marie.gets("/acme/members").await.status(403);
    assert_eq!(end_due(&world.db, &app::membership_dependents()).await.unwrap(), 1);

    // Sent again past the day, it says what to do.
    let next = last.checked_add_days(Days::new(2)).unwrap();
    ada.opens("/acme/members").await.fills("Email", "joan@example.org").fills("Access Ends", &next.to_string());
    ada.presses("Send Invite").await;
    moves_to(&world, next, TimeDelta::hours(25));
    ada.opens("/acme/members").await.presses_in("joan@example.org", "Resend").await;
    ada.reads("The end date in the invitation of joan@example.org is over. Cancel it, and invite them");
    for typed in ["2020-01-01", "soon", "2999-01-01"] {
        ada.opens("/acme/members").await.fills("Email", "max@example.org").fills("Access Ends", typed);
        ada.presses("Send Invite").await.status(422).holds("Access Ends", typed).holds("Email", "max@example.org");
    }
    world.ignores_emails();
}

/// MEM-09: the organization never rests on somebody whose membership ends, and nobody changes their own end; not even
/// behind the application's back.
#[actix_web::test]
async fn mem_09_neither_the_primary_owner_nor_oneself_is_limited() {
    let (world, ada, alan, grace) = acme().await;
    world.ignores_emails();
    let last = day(10).to_string();
    ada.opens("/acme/members").await.may_not_in("ada", "Access Ends").may_in("alan", "Access Ends");
    alan.opens("/acme/members").await.may_not_in("alan", "Access Ends").may_not_in("ada", "Access Ends");
    alan.opens("/acme/members/ada/end-date").await.is_at("/acme/members").reads("the organization rests on them");
    for (who, whom, told) in [
        (&alan, "ada", "ada is the primary owner: the organization rests on them"),
        (&ada, "ada", "ada is the primary owner: the organization rests on them"),
        (&alan, "alan", "You cannot change your own end date. Another owner can."),
    ] {
        who.posts(&format!("/acme/members/{whom}/end-date"), &[("ends_on", &last)]).await.status(303);
        who.opens("/acme/members").await.reads(told).does_not_read("Until ");
    }
    grace.posts("/acme/members/alan/end-date", &[("ends_on", &last)]).await.status(403);
    ada.posts("/acme/members/nobody-at-all/end-date", &[("ends_on", &last)]).await.status(404);
    let statement = "UPDATE memberships SET ends_at = '2999-01-01T00:00:00Z' FROM accounts WHERE accounts.id = account_id AND username = 'ada'";
    let refused = diesel::RunQueryDsl::execute(diesel::sql_query(statement), &mut world.connection()).unwrap_err();
    assert!(refused.to_string().contains("organizations_primary_owner_is_an_owner"), "{refused}");
    let statement = "UPDATE memberships SET ends_at = '2999-01-01T12:00:00Z' FROM accounts WHERE accounts.id = account_id AND username = 'grace'";
    let refused = diesel::RunQueryDsl::execute(diesel::sql_query(statement), &mut world.connection()).unwrap_err();
    assert!(refused.to_string().contains("memberships_end_with_a_day"), "{refused}");

    // An owner with an end date takes nothing over before it is taken away.
    sets_end(&ada, "alan", &last).await;
    ada.opens("/account/organizations").await.may_not_in("Acme", "Hand Over");
    ada.posts("/account/organizations/acme/handover", &[("to", "alan")])
        .await
        .status(422)
        .reads("before the date is taken");
    ada.posts("/acme/members/grace/role", &[("role", "owner")]).await.status(303);
    ada.posts("/account/organizations/acme/handover", &[("to", "alan")]).await.status(422).reads("take it away first");
    ada.posts("/acme/members/grace/role", &[("role", "member"), ("confirmed", "yes")]).await.status(303);
    sets_end(&ada, "alan", "").await;
    ada.posts("/account/organizations/acme/handover", &[("to", "alan")]).await.status(303);
    assert_eq!(roles(&world), ["ada owner", "alan primary", "grace member"]);
}

/// An owner whose last day is over is no owner anywhere, from that moment, whenever the worker comes.
#[actix_web::test]
async fn an_owner_whose_day_is_over_is_no_owner_anywhere() {
    let (world, ada, alan, grace) = acme().await;
    world.ignores_emails();
    let marie = world.person("marie").await;
    alan.opens("/acme/members").await.fills("Email", "marie@example.org").presses("Send Invite").await;
    let invitation = world.email_to("marie@example.org").await;
    marie.opens("/dashboard").await.reads("Acme");
    let last = day(1);
    sets_end(&ada, "alan", &last.to_string()).await;
    moves_to(&world, last, TimeDelta::hours(24));
    alan.gets("/acme/members").await.status(403);
    marie.opens("/dashboard").await.does_not_read("Acme");
    marie.opens_link(&invitation).await.status(404);
    grace.opens("/acme/members").await.reads("ask ada.").does_not_read("ask ada or alan");
    world.post().await;
    while world.mail.take(|message| message.to == "alan@example.org").is_some() {}
    grace.opens("/account/organizations").await.follows_in("Acme", "Leave").await.presses("Yes").await;
    world.message("ada@example.org", "grace left Acme").await;
    world.no_email_to("alan@example.org").await;
    // What hung on the access ends with it, once the worker has been there.
    assert_eq!(end_due(&world.db, &app::membership_dependents()).await.unwrap(), 1);
    ada.opens("/acme/activity").await.reads("ended the invitation of marie@example.org");
}

/// Undo, roles and suspension keep the end; the exports carry it.
#[actix_web::test]
async fn whatever_else_is_done_keeps_the_end() {
    let (world, ada, ..) = acme().await;
    world.ignores_emails();
    let last = day(10);
    sets_end(&ada, "grace", &last.to_string()).await;
    let kept = "SELECT coalesce(ends_at::text, '') || role AS text FROM memberships JOIN accounts ON accounts.id = account_id WHERE username = 'grace'";
    let before = world.texts(kept);
    // Removed, and restored.
    ada.opens("/acme/members").await.follows_in("grace", "Remove").await.presses("Yes").await;
    ada.presses("Undo").await;
    assert_eq!(world.texts(kept), before);
    // Another role, and back.
    ada.posts("/acme/members/grace/role", &[("role", "owner")]).await.status(303);
    ada.opens("/acme/members").await.reads_in("grace", &format!("Until {}", read(last))).reads_in("grace", "Owner");
    ada.posts("/acme/members/grace/role", &[("role", "member")]).await.status(303);
    // Suspended by hand, the day that lies ahead is offered when they are restored.
    ada.opens("/acme/members").await.follows_in("grace", "Suspend").await.presses("Yes").await;
    ada.may_not_in("grace", "Access Ends");
    ada.posts("/acme/members/grace/end-date", &[("ends_on", "")]).await.status(303);
    ada.opens("/acme/members").await.reads("grace is suspended. Press Restore");
    ada.follows_in("grace", "Restore").await.holds("Access Ends", &last.to_string()).presses("Yes").await;
    assert_eq!(world.texts(kept), before);
    let answer = ada.posts("/acme/members/export", &[("format", "csv")]).await;
    assert!(answer.body_text().contains(&last.to_string()), "{}", answer.body_text());

    // Had back after the day is over, it gives no access.
    moves_to(&world, last, TimeDelta::hours(23) + TimeDelta::minutes(50));
    let (ada, grace) = (comes_back(&world, "ada").await, comes_back(&world, "grace").await);
    ada.opens("/acme/members").await.follows_in("grace", "Remove").await.presses("Yes").await;
    world.clock.minutes(20);
    ada.presses("Undo").await;
    grace.gets("/acme/members").await.status(403);
    assert_eq!(end_due(&world.db, &app::membership_dependents()).await.unwrap(), 1);
}

/// Several Rosters at once, and started again: each end is shown once, and each membership suspended once.
#[actix_web::test]
async fn of_several_rosters_one_ends_and_one_reminds() {
    let (world, ada, alan, _grace) = acme().await;
    world.ignores_emails();
    let last = day(10);
    for (who, whom) in [(&ada, "grace"), (&ada, "alan")] {
        sets_end(who, whom, &last.to_string()).await;
    }
    drop(alan);
    moves_to(&world, last, TimeDelta::days(-3));
    let told = tokio::join!(remind_due(&world.db), remind_due(&world.db), remind_due(&world.db));
    remind_due(&world.db).await.unwrap();
    drop(told);
    moves_to(&world, last, TimeDelta::hours(24));
    let dependents = app::membership_dependents();
    let ended =
        tokio::join!(end_due(&world.db, &dependents), end_due(&world.db, &dependents), end_due(&world.db, &dependents));
    end_due(&world.db, &dependents).await.unwrap();
    drop(ended);
    for (kind, times) in [("end_called_to_mind", 2), ("membership_ended", 2)] {
        assert_eq!(
            world.number(&format!("SELECT count(*) AS number FROM history WHERE kind = '{kind}'")),
            times,
            "{kind}"
        );
    }
}
