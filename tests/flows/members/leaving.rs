//! Removed, leaving, handing over.

use roster::app;

use super::{AS_IT_WAS, acme, roles};
use crate::shared::World;

const NOTHING_HERE: &str = "There is nothing here";

/// MEM-04: the person who is removed is refused at the very next request, whatever is still open.
#[actix_web::test]
async fn mem_04_removed_means_removed() {
    let (world, ada, alan, _) = acme().await;
    let key = |n: u32| format!("01900000-0000-7000-8000-0000000000{n:02}");
    let project = [("name", "Mill"), ("visibility", "private"), ("form_key", &key(1))];
    ada.posts("/acme/projects", &project).await.status(303);
    let invited = [("email", "marie@example.org"), ("role", "member"), ("form_key", &key(2))];
    alan.posts("/acme/invitations", &invited).await.status(303);
    let message = world.email_to("marie@example.org").await;
    let invitation = world.texts("SELECT id::text AS text FROM invitations").concat();

    // Alan has forms open, filled and unsent.
    alan.opens("/acme/settings").await.fills("Organization Name", "Alan’s");
    let (settings, fields) = alan.would_send("Save");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    alan.opens("/acme/members").await.fills("Email", "spy@example.org");

    ada.opens("/acme/members").await.follows_in("alan", "Remove").await.is_titled("Remove alan?");
    ada.reads("alan loses access immediately, on every device.");
    ada.reads("The open invitation of marie@example.org, which alan sent, ends.")
        .reads("alan and the owners receive an email about it.");
    assert_eq!(roles(&world), AS_IT_WAS, "asking removes nobody");
    ada.may("Cancel").presses("Yes").await.is_at("/acme/members").reads("alan was removed from Acme.");
    ada.lists(["ada", "grace"]).reads("2 people belong to Acme.").does_not_read("marie@example.org");

    alan.presses("Send Invite").await.status(404).reads(NOTHING_HERE);
    alan.posts(&settings, &fields).await.status(404);
    let kept = world.everything_kept();
    let inside: Vec<_> = app::table().into_iter().filter(|route| route.pattern.contains("{organization}")).collect();
    assert!(inside.len() > 20);
    for route in inside {
        let path = route.pattern.replace("{organization}", "acme").replace("{username}", "grace");
        let path = path.replace("{project}", "mill").replace("{invitation}", &invitation);
        let answer = if route.method == "POST" { alan.posts(&path, &[]).await } else { alan.gets(&path).await };
        answer.status(404).reads(NOTHING_HERE);
    }
    assert_eq!(world.everything_kept(), kept);
    alan.opens("/dashboard")
        .await
        .does_not_read("Acme")
        .does_not_read("Mill")
        .opens("/dashboard/projects")
        .await
        .does_not_read("Mill");
    alan.opens("/account/organizations").await.does_not_read("Acme");

    // The invitation alan sent is dead, too; and no old letter brings alan back (INV-15).
    let marie = world.visitor().await;
    marie.opens_link(&message).await.status(404).reads("This link is not valid");
    world.message("alan@example.org", "You were removed from Acme on Roster").await.reads("ada ended the membership.");
    world.message("ada@example.org", "alan was removed from Acme on Roster").await;
    ada.opens("/acme/activity").await.reads("ada removed alan").reads("ended the invitation of marie@example.org");
}

/// What would end with a demotion is said before it is done.
#[actix_web::test]
async fn making_an_owner_a_member_says_which_invitations_end() {
    let (world, ada, alan, _) = acme().await;
    let invited =
        [("email", "marie@example.org"), ("role", "member"), ("form_key", "01900000-0000-7000-8000-000000000001")];
    alan.posts("/acme/invitations", &invited).await.status(303);
    ada.opens("/acme/members").await.presses_in("alan", "Make Member").await.is_titled("Make alan a member?");
    ada.reads("The open invitation of marie@example.org, which alan sent, ends.");
    assert_eq!(roles(&world), AS_IT_WAS);
    ada.presses("Yes")
        .await
        .is_at("/acme/members")
        .reads("alan is now a member of Acme.")
        .does_not_read("marie@example.org");
    world.ignores_emails();
}

/// MEM-17: what is done twice is done once, and is no fault of ours.
#[actix_web::test]
async fn mem_17_twice_is_once() {
    let (world, ada, alan, grace) = acme().await;
    world.ignores_emails();
    for expected in [303, 303] {
        ada.posts("/acme/members/grace/role", &[("role", "owner")]).await.status(expected);
    }
    for expected in [303, 404] {
        grace.posts("/account/organizations/acme/departure", &[]).await.status(expected);
    }
    for expected in [303, 404] {
        ada.posts("/acme/members/alan/removal", &[]).await.status(expected);
    }
    let counted = |kind: &str| world.number(&format!("SELECT count(*) AS number FROM history WHERE kind = '{kind}'"));
    assert_eq!((counted("role_changed"), counted("left"), counted("removed")), (1, 1, 1));
    assert_eq!(world.number("SELECT member_count::bigint AS number FROM organizations"), 1);
    alan.opens("/acme").await.status(404);
}

/// MEM-12: nobody is removed by themselves; one leaves, by the rules of leaving.
#[actix_web::test]
async fn mem_12_removing_oneself_leads_to_leave() {
    let (world, ada, alan, _) = acme().await;
    let answer = alan.posts("/acme/members/alan/removal", &[]).await;
    assert_eq!(answer.status(303).location(), "/account/organizations");
    alan.opens("/account/organizations").await.reads("press Leave on its row").may_in("Acme", "Leave");
    ada.posts("/acme/members/ada/removal", &[]).await.status(303);
    assert_eq!(roles(&world), AS_IT_WAS);
}

#[actix_web::test]
async fn members_leave_by_the_account_settings() {
    let (world, ada, _, grace) = acme().await;
    grace.opens("/acme/members").await;
    let tab = grace.cookies();
    grace
        .opens("/dashboard")
        .await
        .follows("Account Settings")
        .await
        .follows("Organizations")
        .await
        .reads_in("Acme", "Member");
    grace
        .follows_in("Acme", "Leave")
        .await
        .is_titled("Leave Acme?")
        .reads("To come back, somebody has to invite you again.");
    grace.reads("Your access to its private projects ends.").may("Cancel");
    assert_eq!(roles(&world), AS_IT_WAS);
    grace.presses("Yes").await.is_at("/account/organizations").reads("You left Acme.").may_not("Leave");
    world.raw("GET", "/acme/members").header("cookie", &tab).sends().await.status(404);
    grace.opens("/acme").await.status(404);
    ada.opens("/acme/members").await.lists(["ada", "alan"]);
    ada.opens("/acme/activity").await.reads("grace left the organization");
    world.message("grace@example.org", "You left Acme on Roster").await;
    world.message("ada@example.org", "grace left Acme on Roster").await;
    world.message("alan@example.org", "grace left Acme on Roster").await;
}

/// MEM-09, MEM-10: the primary owner cannot leave, is shown why, and hands over first.
#[actix_web::test]
async fn mem_09_the_primary_owner_hands_over_and_leaves() {
    let (world, ada, alan, grace) = acme().await;
    ada.opens("/account/organizations").await.may_not_in("Acme", "Leave");
    ada.reads_in("Acme", "You are the primary owner, so you cannot leave. Hand it over to another owner first.");
    ada.opens("/account/organizations/acme/departure").await.is_titled("You cannot leave Acme").may_not("Yes");
    ada.posts("/account/organizations/acme/departure", &[]).await.status(303);
    ada.opens("/account/organizations").await.reads("You are the primary owner of Acme, so you cannot leave it.");
    assert_eq!(roles(&world), AS_IT_WAS);

    // Only to another owner: not to a member, not to nobody, not to oneself; and only by the primary owner.
    ada.follows_in("Acme", "Hand Over").await.is_titled("Hand Over Acme?").reads("You stay an owner");
    ada.presses("Yes").await.status(422).reads_beside("New primary owner", "Choose an owner.");
    for (to, told) in
        [("grace", "make this person an owner first"), ("nobody", "Choose an owner"), ("ada", "primary owner already")]
    {
        ada.posts("/account/organizations/acme/handover", &[("to", to)]).await.status(422).reads(told);
    }
    for who in [&alan, &grace] {
        who.gets("/account/organizations/acme/handover").await.status(403).reads("Only the primary owner can do this.");
        who.posts("/account/organizations/acme/handover", &[("to", "alan")]).await.status(403);
    }
    assert_eq!(roles(&world), AS_IT_WAS);

    ada.chooses("alan")
        .presses("Yes")
        .await
        .is_at("/account/organizations")
        .reads("alan is now the primary owner of Acme.");
    assert_eq!(roles(&world), ["ada owner", "alan primary", "grace member"]);
    world
        .message("alan@example.org", "You are now the primary owner of Acme on Roster")
        .await
        .reads("ada handed the organization over.");
    world.message("ada@example.org", "alan is now the primary owner of Acme on Roster").await;
    ada.follows_in("Acme", "Leave").await.presses("Yes").await.reads("You left Acme.");
    assert_eq!(roles(&world), ["alan primary", "grace member"]);
    world.message("ada@example.org", "You left Acme").await;
    world.message("alan@example.org", "ada left Acme").await;
    alan.opens("/account/organizations").await.reads_in("Acme", "You are the primary owner and the only owner");
    alan.follows_in("Acme", "Make someone else an owner").await.is_at("/acme/members");
    alan.opens("/account/organizations/acme/handover")
        .await
        .reads("There is no other owner to hand over to.")
        .may_not("Yes");
    alan.opens("/acme/activity").await.reads("ada made alan the primary owner");
}

/// A page that was open while the person it offers became a member.
#[actix_web::test]
async fn handing_over_to_somebody_who_is_an_owner_no_more_is_told() {
    let (world, ada, alan, _) = acme().await;
    ada.opens("/account/organizations/acme/handover").await.chooses("alan");
    alan.posts("/acme/members/alan/role", &[("role", "member"), ("confirmed", "yes")]).await.status(303);
    ada.presses("Yes").await.status(422).reads("There is no other owner to hand over to.");
    assert_eq!(roles(&world), ["ada primary", "alan member", "grace member"]);
    world.ignores_emails();
}

/// Somebody who belongs to nothing reads what to do.
#[actix_web::test]
async fn whoever_belongs_nowhere_is_shown_the_next_step() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    ada.opens("/account/organizations").await.reads("No organization yet").may("Create a New Organization");
}
