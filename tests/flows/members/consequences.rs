//! What is shown before is what ends after: what somebody can no longer do, and what goes with it.

use roster::authority::Permission;

use super::acme;
use crate::shared::World;
use crate::shared::browser::Browser;

/// What somebody can do in Acme, tried permission by permission.
async fn can(who: &Browser) -> Vec<Permission> {
    use Permission as P;
    let mut all = Vec::new();
    for permission in P::ALL {
        let (path, needle) = match permission {
            P::SeeOrganization => ("/acme/members", ""),
            P::SeeProjects => ("/acme", ""),
            P::SeeActivity => ("/acme/activity", ""),
            P::WorkOnProjects => ("/acme/new-project", ""),
            P::DeleteProjects => ("/acme/mill/deletion", ""),
            P::SeeAddresses => ("/acme/members", "joan@example.org"),
            P::InviteMembers => ("/acme/members", "Send Invite"),
            P::ManageMembers => ("/acme/members/joan/removal", ""),
            P::ManageSettings => ("/acme/settings", ""),
            P::ManageBilling => ("/acme/settings/billing", ""),
            P::Export => ("/acme/settings/export", ""),
            P::DeleteOrganization => ("/acme/deletion", ""),
            P::Leave => ("/account/organizations/acme/departure", ""),
            P::HandOver => ("/account/organizations/acme/handover", ""),
        };
        let answer = who.gets(path).await;
        if answer.status == 200 && answer.body_text().contains(needle) {
            all.push(permission);
        }
    }
    all
}

/// What a page says that somebody can no longer do.
fn told(page: &Browser) -> Vec<Permission> {
    let text = page.reads("can no longer").page().text();
    let (_, after) = text.split_once("can no longer").expect("the words");
    Permission::ALL.into_iter().filter(|permission| after.contains(permission.deed())).collect()
}

/// Presses Yes, and compares what was shown with what then could be done no more. A person who is outside has nothing
/// to leave, so that is not told.
async fn loses_what_is_told(asked: &Browser, whom: &Browser) -> Vec<Permission> {
    let (told, before) = (told(asked), can(whom).await);
    asked.presses("Yes").await.status(200);
    let after = can(whom).await;
    let is_outside = after.is_empty();
    let mut lost = before;
    lost.retain(|p| !(after.contains(p) || is_outside && *p == Permission::Leave));
    assert_eq!(told, lost);
    lost
}

async fn invites(world: &World, by: &Browser, name: &str) {
    let key = format!("01900000-0000-7000-8000-{:012}", world.number("SELECT count(*) AS number FROM invitations"));
    let email = format!("{name}@example.org");
    by.posts("/acme/invitations", &[("email", &email), ("role", "member"), ("form_key", &key)]).await.status(303);
}

async fn app_state() -> (World, Browser, Browser, Browser) {
    let (world, ada, alan, grace) = acme().await;
    world.ignores_emails();
    world.account("joan").await;
    world.runs(
        "INSERT INTO memberships (organization_id, account_id, role) \
         SELECT organizations.id, accounts.id, 'member' FROM organizations, accounts WHERE username = 'joan'; \
         UPDATE organizations SET member_count = member_count + 1",
    );
    let project = [("name", "Mill"), ("visibility", "private"), ("form_key", "01900000-0000-7000-8000-0000000000ff")];
    ada.posts("/acme/projects", &project).await.status(303);
    (world, ada, alan, grace)
}

/// Fails when a page lists a permission of its own making, or leaves one out.
#[actix_web::test]
async fn what_one_can_do_no_more_is_told_from_the_policy() {
    let (world, ada, alan, grace) = app_state().await;
    // Made a member by somebody else.
    invites(&world, &alan, "marie").await;
    ada.opens("/acme/members")
        .await
        .presses_in("alan", "Make Member")
        .await
        .reads("What is left for alan: Works on the projects.");
    let stepping_down = loses_what_is_told(&ada, &alan).await;
    assert!(stepping_down.contains(&Permission::DeleteProjects), "{stepping_down:?}");
    // By oneself: asked even though nothing else ends, for one cannot take it back.
    ada.posts("/acme/members/alan/role", &[("role", "owner")]).await.status(303);
    alan.opens("/acme/members").await.presses_in("alan", "Make Member").await.is_titled("Make alan a member?");
    alan.reads("another owner has to make you one");
    assert_eq!(loses_what_is_told(&alan, &alan).await, stepping_down);
    // Handing over: one thing alone, and it is said who becomes what.
    ada.posts("/acme/members/grace/role", &[("role", "owner")]).await.status(303);
    ada.opens("/account/organizations/acme/handover").await.reads("grace becomes the primary owner").chooses("grace");
    assert_eq!(loses_what_is_told(&ada, &ada).await, [Permission::HandOver]);
    // Leaving, as a member and as an owner; and being removed.
    alan.opens("/account/organizations/acme/departure").await;
    assert_eq!(
        loses_what_is_told(&alan, &alan).await,
        [Permission::SeeOrganization, Permission::SeeProjects, Permission::SeeActivity, Permission::WorkOnProjects]
    );
    grace.opens("/acme/members/ada/removal").await;
    assert!(loses_what_is_told(&grace, &ada).await.len() > stepping_down.len());
}

/// The addresses whose invitations a page says will end.
fn told_invitations(page: &Browser) -> Vec<String> {
    let text = page.page().text();
    let ends = text.split("invitation of ").skip(1).filter_map(|rest| rest.split([',', ' ']).next());
    let mut all: Vec<String> = ends.map(str::to_owned).collect();
    all.sort();
    all
}

/// Presses Yes, and compares the invitations that were shown with those that then ended.
async fn ends_what_is_told(world: &World, asked: &Browser) -> Vec<String> {
    let told = told_invitations(asked);
    let ended = "SELECT details ->> 'email' AS text FROM history WHERE kind = 'invitation_ended' ORDER BY 1";
    let before = world.texts(ended);
    asked.presses("Yes").await.status(200);
    let mut after = world.texts(ended);
    after.retain(|email| !before.contains(email));
    assert_eq!(told, after);
    told
}

/// Fails when a page and what it asks about look at different invitations.
#[actix_web::test]
async fn the_invitations_that_are_told_are_those_that_end() {
    let (world, ada, alan, grace) = app_state().await;
    for name in ["a", "b"] {
        invites(&world, &alan, name).await;
    }
    invites(&world, &ada, "c").await;
    world.runs("UPDATE invitations SET expires_at = sent_at + interval '1 second' WHERE email = 'b@example.org'");
    world.clock.minutes(1);
    ada.opens("/acme/members").await.presses_in("alan", "Make Member").await;
    assert_eq!(ends_what_is_told(&world, &ada).await, ["a@example.org", "b@example.org"]);

    ada.posts("/acme/members/grace/role", &[("role", "owner")]).await.status(303);
    invites(&world, &grace, "d").await;
    grace.opens("/account/organizations/acme/departure").await;
    assert_eq!(ends_what_is_told(&world, &grace).await, ["d@example.org"]);

    ada.posts("/acme/members/alan/role", &[("role", "owner")]).await.status(303);
    invites(&world, &alan, "e").await;
    ada.opens("/acme/members").await.follows_in("alan", "Remove").await;
    assert_eq!(ends_what_is_told(&world, &ada).await, ["e@example.org"]);

    // A person who deletes their account leaves, with all that hangs on it.
    ada.posts("/acme/members/joan/role", &[("role", "owner")]).await.status(303);
    let joan = world.visitor().await;
    joan.signs_in("joan").await;
    invites(&world, &joan, "f").await;
    joan.opens("/account/deletion").await.reads("You leave Acme");
    assert_eq!(ends_what_is_told(&world, &joan).await, ["f@example.org"]);

    ada.opens("/acme/deletion").await.reads("You are the only member").reads("1 project and the billing details");
    // With the organization they only stop working: they come back with it.
    assert_eq!(told_invitations(&ada), ["c@example.org"]);
    ada.reads("stops working").presses("Yes").await.status(200);
    assert_eq!(world.texts("SELECT email AS text FROM invitations WHERE ended_at IS NULL"), ["c@example.org"]);
}

/// A person who may not is shown who can help, and where the page says who can do what.
#[actix_web::test]
async fn a_refusal_names_who_can_help() {
    let (world, ada, alan, grace) = acme().await;
    for (who, path, told) in [
        (&grace, "/acme/settings", "Only owners and billing managers can do this. Ask ada or alan."),
        (&grace, "/acme/settings/billing", "Only owners and billing managers can do this. Ask ada or alan."),
        (&grace, "/acme/overview", "Only owners can do this. Ask ada or alan."),
        (&alan, "/account/organizations/acme/handover", "Only the primary owner can do this. Ask ada."),
    ] {
        who.opens(path).await.status(403).reads(told).follows("Who can do what").await.is_at("/acme/permissions");
    }
    grace.opens("/acme/members").await.reads("Why can’t I change roles or remove people?");
    grace.reads("Only owners can change the roles of others, and remove them: ask ada or alan.");
    alan.opens("/acme/members").await.reads_in("ada", "Stays until they hand over").does_not_read("Why can’t I");
    // From outside nobody is named.
    let eve = world.person("eve").await;
    eve.opens("/acme/settings").await.status(404).does_not_read("ada").does_not_read("alan");
    drop(ada);
}
