//! Suspended: no access from that moment, with all else kept.

use super::{acme, roles};

#[actix_web::test]
async fn an_owner_suspends_somebody_and_restores_them() {
    let (world, ada, alan, grace) = acme().await;
    let joined = "SELECT joined_at::text || role || coalesce(invited_by::text, '') AS text FROM memberships JOIN accounts ON accounts.id = account_id WHERE username = 'grace'";
    let kept = world.texts(joined);
    grace.opens("/acme/new-project").await.fills("Project Name", "Compiler");
    ada.opens("/acme/members").await.follows_in("grace", "Suspend").await.is_titled("Suspend grace?");
    ada.reads("loses access immediately").reads("the role Member and what grace made are kept");
    ada.presses("Yes").await.is_at("/acme/members").reads("grace is suspended in Acme.");
    ada.reads_in("grace", "Suspended")
        .reads_in("grace", "Member")
        .may_in("grace", "Restore")
        .may_not_in("grace", "Suspend");
    ada.reads("3 people belong to Acme.");

    // Whatever tab was open: nothing is left of the access, and the page says whom to ask.
    grace.presses("Create Project").await.status(403).is_titled("Your membership is suspended");
    for path in ["/acme", "/acme/members", "/acme/activity", "/acme/permissions", "/acme/settings"] {
        grace.gets(path).await.status(403).reads("ask ada or alan to restore you").reads("with the role Member");
    }
    grace.opens("/dashboard").await.reads("Suspended").does_not_read("suspended grace");
    grace.opens("/account/organizations").await.reads_in("Acme", "Suspended").may_in("Acme", "Leave");
    world.message("grace@example.org", "You were suspended in Acme").await.reads("the role Member are kept");
    for owner in ["ada", "alan"] {
        world.message(&format!("{owner}@example.org"), "grace was suspended in Acme").await.reads("ada suspended");
    }

    alan.opens("/acme/members").await.follows_in("grace", "Restore").await.is_titled("Restore grace?");
    alan.reads("grace is a member again").presses("Yes").await.reads("grace has access to Acme again.");
    alan.may_in("grace", "Suspend")
        .opens("/acme/activity")
        .await
        .reads("ada suspended grace")
        .reads("alan restored grace");
    assert_eq!(world.texts(joined), kept, "it is the same seat");
    grace
        .opens("/acme/new-project")
        .await
        .fills("Project Name", "Compiler")
        .presses("Create Project")
        .await
        .status(200);
    world
        .message("grace@example.org", "Your access to Acme on Roster was restored")
        .await
        .reads("with the role Member");
    for owner in ["ada", "alan"] {
        world.message(&format!("{owner}@example.org"), "Access of grace to Acme on Roster was restored").await;
    }
}

/// MEM-02, MEM-12: nobody shuts out the primary owner, nor themselves; not even behind the application's back.
#[actix_web::test]
async fn mem_02_the_primary_owner_is_not_suspended_and_nobody_suspends_themselves() {
    let (world, ada, alan, grace) = acme().await;
    ada.opens("/acme/members").await.may_not_in("ada", "Suspend").may_in("alan", "Suspend");
    alan.opens("/acme/members").await.may_not_in("alan", "Suspend").may_not_in("ada", "Suspend");
    for (who, whom, told) in [
        (&alan, "ada", "ada is the primary owner and cannot be suspended."),
        (&ada, "ada", "ada is the primary owner and cannot be suspended."),
        (&alan, "alan", "You cannot suspend yourself."),
    ] {
        who.posts(&format!("/acme/members/{whom}/suspension"), &[]).await.status(303);
        who.opens("/acme/members").await.reads(told).does_not_read("Suspended");
    }
    grace.posts("/acme/members/alan/suspension", &[]).await.status(403);
    ada.posts("/acme/members/nobody-at-all/suspension", &[]).await.status(404);
    ada.posts("/acme/members/nobody-at-all/restoration", &[]).await.status(404);
    let statement = "UPDATE memberships SET suspended_at = roster_now() FROM accounts WHERE accounts.id = account_id AND username = 'ada'";
    let refused = diesel::RunQueryDsl::execute(diesel::sql_query(statement), &mut world.connection()).unwrap_err();
    assert!(refused.to_string().contains("organizations_primary_owner_is_an_owner"), "{refused}");
    assert_eq!(world.number("SELECT count(*) AS number FROM memberships WHERE suspended_at IS NOT NULL"), 0);
}

/// A suspended owner counts as an owner nowhere: not for help, not for handing over, not for mail, not for joining
/// in their name, not for the link to restore what was deleted.
#[actix_web::test]
async fn a_suspended_owner_is_no_owner_anywhere() {
    let (world, ada, alan, grace) = acme().await;
    let marie = world.person("marie").await;
    alan.opens("/acme/members").await.fills("Email", "marie@example.org").presses("Send Invite").await;
    let invitation = world.email_to("marie@example.org").await;
    ada.opens("/acme/members").await.follows_in("alan", "Suspend").await;
    ada.reads("The open invitation of marie@example.org, which alan sent, ends.").presses("Yes").await;
    marie.opens_link(&invitation).await.status(404);
    marie.opens("/dashboard").await.does_not_read("Acme");
    world.message("alan@example.org", "You were suspended").await;
    world.message("ada@example.org", "alan was suspended").await;

    grace.opens("/acme/members").await.reads("ask ada.").does_not_read("ask ada or alan");
    ada.opens("/account/organizations").await.may_not_in("Acme", "Hand Over").reads("the only owner");
    ada.opens("/account/organizations/acme/handover").await.reads("There is no other owner to hand over to.");
    ada.posts("/account/organizations/acme/handover", &[("to", "alan")]).await.status(422);
    ada.posts("/acme/members/grace/role", &[("role", "owner")]).await.status(303);
    ada.posts("/account/organizations/acme/handover", &[("to", "alan")]).await.status(422).reads("restore them first");
    ada.posts("/acme/members/grace/role", &[("role", "member")]).await.status(303);
    for (person, role) in [("grace", "an owner"), ("grace", "a member")] {
        for who in ["ada", "grace"] {
            let subject = if who == person { format!("You are now {role}") } else { format!("{person} is now {role}") };
            world.message(&format!("{who}@example.org"), &subject).await;
        }
    }

    // Mail to owners is for those who can do something about it.
    grace.opens("/account/organizations").await.follows_in("Acme", "Leave").await.presses("Yes").await;
    world.message("ada@example.org", "grace left Acme").await;
    world.message("grace@example.org", "You left Acme").await;
    world.no_email_to("alan@example.org").await;

    // A role can be given; it opens nothing.
    ada.posts("/acme/members/alan/role", &[("role", "member")]).await.status(303);
    ada.posts("/acme/members/alan/role", &[("role", "owner")]).await.status(303);
    assert_eq!(roles(&world), ["ada primary", "alan owner"]);
    alan.gets("/acme/members").await.status(403);
    ada.opens("/acme/settings").await.follows("Delete this Organization").await.presses("Yes").await;
    world.message("alan@example.org", "Acme was deleted").await.reads("one of its owners can restore it");
    let link = world.message("ada@example.org", "Acme was deleted").await;
    alan.opens_link(&link).await.status(404);
    ada.opens_link(&link).await.status(200);
    world.ignores_emails();
}

/// MEM-17: pressed twice, in two tabs or by two owners, it is done once.
#[actix_web::test]
async fn mem_17_suspending_twice_suspends_once() {
    let (world, ada, alan, grace) = acme().await;
    world.ignores_emails();
    for owner in [&ada, &alan] {
        owner.posts("/acme/members/grace/suspension", &[]).await.status(303);
    }
    for owner in [&ada, &alan] {
        owner.posts("/acme/members/grace/restoration", &[]).await.status(303);
    }
    let told = "SELECT kind AS text FROM history WHERE kind IN ('suspended', 'restored') ORDER BY at";
    assert_eq!(world.texts(told), ["suspended", "restored"]);
    grace.gets("/acme").await.status(200);
    // A person who is suspended can be removed, and can leave.
    ada.posts("/acme/members/grace/suspension", &[]).await.status(303);
    ada.opens("/acme/members")
        .await
        .follows_in("grace", "Remove")
        .await
        .presses("Yes")
        .await
        .reads("grace was removed");
    ada.posts("/acme/members/alan/suspension", &[]).await.status(303);
    alan.opens("/account/organizations")
        .await
        .follows_in("Acme", "Leave")
        .await
        .presses("Yes")
        .await
        .reads("You left Acme.");
    assert_eq!(roles(&world), ["ada primary"]);
}
