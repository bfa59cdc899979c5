//! Undo: what was cut by mistake is restored, all of it, for half an hour.

use super::{AS_IT_WAS, acme, roles};
use crate::shared::browser::Browser;

/// Where the last change is undone, by the button beside the word.
fn undo(browser: &Browser) -> String {
    browser.would_send("Undo").0
}

#[actix_web::test]
async fn a_removal_is_undone_from_the_next_page_with_all_that_was_cut() {
    let (world, ada, alan, _grace) = acme().await;
    let marie = world.visitor().await;
    let seat = "SELECT role || joined_at || last_active_at || coalesce(invited_by::text, 'nobody') AS text \
                FROM memberships JOIN accounts ON accounts.id = account_id WHERE username = 'alan'";
    alan.opens("/acme/members").await.fills("Email", "marie@example.org").presses("Send Invite").await;
    let invitation = world.email_to("marie@example.org").await;
    world.runs("UPDATE memberships SET invited_by = (SELECT primary_owner_id FROM organizations), joined_at = joined_at - interval '1 year'");
    let kept = world.texts(seat);

    ada.opens("/acme/members").await.follows_in("alan", "Remove").await.presses("Yes").await;
    ada.reads("alan was removed from Acme.").reads("2 people belong to Acme.").may("Undo");
    alan.gets("/acme").await.status(404);
    marie.opens_link(&invitation).await.status(404);
    ada.presses("Undo").await.is_at("/acme/members").reads("alan is an owner of Acme again.").may_not("Undo");
    ada.reads("3 people belong to Acme.").reads("marie@example.org");
    assert_eq!(roles(&world), AS_IT_WAS);
    assert_eq!(world.texts(seat), kept, "it is the same seat");
    alan.gets("/acme").await.status(200);
    marie.opens_link(&invitation).await.status(200).reads("Acme");

    ada.opens("/acme/activity").await.reads("ada undid the removal of alan, who is an owner again");
    ada.reads("ada restored the invitation of marie@example.org").may_not("Undo");
    world.message("alan@example.org", "You were removed from Acme").await;
    world.message("alan@example.org", "You belong to Acme on Roster again").await.reads("with the role Owner");
    world.message("ada@example.org", "alan was removed from Acme").await;
    world.message("ada@example.org", "alan belongs to Acme on Roster again").await;
}

#[actix_web::test]
async fn a_role_change_is_undone_from_the_mail_and_from_the_history() {
    let (world, ada, alan, grace) = acme().await;
    ada.opens("/acme/members").await.presses_in("grace", "Make Owner").await.presses("Yes").await;
    let message = world.message("alan@example.org", "grace is now an owner").await;
    // The link changes nothing by itself, and belongs to owners.
    alan.opens_link(&message).await.is_titled("Undo the role change of grace?").reads("grace is a member again");
    assert_eq!(roles(&world), ["ada primary", "alan owner", "grace owner"]);
    alan.opens("/acme/activity").await.follows("Undo").await.presses("Undo").await;
    alan.is_at("/acme/members").reads("grace is a member of Acme again.");
    assert_eq!(roles(&world), AS_IT_WAS);
    alan.opens_link(&message).await.is_titled("This cannot be undone").reads("was undone already").may_not("Undo");
    grace
        .opens("/acme/activity")
        .await
        .reads("undid the role change of grace, from Owner back to Member")
        .may_not("Undo");

    // Invitations that a demoted owner sent come back with the role.
    alan.opens("/acme/members").await.fills("Email", "marie@example.org").presses("Send Invite").await;
    let open = "SELECT email AS text FROM invitations WHERE ended_at IS NULL";
    ada.opens("/acme/members").await.presses_in("alan", "Make Member").await.presses("Yes").await;
    assert_eq!(world.texts(open), [""; 0]);
    grace.opens("/acme/activity").await.may_not("Undo");
    alan.opens("/acme/activity").await.may_not("Undo");
    ada.opens("/acme/activity")
        .await
        .follows("Undo")
        .await
        .presses("Undo")
        .await
        .reads("alan is an owner of Acme again.");
    assert_eq!(world.texts(open), ["marie@example.org"]);
    world.ignores_emails();
}

/// MEM-04, ORG-01: undoing is for owners of that organization, as they are now.
#[actix_web::test]
async fn mem_04_nobody_undoes_what_they_could_not_do() {
    let (world, ada, alan, grace) = acme().await;
    world.ignores_emails();
    let rival = world.founder("rival", "Rival").await;
    ada.opens("/acme/members").await.presses_in("alan", "Make Member").await.presses("Yes").await;
    let path = undo(&ada);
    let elsewhere = path.replace("/acme/", "/rival/");
    for who in [&alan, &grace] {
        who.gets(&path).await.status(403);
        who.posts(&path, &[]).await.status(403);
    }
    for path in [&path, &elsewhere] {
        rival.gets(path).await.status(404);
        rival.posts(path, &[]).await.status(404);
    }
    ada.posts("/acme/undoings/no-id", &[]).await.status(404);
    assert_eq!(roles(&world), ["ada primary", "alan member", "grace member"]);
    ada.opens("/acme/settings").await.follows("Delete this Organization").await.presses("Yes").await;
    ada.posts(&path, &[]).await.status(404);
}

/// MEM-17: what happened in between forbids it, and says so; pressed twice it is done once.
#[actix_web::test]
async fn mem_17_undo_is_refused_with_a_reason_where_something_came_between() {
    let (world, ada, _alan, grace) = acme().await;
    world.ignores_emails();
    let refused = async |path: &str, why: &str| {
        let before = roles(&world);
        ada.posts(path, &[]).await.status(303);
        ada.opens("/acme/members").await.reads("Nothing was undone.").reads(why);
        assert_eq!(roles(&world), before);
    };
    let removes = async || {
        ada.opens("/acme/members").await.follows_in("grace", "Remove").await.presses("Yes").await;
        undo(&ada)
    };
    let removal = removes().await;
    ada.opens("/acme/members").await.fills("Email", "grace@example.org").presses("Send Invite").await;
    refused(&removal, "grace@example.org was invited again since then.").await;
    grace.opens("/dashboard").await.follows("View Invitation").await.presses("Accept Invitation").await;
    refused(&removal, "grace belongs to the organization again.").await;

    ada.opens("/acme/members").await.presses_in("grace", "Make Owner").await.presses("Yes").await;
    let first = undo(&ada);
    ada.presses_in("grace", "Make Member").await.presses("Yes").await;
    ada.presses_in("grace", "Make Owner").await.presses("Yes").await;
    let last = undo(&ada);
    refused(&first, "Something else was changed about grace since then.").await;
    ada.posts("/account/organizations/acme/handover", &[("to", "grace")]).await.status(303);
    refused(&last, "grace is the primary owner now, and stays an owner.").await;
    grace.posts("/account/organizations/acme/handover", &[("to", "ada")]).await.status(303);
    for _ in 0..2 {
        ada.posts(&last, &[]).await.status(303);
        ada.opens("/acme/members").await.reads("grace is a member of Acme again.");
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind = 'role_change_undone'"), 1);

    let removal = removes().await;
    world.clock.minutes(30);
    refused(&removal, "30 minutes. That time has passed.").await;
    ada.opens("/acme/activity").await.may_not("Undo");
    world.clock.days(2);
    world.db.without_authorization(roster::members::undo::forget_lapsed).await.unwrap();
    assert_eq!(world.number("SELECT count(*) AS number FROM undoings"), 0);
}
