//! Roles: each sees and changes what it is for, and nothing else.

use super::{acme, roles};
use crate::shared::World;
use crate::shared::browser::Browser;

/// Acme with a private project, and somebody in it by this role.
async fn acme_with(role: &str) -> (World, Browser, Browser) {
    let (world, ada, ..) = acme().await;
    world.ignores_emails();
    let joan = world.person("joan").await;
    ada.opens("/acme/new-project").await.fills("Project Name", "Secret Plan").presses("Create Project").await;
    ada.opens("/acme/members").await.fills("Email", "joan@example.org").chooses(role).presses("Send Invite").await;
    joan.opens("/dashboard").await.follows("View Invitation").await.reads(role).presses("Accept Invitation").await;
    (world, ada, joan)
}

#[actix_web::test]
async fn a_viewer_reads_the_projects_and_changes_nothing() {
    let (_world, ada, joan) = acme_with("Viewer").await;
    joan.opens("/dashboard").await.reads("Secret Plan").reads("Viewer");
    joan.opens("/acme").await.is_at("/acme").reads("Secret Plan").may_not("New Project").may_not("Settings");
    joan.follows("Secret Plan").await.is_titled("Secret Plan").may_not("Project Settings");
    joan.opens("/acme/activity").await.reads("created the project Secret Plan");
    joan.opens("/acme/members").await.reads_in("joan", "Viewer").reads("Why can’t I invite people?");
    joan.gets("/acme/new-project").await.status(403).reads("Only owners and members can do this.");
    ada.opens("/acme/members").await.reads_in("joan", "Viewer").may_in("joan", "Make Member");
}

#[actix_web::test]
async fn a_billing_manager_sees_the_people_and_the_bill_alone() {
    let (_world, ada, joan) = acme_with("Billing").await;
    // Every link to the organization leads to what is theirs.
    joan.opens("/dashboard").await.does_not_read("Secret Plan").reads("Billing").follows("Acme").await;
    joan.is_at("/acme/members").lists(["ada", "alan", "grace", "joan"]);
    joan.may_not("Projects").may_not("Activity").may("Settings");
    for path in ["/acme/secret-plan", "/acme/no-such-plan"] {
        joan.gets(path).await.status(404).reads("There is nothing here");
    }
    joan.gets("/acme/activity").await.status(403).reads("Only owners, members and viewers can do this.");
    joan.opens("/acme/members").await.follows("Settings").await.is_titled("Settings");
    joan.may_not("Save").may_not("Delete this Organization").follows("Modify").await;
    for (label, text) in [
        ("Cardholder Name", "Joan Clarke"),
        ("Address Line 1", "1 Hut Lane"),
        ("City", "Bletchley"),
        ("Postal Code", "MK3 6EB"),
        ("Contact Email", "bills@example.org"),
    ] {
        joan.fills(label, text);
    }
    joan.chooses("United Kingdom").presses("Save").await.is_at("/acme/settings").reads("Joan Clarke");
    ada.opens("/acme/activity").await.reads("joan changed the billing details");
    joan.posts("/acme/settings", &[("name", "Mine"), ("slug", "acme"), ("version", "1")]).await.status(403);
}

#[actix_web::test]
async fn every_role_is_given_by_a_page_that_says_what_it_can_do() {
    let (world, ada, alan, grace) = acme().await;
    world.ignores_emails();
    grace.opens("/acme").await.may("New Project");
    ada.opens("/acme/members").await.follows_in("grace", "Change Role").await.is_titled("Role of grace");
    ada.has_chosen("Member").reads_in("See the projects", "Yes").reads_in("Delete projects", "No");
    ada.chooses("Viewer").presses("Change Role").await.is_at("/acme/members").reads("grace is now a viewer of Acme.");
    assert_eq!(roles(&world), ["ada primary", "alan owner", "grace viewer"]);
    // The tab that is open knows at once.
    grace.follows("New Project").await.status(403);
    world.message("grace@example.org", "You are now a viewer of Acme").await.reads("from Member to Viewer");
    ada.follows_in("grace", "Change Role").await.chooses("Billing").presses("Change Role").await;
    grace.gets("/acme").await.status(303);
    ada.opens("/acme/activity").await.reads("changed the role of grace from Viewer to Billing");

    // An owner who is made something else is asked about what ends.
    let form =
        [("email", "marie@example.org"), ("role", "viewer"), ("form_key", "01900000-0000-7000-8000-000000000001")];
    alan.posts("/acme/invitations", &form).await.status(303);
    ada.opens("/acme/members").await.follows_in("alan", "Change Role").await.has_chosen("Owner");
    ada.chooses("Billing")
        .presses("Change Role")
        .await
        .is_titled("Make alan a billing manager?")
        .reads("marie@example.org");
    ada.presses("Yes").await.reads("alan is now a billing manager of Acme.");
    // Nobody gives the primary owner a role.
    ada.opens("/acme/members").await.may_not_in("ada", "Change Role");
    ada.gets("/acme/members/ada/role").await.status(303);
    assert_eq!(roles(&world), ["ada primary", "alan billing", "grace billing"]);
}
