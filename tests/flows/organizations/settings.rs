//! Settings: the name and the URL.

use super::{FORM, NOTHING_HERE, value};
use crate::shared::World;

#[actix_web::test]
async fn an_organization_gets_another_name_and_url() {
    let world = World::new().await;
    let ada = world.founder("ada", "Acme Works").await;
    let grace = world.person("grace").await;
    world.runs(
        "INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, accounts.id, 'member' \
         FROM organizations, accounts WHERE username = 'grace'; UPDATE organizations SET member_count = 2",
    );
    grace.opens("/acme-works/members").await.is_titled("Members").may_not("Settings");

    ada.opens("Settings").await.is_at("/acme-works/settings").holds("Organization Name", "Acme Works");
    ada.holds("URL", "acme-works").fills("Organization Name", "Acme").fills("URL", "acme").presses("Save").await;
    ada.is_at("/acme/settings")
        .reads("The settings are saved.")
        .holds("Organization Name", "Acme")
        .holds("URL", "acme");

    // What was bookmarked leads on, to the same page, with all that was asked.
    let old = grace.gets("/acme-works/members?after=x&pending=y").await;
    assert_eq!(old.status(301).location(), "/acme/members?after=x&pending=y");
    for (from, to) in [
        ("/acme-works", "/acme"),
        ("/acme-works/activity", "/acme/activity"),
        ("/account/organizations/acme-works/departure", "/account/organizations/acme/departure"),
    ] {
        assert_eq!(grace.gets(from).await.status(301).location(), to);
    }
    // A tab that is still open can still be used, and sees the new name.
    grace.reloads().await.is_at("/acme/members").reads("Acme");
    ada.posts("/acme-works/members/grace/role", &[("role", "owner")]).await.status(303);
    ada.opens("/acme/activity").await.reads("renamed the organization from Acme Works to Acme");
    ada.reads("changed the URL from /acme-works to /acme");

    // Nobody else gets the old URL; the organization itself can have it back.
    let eve = world.person("eve").await;
    eve.opens("/account/organizations/new").await.fills("Organization Name", "Eve").fills("URL", "acme-works");
    eve.presses("Create Organization").await.status(422).reads_beside("URL", "This URL is taken.");
    ada.opens("/acme/settings").await.fills("URL", "acme-works").presses("Save").await.is_at("/acme-works/settings");
    assert_eq!(ada.gets("/acme/members").await.status(301).location(), "/acme-works/members");
    world.ignores_emails();
}

#[actix_web::test]
async fn what_is_wrong_with_the_settings_stands_beside_its_field() {
    let world = World::new().await;
    let ada = world.founder("ada", "Acme Works").await;
    world.account("grace").await;
    world.organization("Taken Already", &[("grace", "owner")]);
    for (name, slug, label, fault) in [
        (" ", "acme", "Organization Name", "This is required."),
        ("A\u{202e}B", "acme", "Organization Name", "Remove the characters that cannot be seen."),
        ("Acme", "", "URL", "This is required."),
        ("Acme", "Acme", "URL", "Use lower-case letters"),
        ("Acme", "dashboard", "URL", "This word is kept for Roster itself."),
        ("Acme", "taken-already", "URL", "This URL is taken."),
    ] {
        ada.opens("/acme-works/settings")
            .await
            .fills("Organization Name", name)
            .fills("URL", slug)
            .presses("Save")
            .await;
        ada.status(422).reads_beside(label, fault).holds("Organization Name", name).holds("URL", slug);
    }
    assert_eq!(world.texts("SELECT name AS text FROM organizations WHERE version > 1"), [""; 0]);
}

/// ORG-17: of two who change the settings, the later one is informed what the earlier one did.
#[actix_web::test]
async fn org_17_a_stale_form_is_told_what_changed() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let grace = world.person("grace").await;
    world.ignores_emails();
    world.organization("Acme", &[("ada", "owner"), ("grace", "owner")]);
    ada.opens("/acme/settings").await.fills("Organization Name", "Acme of Ada");
    grace.opens("/acme/settings").await.fills("Organization Name", "Acme of Grace").fills("URL", "acme-2");
    grace.presses("Save").await.reads("The settings are saved.");

    ada.presses("Save").await.status(409).reads("grace changed the settings on ");
    ada.reads_beside("Organization Name", "It is Acme of Grace now.").reads_beside("URL", "It is acme-2 now.");
    ada.reads("Your changes were not saved").holds("Organization Name", "Acme of Ada").holds("URL", "acme");
    assert_eq!(world.texts("SELECT name AS text FROM organizations"), ["Acme of Grace"]);
    // Saved once more, it is an answer to that.
    ada.presses("Save").await.is_at("/acme/settings").holds("Organization Name", "Acme of Ada");
    // A form that wishes what is so already is not stale.
    grace.opens("/acme/settings").await;
    let version = value(&grace, "version");
    let fields = [("name", "Acme of Ada"), ("slug", "acme"), ("version", version.as_str())];
    for _ in 0..2 {
        grace.posts("/acme/settings", &fields).await.status(303);
    }
}

/// ORG-15: what could be a script in a name is only ever text: in every page, title, attribute, letter.
#[actix_web::test]
async fn org_15_a_name_is_only_ever_text() {
    const CANARY: &str = "\"'><svg onload=1>";
    let world = World::new().await;
    let ada = world.person("ada").await;
    let grace = world.person("grace").await;
    ada.opens("/account/organizations/new").await.fills("Organization Name", CANARY).fills("URL", "acme");
    ada.presses("Create Organization").await.is_at("/acme/members").reads(CANARY);
    let invited = [("email", "grace@example.org"), ("role", "owner"), ("form_key", &format!("{FORM}01"))];
    ada.posts("/acme/invitations", &invited).await.status(303);
    let message = world.email_to("grace@example.org").await;
    grace
        .opens("/dashboard")
        .await
        .reads(CANARY)
        .opens_link(&message)
        .await
        .reads(CANARY)
        .presses("Accept Invitation")
        .await;
    grace.reads(CANARY);
    let project =
        [("name", CANARY), ("description", CANARY), ("visibility", "public"), ("form_key", &format!("{FORM}02"))];
    ada.posts("/acme/projects", &project).await.status(303);
    let project = format!("/acme/{}", world.texts("SELECT slug AS text FROM project_addresses").concat());
    ada.posts("/acme/members/grace/role", &[("role", "member")]).await.status(303);
    ada.posts("/acme/members/grace/role", &[("role", "owner")]).await.status(303);

    let mut pages: Vec<String> =
        ["", "/members", "/activity", "/settings", "/deletion", "/new-project", "/members/grace/removal"]
            .map(|rest| format!("/acme{rest}"))
            .to_vec();
    pages.extend(["", "/settings", "/deletion"].map(|rest| format!("{project}{rest}")));
    pages.extend(["/dashboard", "/dashboard/projects", "/account/organizations"].map(str::to_owned));
    pages.extend(["handover", "departure"].map(|what| format!("/account/organizations/acme/{what}")));
    for path in pages {
        ada.opens(&path).await.status(200);
        let page = ada.page();
        assert!(page.body.contains("onload=1"), "{path} shows no name");
        assert!(page.all("[onload], svg[onload]").is_empty(), "{path} runs it\n{}", page.body);
        drop(page);
    }
    grace.posts("/account/organizations/acme/departure", &[]).await.status(303);
    grace.opens("/account/organizations").await.reads(&format!("You left {CANARY}."));
    ada.posts("/acme/deletion", &[]).await.status(303);
    ada.opens("/dashboard").await.reads(&format!("{CANARY} was deleted."));
    world.post().await;
    let emails = world.mail.all();
    assert!(emails.len() > 5, "{emails:?}");
    for message in emails {
        assert!(!message.html.contains("<svg onload"), "{}", message.html);
        message.reads("<svg onload=1>");
    }
    world.ignores_emails();
}

/// MEM-08 for the forms here, ORG-10: nothing is bound that the form does not ask for.
#[actix_web::test]
async fn org_10_what_a_form_does_not_ask_for_is_refused() {
    let world = World::new().await;
    let ada = world.founder("ada", "Acme Works").await;
    world.account("grace").await;
    world.organization("Foreign", &[("grace", "owner")]);
    let foreign = world.texts("SELECT id::text AS text FROM organizations WHERE name = 'Foreign'").concat();
    let kept = world.everything_kept();
    for field in ["organization_id", "org_id", "organization", "primary_owner_id", "created_by", "id", "member_count"] {
        let more = (field, foreign.as_str());
        let key = format!("{FORM}01");
        let project = [("name", "Mill"), ("visibility", "private"), ("form_key", &key), more];
        ada.posts("/acme-works/projects", &project).await.status(400);
        ada.posts("/account/organizations", &[("name", "Beta"), ("slug", "beta"), ("form_key", &key), more])
            .await
            .status(400);
        ada.posts("/acme-works/settings", &[("name", "Beta"), ("slug", "beta"), ("version", "1"), more])
            .await
            .status(400);
        ada.posts("/acme-works/deletion", &[more]).await.status(400);
    }
    ada.posts("/foreign/projects", &[("name", "Mill"), ("visibility", "private"), ("form_key", &format!("{FORM}01"))])
        .await
        .status(404)
        .reads(NOTHING_HERE);
    assert_eq!(world.everything_kept(), kept);
}

/// ORG-13: the longest and oddest of names that are allowed break no page; what is not allowed is refused by
/// the database, too.
#[actix_web::test]
async fn org_13_no_name_breaks_a_page() {
    let world = World::new().await;
    let ada = world.founder("ada", "Acme Works").await;
    world.ignores_emails();
    let (wide, emoji, marked) = ("W".repeat(80), "🚀".repeat(80), "a\u{301}\u{302}\u{303}\u{304}".repeat(16));
    for name in [wide.as_str(), &emoji, &marked, "ﷺ﷽", "<b>&amp;</b>", "{{ 7 * 7 }}", "%s%n", "شركة النجوم ١٢٣"]
    {
        ada.opens("/acme-works/settings").await.fills("Organization Name", name).presses("Save").await;
        ada.status(200).reads("The settings are saved.");
        for path in
            ["/acme-works", "/acme-works/members", "/acme-works/activity", "/dashboard", "/account/organizations"]
        {
            let page = ada.gets(path).await;
            page.status(200).reads(&world.texts("SELECT name AS text FROM organizations").concat());
        }
    }
    for (name, constraint) in [
        ("x".repeat(81), "organizations_names_are_plain_lines"),
        (String::new(), "organizations_names_are_plain_lines"),
        (" Acme".to_owned(), "organizations_names_are_plain_lines"),
        ("A\u{202e}B".to_owned(), "organizations_names_are_plain_lines"),
        ("A\r\nB".to_owned(), "organizations_names_are_plain_lines"),
        ("4111 1111 1111 1111".to_owned(), "organizations_names_hold_no_card_number"),
    ] {
        let statement = format!("UPDATE organizations SET name = '{name}'");
        let refused = diesel::RunQueryDsl::execute(diesel::sql_query(statement), &mut world.connection()).unwrap_err();
        assert!(refused.to_string().contains(constraint), "{name:?}: {refused}");
    }
    // Where it is long, it wraps.
    let css = ada.page().all("link[rel=stylesheet]").first().and_then(|link| link.attr("href")).unwrap().to_owned();
    assert!(ada.gets(&css).await.body_text().contains("overflow-wrap"));
}
