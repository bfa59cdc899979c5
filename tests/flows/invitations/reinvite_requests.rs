//! A person who has a link that opens nothing any more asks for a new invitation, and owners decide.

use roster::invitations::worker::answer_requests;

use super::{hears_of_joining, invited, invites};
use crate::shared::{Browser, EmailTemplate, World};

const ASK: &str = "Ask for a New Invitation";

/// Somebody opens a dead link and asks.
async fn asks(world: &World, message: &EmailTemplate) -> Browser {
    let visitor = world.visitor().await;
    visitor.opens_link(message).await.status(404).presses(ASK).await;
    visitor.status(200).is_titled("You asked for a new invitation");
    visitor.reads("If the link was an invitation, we asked the owners.");
    answer_requests(&world.db).await.unwrap();
    visitor
}

/// How many emails asked owners so far.
fn emails_to_owners(world: &World) -> i64 {
    world.number("SELECT count(*) AS number FROM outbox WHERE kind = 'invitation_asked_again'")
}

#[actix_web::test]
async fn an_invitee_who_declined_by_mistake_asks_and_an_owner_approves() {
    let (world, ada, message) = invited().await;
    let grace = world.visitor().await;
    grace.opens_link(&message).await.presses("Decline").await;
    for address in ["grace@example.org", "ada@example.org"] {
        world.message(address, "declined").await;
    }
    asks(&world, &message).await;
    let asked = world.message("ada@example.org", "grace@example.org asks for a new invitation").await;
    assert!(asked.link().contains("/analytical-engines/members#invitation-"), "{}", asked.link());

    ada.opens("/analytical-engines/members").await.reads_in("grace@example.org", "Asked again");
    ada.may_not_in("grace@example.org", "Cancel").may_not_in("grace@example.org", "Resend");
    ada.presses_in("grace@example.org", "Approve").await.reads("Invitation sent to grace@example.org.");
    ada.lists_under("Pending Invites", ["grace@example.org"]).does_not_read("Asked again");
    let again = world.message("grace@example.org", "invited you").await;
    assert_ne!(again.link(), message.link());
    again.reads("Member");
    grace.opens_link(&again).await.creates_account("grace").await.presses("Accept Invitation").await;
    world.message("grace@example.org", "You joined").await;
    hears_of_joining(&world).await;
    ada.opens("/analytical-engines/activity").await.reads("was asked for a new invitation of grace@example.org");
}

#[actix_web::test]
async fn an_expired_invitation_that_is_asked_for_is_sent_again() {
    let (world, ada, message) = invited().await;
    world.clock.days(8);
    asks(&world, &message).await;
    world.message("ada@example.org", "asks for a new invitation").await;
    ada.signs_in("ada").await.opens("/analytical-engines/members").await.reads_in("grace@example.org", "Expired");
    ada.presses_in("grace@example.org", "Approve").await.does_not_read("Expired").does_not_read("Asked again");
    let again = world.message("grace@example.org", "invited you").await;
    assert_eq!(again.link(), message.link(), "an open invitation stays the one it is");
}

/// INV-22: what is dismissed is not asked again that day, is asked to nobody, and after two times never again.
#[actix_web::test]
async fn owners_are_not_pestered() {
    let (world, ada, message) = invited().await;
    ada.opens("/analytical-engines/members").await.presses_in("grace@example.org", "Cancel").await;
    for _ in 0..3 {
        asks(&world, &message).await;
    }
    assert_eq!(emails_to_owners(&world), 1, "one question at a time");
    world.message("ada@example.org", "asks for a new invitation").await;
    ada.opens("/analytical-engines/members").await.presses_in("grace@example.org", "Dismiss").await;
    ada.reads("No new invitation is sent to grace@example.org.").does_not_read("Asked again");
    asks(&world, &message).await;
    assert_eq!(emails_to_owners(&world), 1, "once a day");
    world.clock.hours(25);
    asks(&world, &message).await;
    world.message("ada@example.org", "asks for a new invitation").await;
    ada.opens("/analytical-engines/members").await.presses_in("grace@example.org", "Dismiss").await;
    world.clock.hours(25);
    asks(&world, &message).await;
    assert_eq!(emails_to_owners(&world), 2, "twice no is no");
    world.no_email_to("grace@example.org").await;
}

/// An address whose invitations owners took back three times is not asked for.
#[actix_web::test]
async fn what_owners_took_back_often_enough_is_not_asked_for() {
    let (world, ada, message) = invited().await;
    world.ignores_emails();
    for _ in 0..2 {
        ada.opens("/analytical-engines/members").await.presses_in("grace@example.org", "Cancel").await;
        invites(&ada, "grace@example.org", "Member").await;
    }
    asks(&world, &message).await;
    assert_eq!(emails_to_owners(&world), 1, "taken back twice");
    ada.opens("/analytical-engines/members").await.presses_in("grace@example.org", "Cancel").await;
    world.clock.hours(25);
    asks(&world, &message).await;
    assert_eq!(emails_to_owners(&world), 1, "taken back a third time");
}

/// INV-25: whatever the link is, the page, the answer and the work are the same, and a made-up one reaches nobody.
#[actix_web::test]
async fn inv_25_asking_tells_nothing() {
    let (world, ada, message) = invited().await;
    ada.opens("/analytical-engines/members").await.presses_in("grace@example.org", "Cancel").await;
    let path = message.link().trim_start_matches(&world.site.origin()).to_owned();
    let other = if path.ends_with('A') { 'Q' } else { 'A' };
    let unknown = format!("{}{other}", &path[..path.len() - 1]);
    let nobodys = world.site.link(roster::signed_links::Purpose::Invitation, uuid::Uuid::now_v7(), 1);
    let nobodys = nobodys.trim_start_matches(&world.site.origin()).to_owned();
    let told = |text: String| text.split("Reference").next().unwrap_or_default().to_owned();
    let mut seen = Vec::new();
    for link in
        [path.as_str(), &unknown, &nobodys, "/invitations/%00", "/invitations/01900000-0000-7000-8000-000000000009"]
    {
        let visitor = world.visitor().await;
        visitor.opens(link).await.status(404);
        let page = told(visitor.page().text());
        let length = visitor.would_send(ASK).1.remove(0).1.len();
        let queries = world.queries_of(visitor.presses(ASK)).await;
        seen.push((page, length, queries, visitor.page().text()));
    }
    assert!(seen.iter().all(|one| *one == seen[0]), "{seen:#?}");
    assert_eq!(answer_requests(&world.db).await.unwrap(), 5);
    assert_eq!(emails_to_owners(&world), 1);
    world.message("ada@example.org", "asks for a new invitation").await;
}

/// Who never opened the link asks for nothing by knowing the invitation's id, and no other token will do.
#[actix_web::test]
async fn nobody_asks_with_what_is_no_link() {
    let (world, ada, _letter) = invited().await;
    ada.opens("/analytical-engines/members").await.presses_in("grace@example.org", "Cancel").await;
    let id = world.texts("SELECT id::text AS text FROM invitations").remove(0);
    let stranger = world.person("mallory").await;
    stranger.opens(&format!("/invitations/{id}")).await.status(404).presses(ASK).await;
    let made = world.site.link(roster::signed_links::Purpose::Invitation, uuid::Uuid::parse_str(&id).unwrap(), 1);
    let token = made.rsplit('/').next().unwrap();
    for link in [token, &id, "", "nonsense"] {
        let answer = stranger.posts("/invitations/requests", &[("link", link)]).await;
        assert_eq!((answer.status, answer.location()), (303, "/invitations/requests"));
    }
    answer_requests(&world.db).await.unwrap();
    assert_eq!(emails_to_owners(&world), 0);
}

/// A link that still works asks for nothing, a member asks for nothing, and where an open invitation waits
/// already it is that one which is sent again.
#[actix_web::test]
async fn only_dead_links_of_people_outside_ask() {
    let (world, ada, message) = invited().await;
    ada.opens("/analytical-engines/members").await.presses_in("grace@example.org", "Cancel").await;
    invites(&ada, "grace@example.org", "Member").await;
    let second = world.email_to("grace@example.org").await;
    asks(&world, &message).await;
    world.message("ada@example.org", "asks for a new invitation").await;
    ada.opens("/analytical-engines/members").await.lists_under("Pending Invites", ["Asked again"]);
    ada.presses_in("grace@example.org", "Approve").await;
    assert_eq!(world.email_to("grace@example.org").await.link(), second.link());

    let grace = world.person("grace").await;
    grace.opens_link(&second).await.presses("Accept Invitation").await;
    world.message("grace@example.org", "You joined").await;
    hears_of_joining(&world).await;
    world.clock.hours(25);
    asks(&world, &message).await;
    assert_eq!(emails_to_owners(&world), 1, "grace is a member");
}

/// INV-20, INV-22: owners alone answer, for their own organization, and once.
#[actix_web::test]
async fn owners_answer_for_their_own_organization() {
    let (world, ada, message) = invited().await;
    world.ignores_emails();
    ada.opens("/analytical-engines/members").await.presses_in("grace@example.org", "Cancel").await;
    asks(&world, &message).await;
    let id = world.texts("SELECT id::text AS text FROM invitations").remove(0);
    let rival = world.founder("rival", "Rival Works").await;
    for what in ["approval", "dismissal"] {
        rival.posts(&format!("/rival-works/invitations/{id}/{what}"), &[]).await.status(404);
        rival.posts(&format!("/analytical-engines/invitations/{id}/{what}"), &[]).await.status(404);
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM invitations"), 1);
    ada.opens("/analytical-engines/members").await;
    let stale = format!("/analytical-engines/invitations/{id}/approval");
    ada.presses_in("grace@example.org", "Approve").await;
    let again = ada.posts(&stale, &[]).await;
    assert_eq!(again.status, 303);
    ada.reloads().await.reads("was answered already");
    assert_eq!(world.number("SELECT count(*) AS number FROM invitations"), 2, "pressed twice, sent once");
}

/// DOS: one source asks only so often, whatever its links are.
#[actix_web::test]
async fn asking_is_throttled_by_source() {
    let (world, _ada, _letter) = invited().await;
    let visitor = world.visitor().await;
    for _ in 0..60 {
        visitor.posts("/invitations/requests", &[("link", "x")]).await.status(303);
    }
    let refused = visitor.posts("/invitations/requests", &[("link", "x")]).await;
    refused.status(429).reads("Try again in");
}
