//! What an organization works on: made, told, renamed, shown to everybody or not, deleted for good.

use crate::shared::{Browser, World};

/// Ada owns Analytical Engines, grace is a member of it, and both are signed in.
async fn colleagues() -> (World, Browser, Browser) {
    let world = World::new().await;
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    world.organization("Analytical Engines", &[("ada", "owner"), ("grace", "member")]);
    (world, ada, grace)
}

/// Makes a project by the pages; it is private unless something else is chosen.
async fn creates<'a>(browser: &'a Browser, name: &str, seen_by: &str) -> &'a Browser {
    browser.opens("/analytical-engines").await.presses("New Project").await;
    browser.fills("Project Name", name).chooses(seen_by).presses("Create Project").await
}

fn projects(world: &World) -> i64 {
    world.number("SELECT count(*) AS number FROM projects")
}

#[actix_web::test]
async fn a_member_creates_a_project_and_everyone_in_the_organization_sees_it() {
    let (_world, ada, grace) = colleagues().await;
    ada.opens("/dashboard").await.follows("Analytical Engines").await.reads("No projects yet");
    grace.opens("/analytical-engines").await.presses("New Project").await.is_titled("New Project");
    grace.has_chosen("Private").fills("Project Name", "Difference Engine No. 2");
    grace.fills("Description", "Computes tables.\nWithout mistakes.\n\nNeeds brass.");
    grace.fills("Web Address", "https://example.org/engine").presses("Create Project").await;
    grace.is_at("/analytical-engines/difference-engine-no-2").is_titled("Difference Engine No. 2");
    grace.reads("Difference Engine No. 2 is ready.").reads("Private").reads("Seen by The people of Analytical Engines");
    let paragraphs = grace.page().all("section p").len();
    assert!(paragraphs >= 2, "an empty line begins a paragraph");
    assert_eq!(
        grace.page().all("a[href='https://example.org/engine']")[0].attr("rel"),
        Some("nofollow noopener noreferrer")
    );
    ada.opens("/analytical-engines").await.lists(["Difference Engine No. 2"]);
    ada.follows("Difference Engine No. 2").await.reads("Without mistakes.").may("Project Settings").may("Members");
    ada.follows("Activity").await.reads_in("grace", "Difference Engine No. 2");
}

#[actix_web::test]
async fn a_new_name_moves_the_url_and_old_ones_lead_there() {
    let (_world, ada, grace) = colleagues().await;
    creates(&ada, "Engine", "Private").await;
    for (name, slug) in [("Mill", "mill"), ("Store", "store")] {
        grace.opens("/analytical-engines/engine").await.presses("Project Settings").await;
        grace.fills("Project Name", name).presses("Save").await;
        grace.is_at(&format!("/analytical-engines/{slug}")).is_titled(name).reads(&format!("{name} is saved."));
    }
    for (old, new) in [("engine", "store"), ("mill", "store"), ("engine/settings", "store/settings")] {
        let answer = ada.gets(&format!("/analytical-engines/{old}")).await;
        assert_eq!((answer.status, answer.location()), (301, format!("/analytical-engines/{new}").as_str()));
    }
    // What it was called leads to it for ever, so nothing else can be called that.
    creates(&ada, "Mill", "Private").await.status(422).reads_beside("Project Name", "its old links still work");
    // It may be called that again itself.
    ada.opens("/analytical-engines/store/settings").await.fills("Project Name", "Engine").presses("Save").await;
    ada.is_at("/analytical-engines/engine").follows("Activity").await.reads("Mill").reads("Store");
}

#[actix_web::test]
async fn description_web_address_and_who_sees_it_are_changed() {
    let (_world, ada, grace) = colleagues().await;
    creates(&ada, "Engine", "Private").await.reads("Nothing written yet");
    ada.presses("Project Settings").await.fills("Description", "Weaves patterns.").chooses("Public");
    ada.fills("Web Address", "http://example.org").presses("Save").await;
    grace.opens("/analytical-engines/engine").await.reads("Weaves patterns.").reads("Public").reads("Seen by Anybody");
    grace.presses("Project Settings").await.holds("Description", "Weaves patterns.").has_chosen("Public");
    grace.holds("Web Address", "http://example.org/").fills("Web Address", "").presses("Save").await;
    grace.does_not_read("Web address").is_at("/analytical-engines/engine");
}

#[actix_web::test]
async fn an_owner_deletes_a_project_and_its_name_is_never_used_again() {
    let (world, ada, grace) = colleagues().await;
    creates(&ada, "Engine", "Private").await.presses("Project Settings").await;
    grace
        .opens("/analytical-engines/engine/settings")
        .await
        .may_not("Delete")
        .reads("Only owners can delete projects: ask ada.");
    ada.presses("Delete").await.is_titled("Delete Engine?").reads("cannot be restored").presses("Yes").await;
    ada.is_at("/analytical-engines").reads("The project is deleted.").reads("No projects yet");
    assert_eq!(projects(&world), 0);
    grace.opens("/analytical-engines/engine").await.status(404);
    for name in ["Engine", " ENGINE", "Ｅｎｇｉｎｅ", "Engine!"] {
        creates(&grace, name, "Private").await.status(422);
        grace.reads_beside("Project Name", "belonged to a project that was deleted");
    }
    // Neither by renaming another one, nor behind the pages.
    creates(&grace, "Mill", "Private").await.presses("Project Settings").await;
    grace.fills("Project Name", "Engine").presses("Save").await.status(422).holds("Project Name", "Engine");
    let path = "/analytical-engines/engine/deletion";
    ada.posts(path, &[]).await.status(303);
    ada.follows("Activity")
        .await
        .lists_under("What happened", ["grace created the project Mill", "ada deleted", "ada created"]);
}

/// ORG-01: a private project is for members, and to everybody else it is as if it were not there.
#[actix_web::test]
async fn a_private_project_exists_for_members_alone() {
    let (world, ada, grace) = colleagues().await;
    creates(&ada, "Engine", "Private").await;
    grace.opens("/analytical-engines/engine").await.status(200);
    let (visitor, stranger) = (world.visitor().await, world.person("mallory").await);
    let words = |text: String| text.split("Reference").next().unwrap_or_default().to_owned();
    let (there, not) =
        (stranger.gets("/analytical-engines/engine").await, stranger.gets("/analytical-engines/no-engine").await);
    assert_eq!((there.status, words(there.text())), (404, words(not.text())));
    for path in ["/analytical-engines/engine", "/analytical-engines/no-engine"] {
        assert!(visitor.gets(path).await.location().starts_with("/sign-in?back="), "{path}");
    }
}

#[actix_web::test]
async fn a_public_project_is_for_anybody_and_shows_nothing_else() {
    let (world, ada, _grace) = colleagues().await;
    creates(&ada, "Secret Plan", "Private").await;
    creates(&ada, "Engine", "Public").await;
    let (visitor, stranger) = (world.visitor().await, world.person("mallory").await);
    for browser in [&visitor, &stranger] {
        browser.opens("/analytical-engines/engine").await.status(200).is_titled("Engine").reads("Analytical Engines");
        browser.may_not("Members").may_not("Activity").may_not("Settings").may_not("Project Settings");
        browser.may_not("Projects").does_not_read("grace").does_not_read("Secret Plan").does_not_read("ada");
        for rest in ["/settings", "/deletion"] {
            let answer = browser.gets(&format!("/analytical-engines/engine{rest}")).await;
            assert!(answer.status == 404 || answer.location().starts_with("/sign-in"), "{rest}: {}", answer.status);
        }
    }
    visitor.may("Sign In").may_not("Sign Out");
    // Private again, it is gone for them at once; an old name of it leads nobody anywhere.
    ada.presses("Project Settings").await.fills("Project Name", "Mill").chooses("Private").presses("Save").await;
    visitor.reloads().await.is_at("/sign-in");
    stranger.reloads().await.status(404);
    assert_eq!(stranger.gets("/analytical-engines/mill").await.status, 404);
}

#[actix_web::test]
async fn the_dashboard_lists_the_last_modified_and_a_tab_lists_all() {
    let (world, ada, _grace) = colleagues().await;
    world.organization("Nimbus Systems", &[("grace", "owner"), ("ada", "member")]);
    for name in ["One", "Two", "Three", "Four", "Five", "Six", "Seven"] {
        creates(&ada, name, "Private").await;
        world.clock.minutes(1);
    }
    ada.opens("/nimbus-systems").await.presses("New Project").await.fills("Project Name", "Cloud");
    ada.presses("Create Project").await;
    world.clock.minutes(1);
    ada.opens("/analytical-engines/two/settings").await.fills("Description", "Changed.").presses("Save").await;
    ada.opens("/dashboard").await;
    ada.lists_under("Recently modified projects", ["Two", "Cloud", "Seven", "Six", "Five", "Four"]);
    ada.reads_in("Cloud", "Nimbus Systems").follows("All projects").await.is_at("/dashboard/projects");
    ada.lists_under("Projects", ["Two", "Cloud", "Seven", "Six", "Five", "Four", "Three", "One"]);
    ada.follows("Overview").await.follows("Projects").await.is_at("/dashboard/projects");
    // Nobody else's are there.
    let mallory = world.person("mallory").await;
    mallory.opens("/dashboard/projects").await.reads("No projects here").may_not("Two");
}

#[actix_web::test]
async fn every_bad_input_is_answered_beside_its_field_and_kept() {
    let (world, ada, _grace) = colleagues().await;
    creates(&ada, "Taken", "Private").await;
    let (long, essay) = ("x".repeat(200), "y".repeat(2001));
    let names = [
        ("", "This is required."),
        (" ", "This is required."),
        (&long, "Use at most 80 characters."),
        ("a\u{202e}b", "cannot be seen"),
        ("a\u{7}b", "cannot be seen"),
        ("TAKEN", "Another project here has this name"),
        ("4111 1111 1111 1111", "card number"),
        ("See www.evil.example", "cannot hold a web address"),
    ];
    for (name, fault) in names {
        creates(&ada, name, "Public").await.status(422).reads_beside("Project Name", fault);
        ada.holds("Project Name", name).has_chosen("Public");
    }
    for (label, typed, fault) in [
        ("Description", essay.as_str(), "Use at most 2,000 characters."),
        ("Description", "My card: 4111 1111 1111 1111", "card number"),
        ("Web Address", "javascript:alert(1)", "Begin with https:// or http://."),
        ("Web Address", "https://ada:secret@example.org", "Leave out the name and password"),
        ("Web Address", "https://", "like https://example.org"),
    ] {
        ada.opens("/analytical-engines/new-project").await.fills("Project Name", "Fine").fills(label, typed);
        ada.presses("Create Project").await.status(422).reads_beside(label, fault);
        ada.holds(label, typed).holds("Project Name", "Fine").has_chosen("Private");
        ada.opens("/analytical-engines/taken/settings").await.fills(label, typed).presses("Save").await;
        ada.status(422).reads_beside(label, fault).holds(label, typed);
    }
    ada.opens("/analytical-engines/new-project").await;
    let (path, mut fields) = ada.fills("Project Name", "Fine").would_send("Create Project");
    fields.retain(|(name, _)| name != "visibility");
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    ada.posts(&path, &fields).await.status(422).reads("Choose who sees this project.");
    assert_eq!(projects(&world), 1);
    // Names that leave nothing for a URL, or the word of a page, still make one.
    for (name, slug) in [("日本 🚀", "project"), ("Members", "members-2"), ("Ärzte & Söhne", "arzte-sohne")] {
        creates(&ada, name, "Private").await.is_at(&format!("/analytical-engines/{slug}")).is_titled(name);
    }
}

#[actix_web::test]
async fn a_form_sent_twice_makes_one_project() {
    let (world, ada, _grace) = colleagues().await;
    ada.opens("/analytical-engines/new-project").await.fills("Project Name", "Engine");
    let (path, fields) = ada.would_send("Create Project");
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let (one, other) = tokio::join!(ada.posts(&path, &fields), ada.posts(&path, &fields));
    let third = ada.posts(&path, &fields).await;
    for answer in [one, other, third] {
        assert_eq!((answer.status, answer.location()), (303, "/analytical-engines/engine"));
    }
    assert_eq!(projects(&world), 1);
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind LIKE 'project%'"), 1);
}

#[actix_web::test]
async fn a_stale_form_is_told_and_keeps_what_was_typed() {
    let (_world, ada, grace) = colleagues().await;
    creates(&ada, "Engine", "Private").await.presses("Project Settings").await;
    grace.opens("/analytical-engines/engine/settings").await.fills("Description", "By grace.").presses("Save").await;
    ada.fills("Description", "By ada.").presses("Save").await.status(409);
    ada.reads("Someone else saved this project").holds("Description", "By ada.");
    ada.reads_beside("Description", "Someone else saved: By grace.").holds("Project Name", "Engine");
    grace.opens("/analytical-engines/engine").await.reads("By grace.").does_not_read("By ada.");
    // Sent once more it is an answer to that.
    ada.presses("Save").await.status(200).reads("By ada.").does_not_read("By grace.");
    // A form of a deleted project saves nothing.
    grace.presses("Project Settings").await.fills("Description", "Too late.");
    ada.opens("/analytical-engines/engine/deletion").await.presses("Yes").await;
    grace.presses("Save").await.status(404);
}

/// ORG-10: which organization a project is made in, the address says, and nothing else.
#[actix_web::test]
async fn org_10_no_field_moves_a_project_to_another_organization() {
    let (world, ada, _grace) = colleagues().await;
    world.account("mallory").await;
    world.organization("Rival Works", &[("mallory", "owner")]);
    ada.opens("/analytical-engines/new-project").await.fills("Project Name", "Engine");
    let (path, fields) = ada.would_send("Create Project");
    let rival = world.texts("SELECT id::text AS text FROM organizations WHERE name = 'Rival Works'").remove(0);
    for field in ["organization_id", "organization", "org_id", "created_by", "id", "slug"] {
        let mut fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        fields.push((field, &rival));
        ada.posts(&path, &fields).await.status(400);
        fields.pop();
        ada.posts(&path.replace("analytical-engines", "rival-works"), &fields).await.status(404);
    }
    assert_eq!(projects(&world), 0);
    // The address of one organization opens no project of another, and the key of a used form makes nothing there.
    creates(&ada, "Engine", "Private").await;
    world.organization("Nimbus Systems", &[("ada", "owner")]);
    assert_eq!(ada.gets("/nimbus-systems/engine").await.status, 404);
    ada.posts("/nimbus-systems/engine/deletion", &[]).await.status(404);
    assert_eq!(projects(&world), 1);
}
