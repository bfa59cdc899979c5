//! Access reviews: everyone is gone through, and kept, changed or removed.

mod deciding;
mod races;
mod reminders;
mod results;

use crate::shared::{Browser, World};

/// Acme, of which ada is the primary owner, alan an owner, grace a member and mary a viewer.
async fn acme() -> (World, Browser, Browser) {
    let world = World::new().await;
    let (ada, alan) = (world.person("ada").await, world.person("alan").await);
    for who in ["grace", "mary"] {
        world.account(who).await;
    }
    world.organization("Acme", &[("ada", "owner"), ("alan", "owner"), ("grace", "member"), ("mary", "viewer")]);
    (world, ada, alan)
}

/// Begins a review by the pages.
async fn begins(owner: &Browser) {
    owner.opens("/acme/members").await.follows("Access Review").await.presses("Begin a Review").await;
    owner.is_titled("Access Review").status(200);
}

/// What was decided about each, as it is kept: "grace kept ada".
fn decisions(world: &World) -> Vec<String> {
    world.texts(
        "SELECT concat_ws(' ', username, decision, new_role, decided_by_name) AS text FROM review_people ORDER BY username",
    )
}

/// The counts of the review are those of its people, whatever was done.
fn assert_counted(world: &World) {
    let wrong = world.texts(
        "SELECT r::text AS text FROM reviews r JOIN LATERAL (SELECT count(*) AS people, count(*) FILTER (WHERE decision = 'kept') AS kept, \
            count(*) FILTER (WHERE decision = 'changed') AS changed, count(*) FILTER (WHERE decision = 'removed') AS removed, \
            count(*) FILTER (WHERE decision = 'gone') AS gone FROM review_people WHERE review_id = r.id) AS n ON true \
         WHERE r.people_count <> people OR r.kept_count <> kept OR r.changed_count <> changed OR r.removed_count <> removed OR r.gone_count <> gone",
    );
    assert_eq!(wrong, [""; 0]);
}

#[actix_web::test]
async fn an_owner_goes_through_everyone() {
    let (world, ada, alan) = acme().await;
    world.runs(
        "UPDATE memberships SET last_active_at = roster_now() - interval '100 days' FROM accounts WHERE accounts.id = account_id AND username = 'mary'",
    );
    ada.opens("/acme/reviews")
        .await
        .reads("No review was finished yet")
        .reads("everyone who belongs at this moment: 4 people");
    begins(&ada).await;
    ada.reads("0 of 4 people reviewed").reads_in("ada", "Primary owner").reads_in("ada", "You");
    ada.reads_in("grace", "Two-factor off").reads_in("grace", "Last active").reads_in("mary", "Not active for 90 days");
    ada.may_not_in("ada", "Remove").may_not_in("ada", "Change Role").may_in("ada", "Keep");
    ada.presses_in("ada", "Keep").await.reads("ada was kept.").reads("1 of 4 people reviewed");
    assert!(world.mail.unread().is_empty(), "nobody is told of what stays as it is");

    // Another role, by the page that says what each can do.
    ada.follows_in("grace", "Change Role")
        .await
        .is_titled("Role of grace")
        .chooses("Viewer")
        .presses("Change Role")
        .await;
    ada.reads("grace is now a viewer of Acme.").reads("2 of 4 people reviewed");
    world.message("grace@example.org", "You are now a viewer of Acme").await;
    for owner in ["ada", "alan"] {
        world.message(&format!("{owner}@example.org"), "grace is now a viewer of Acme").await;
    }

    // Another owner goes on with the same review.
    alan.opens("/acme/reviews").await.reads("Begun by ada").follows("Go On").await.may_not_in("alan", "Remove");
    alan.follows_in("mary", "Remove")
        .await
        .is_titled("Remove mary?")
        .reads("mary and the owners receive an email about it.");
    alan.presses("Yes").await.reads("mary was removed from Acme.").reads("3 of 4 people reviewed").may("Undo");
    for who in ["mary", "ada", "alan"] {
        world.message(&format!("{who}@example.org"), "removed from Acme").await;
    }
    alan.follows("Finish Review")
        .await
        .is_titled("Finish this access review?")
        .reads("Nobody has looked at 1 person yet.");
    alan.follows("Cancel").await.presses_in("alan", "Keep").await.reads("Everyone was reviewed");
    alan.follows("Finish Review").await.reads("Everyone was looked at.").presses("Yes").await;
    alan.reads("The access review is finished.").reads_in("mary", "Removed").reads_in("mary", "alan");
    alan.reads_in("grace", "Is a viewer now").reads_in("grace", "Member").reads("Kept");
    assert_eq!(decisions(&world), ["ada kept ada", "alan kept alan", "grace changed viewer ada", "mary removed alan"]);
    assert_counted(&world);

    ada.opens("/acme/activity").await.reads("ada began an access review of 4 people");
    ada.reads("alan finished the access review: 2 kept, 1 with another role, 1 removed");
    ada.reads("ada changed the role of grace from Member to Viewer").reads("alan removed mary");
    ada.opens("/acme/reviews").await.reads("Finished by alan").may("Begin a Review");
    let today = world.texts("SELECT to_char(roster_now() AT TIME ZONE 'UTC', 'FMDD Mon YYYY') AS text").concat();
    ada.follows(&format!("Access review of {today}")).await.reads("Names and roles are those of when it was begun.");
    // What is finished is read only.
    ada.may_not("Keep").may_not("Remove").may_not("Finish Review");
}

/// Pages: each person once, those passed over come back, and no page costs more with many people.
#[actix_web::test]
async fn many_are_gone_through_a_page_at_a_time() {
    let (world, ada, _) = acme().await;
    world.ignores_emails();
    let people = "WITH people AS (INSERT INTO accounts (id, username, password_hash) \
            SELECT gen_random_uuid(), 'person-' || lpad(n::text, 4, '0'), '$argon2id$' FROM generate_series(0, 2999) n RETURNING id) \
         INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, people.id, 'member' FROM people, organizations; \
         UPDATE organizations SET member_count = 3004";
    world.runs(people);
    let begun = world.queries_of(async { begins(&ada).await }).await;
    assert!(begun < 30, "{begun} statements to begin");
    let path = ada.path();
    ada.reads("0 of 3,004 people reviewed")
        .reads("person-0000")
        .does_not_read("person-0017")
        .may("Keep All 20 on This Page");
    ada.follows("Pass Over These").await.reads("person-0017").does_not_read("person-0000");
    ada.presses("Keep All 20 on This Page").await.reads("20 people were kept.").reads("20 of 3,004 people reviewed");
    // Where one was, it goes on; and those passed over are still there.
    ada.reads("person-0037").does_not_read("person-0017").follows("First people").await.reads("person-0000");
    ada.reloads().await.reads("20 of 3,004");
    for rest in
        ["", "?after=person-2000", "/result", "/result?show=left&after=person-1000", "/result/sheet", "/completion"]
    {
        let asked = world
            .queries_of(async {
                ada.gets(&format!("{path}{rest}")).await.status(200);
            })
            .await;
        assert!(asked <= 3, "{rest}: {asked} statements");
    }
    let asked = world
        .queries_of(async {
            ada.gets("/acme/reviews").await.status(200);
        })
        .await;
    assert!(asked <= 3, "{asked} statements");
    ada.opens(&format!("{path}?after=person-2999")).await.reads("End of list").follows("From the Beginning").await;
    // On paper a thousand are on a sheet.
    let sheet = ada.gets(&format!("{path}/result/sheet")).await.body_text();
    assert_eq!(sheet.matches("<th scope=\"row\">").count(), 1_000);
    assert_counted(&world);
}

/// REV: nobody but owners sees, begins or decides anything.
#[actix_web::test]
async fn reviews_are_for_owners() {
    let (world, ada, _) = acme().await;
    world.ignores_emails();
    world.account("katherine").await;
    world.account("bill").await;
    world.organization("Elsewhere", &[("katherine", "owner")]);
    world.runs(
        "INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, accounts.id, 'billing' \
         FROM organizations, accounts WHERE name = 'Acme' AND username = 'bill'; UPDATE organizations SET member_count = 5 WHERE name = 'Acme'",
    );
    begins(&ada).await;
    let path = ada.path();
    let before = decisions(&world);
    let gets = ["", "/result", "/result/sheet", "/completion", "/people/mary/removal", "/people/mary/role"];
    let posts: [(&str, &[(&str, &str)]); 5] = [
        ("/decisions", &[("people", "mary")]),
        ("/people/mary/removal", &[]),
        ("/people/mary/role", &[("role", "owner")]),
        ("/completion", &[]),
        ("/export", &[("format", "csv")]),
    ];
    for (who, status) in [("grace", 403), ("mary", 403), ("bill", 403), ("katherine", 404)] {
        let browser = world.visitor().await;
        browser.signs_in(who).await;
        if status == 403 {
            browser.opens("/acme/members").await.may_not("Access Review");
        }
        for rest in gets {
            browser.gets(&format!("{path}{rest}")).await.status(status);
        }
        for (rest, fields) in posts {
            browser.posts(&format!("{path}{rest}"), fields).await.status(status);
        }
        browser.gets("/acme/reviews").await.status(status);
        browser.posts("/acme/reviews", &[]).await.status(status);
        browser.posts("/acme/reviews/reminders", &[("wanted", "yes")]).await.status(status);
        // A review is nowhere but in its organization, the person who asks.
        if status == 404 {
            let elsewhere = path.replace("/acme/", "/elsewhere/");
            for rest in ["", "/result", "/result/sheet", "/completion"] {
                browser.gets(&format!("{elsewhere}{rest}")).await.status(404);
            }
            for (rest, fields) in posts {
                browser.posts(&format!("{elsewhere}{rest}"), fields).await.status(404);
            }
        }
    }
    assert_eq!(decisions(&world), before);
    for nonsense in ["nonsense", "00000000-0000-0000-0000-000000000000"] {
        ada.gets(&format!("/acme/reviews/{nonsense}")).await.status(404);
        ada.posts(&format!("/acme/reviews/{nonsense}/decisions"), &[("people", "mary")]).await.status(404);
    }
    let raw = world.raw("POST", "/acme/reviews").header("cookie", &ada.cookies());
    raw.header("sec-fetch-site", "cross-site").form(&[]).sends().await.status(403);
}

/// Beginning twice, in two tabs or by a double click, begins one; finishing twice finishes once.
#[actix_web::test]
async fn beginning_and_finishing_twice_is_done_once() {
    let (world, ada, alan) = acme().await;
    world.ignores_emails();
    let answers = tokio::join!(ada.posts("/acme/reviews", &[]), alan.posts("/acme/reviews", &[]));
    assert_eq!(answers.0.status(303).location(), answers.1.status(303).location());
    let path = answers.0.location().to_owned();
    ada.posts(&format!("{path}/completion"), &[]).await.status(303);
    alan.opens(&format!("{path}/completion")).await.is_at(&format!("{path}/result"));
    alan.posts(&format!("{path}/completion"), &[]).await.status(303);
    alan.opens(&path).await.is_at(&format!("{path}/result")).reads("The access review was finished by ada.");
    for kind in ["access_review_begun", "access_review_finished"] {
        assert_eq!(world.number(&format!("SELECT count(*) AS number FROM history WHERE kind = '{kind}'")), 1, "{kind}");
    }
    alan.opens("/acme/activity").await.reads("ada finished the access review: 4 not reviewed");
    // Enough is enough: each writes down everyone.
    for _ in 0..9 {
        let path = ada.posts("/acme/reviews", &[]).await.status(303).location().to_owned();
        ada.posts(&format!("{path}/completion"), &[]).await.status(303);
    }
    ada.posts("/acme/reviews", &[]).await.status(429).reads("Too many reviews were started.");
}
