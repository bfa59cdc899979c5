//! Organizations: created, renamed, moved, deleted, restored, erased.

mod changed;
mod deletion;
mod settings;

use roster::app;
use roster::organizations::is_reserved;
use roster::web::form::LINE;

use crate::shared::browser::Browser;
use crate::shared::{Answer, World};

/// Where one is created.
const NEW: &str = "/account/organizations/new";

/// What is on every page of what is not there, or is not for this person.
const NOTHING_HERE: &str = "There is nothing here";

/// A key as a drawn form carries one.
const FORM: &str = "01900000-0000-7000-8000-0000000000";

/// The page Create a New Organization, come to by the menu.
async fn new_organization(browser: &Browser) -> &Browser {
    browser.opens("/dashboard").await.follows("Account Settings").await.follows("Organizations").await;
    browser.is_titled("Organizations").follows("Create a New Organization").await
}

#[actix_web::test]
async fn an_organization_is_created_from_the_menu() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    new_organization(&ada).await.is_titled("Create a New Organization").holds("URL", "");
    ada.fills("Organization Name", "Analytical Engines & Söhne").presses("Create Organization").await;

    // No script was there to suggest the URL: it comes from the name all the same.
    ada.status(200).is_at("/analytical-engines-sohne/members").is_titled("Members");
    ada.reads("Analytical Engines & Söhne is ready. Invite the people who belong to it.");
    ada.reads_in("ada", "Primary owner")
        .reads_in("ada", "You")
        .reads("1 person belongs to Analytical Engines & Söhne.");
    ada.may("Invite a New Member").may("Send Invite").reads("Nobody else is here yet");
    ada.opens("Your Dashboard").await.follows("Analytical Engines & Söhne").await.is_at("/analytical-engines-sohne");
    ada.follows("Activity").await.reads_in("ada", "created the organization Analytical Engines & Söhne");
    new_organization(&ada).await.opens("/account/organizations").await;
    ada.reads_in("Analytical Engines & Söhne", "Primary owner");
}

#[actix_web::test]
async fn an_organization_has_a_shorter_url_of_its_own() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    new_organization(&ada).await.fills("Organization Name", "Analytical Engines").fills("URL", " engines ");
    ada.presses("Create Organization").await.is_at("/engines/members");
    for (name, slug) in [("🚀 社 Rockets", "rockets-2"), ("شركة النجوم", "najm"), ("o’Brien, Ltd.", "obrien")]
    {
        new_organization(&ada).await.fills("Organization Name", name).fills("URL", slug);
        ada.presses("Create Organization").await.is_at(&format!("/{slug}/members")).reads(name);
    }
}

/// ORG-03, ORG-13, ORG-14: what cannot be a name or a URL is shown beside it, and nothing typed is lost.
#[actix_web::test]
async fn org_03_what_is_wrong_stands_beside_its_field() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    world.account("grace").await;
    world.organization("Taken Already", &[("grace", "owner")]);

    let unseen = "Remove the characters that cannot be seen.";
    let long = "x".repeat(200);
    let longer = "x".repeat(10_000);
    let marked = format!("Z{}", "\u{301}".repeat(80));
    for (name, fault) in [
        ("", "This is required."),
        ("   ", "This is required."),
        (long.as_str(), "Use at most 80 characters."),
        (longer.as_str(), "Use at most 80 characters."),
        (marked.as_str(), "Too many marks on one letter."),
        ("a\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}b", "Too many marks on one letter."),
        ("Acme \u{202e}emcA", unseen),
        ("Acme\u{7}", unseen),
        ("Acme\0", unseen),
        ("\u{200b}\u{200b}", unseen),
        ("Acme\u{feff}Works", unseen),
        ("Click http://evil.example", "A name cannot hold a web address."),
        ("4111 1111 1111 1111", "Do not enter card numbers here."),
    ] {
        ada.opens(NEW).await.fills("Organization Name", name).fills("URL", "acme");
        ada.presses("Create Organization").await.status(422).reads_beside("Organization Name", fault);
        ada.holds("URL", "acme").is_at("/account/organizations");
        // A NUL cannot be in a page: all else does, as it was typed.
        if !name.contains('\0') {
            // Of what is longer than any name the beginning comes back, with a mark behind it (COST-1).
            let shown: String = name.chars().take(LINE).collect();
            let mark = if shown == name { "" } else { "…" };
            ada.holds("Organization Name", &format!("{shown}{mark}"));
        }
    }
    let emails = "Use lower-case letters a to z, digits and hyphens only.";
    let length = "Use 3 to 40 characters.";
    let too_long = "a".repeat(41);
    for (slug, fault) in [
        ("taken-already", "This URL is taken. Choose another one."),
        ("help", "This word is kept for Roster itself. Choose another one."),
        ("sign-in", "This word is kept for Roster itself. Choose another one."),
        ("s-i-gn-in", "This word is kept for Roster itself. Choose another one."),
        ("ab", length),
        (too_long.as_str(), length),
        ("Acme", emails),
        ("acme works", emails),
        ("acmé", emails),
        ("аcme", emails),
        ("acme/members", emails),
        ("acme_works", emails),
        ("acme\0", emails),
        ("acme--works", "Put single hyphens between words."),
        ("-acme", "Begin and end with a letter or a digit."),
        ("acme-", "Begin and end with a letter or a digit."),
    ] {
        ada.opens(NEW).await.fills("Organization Name", "Acme Works").fills("URL", slug);
        ada.presses("Create Organization")
            .await
            .status(422)
            .reads_beside("URL", fault)
            .holds("Organization Name", "Acme Works");
        if !slug.contains('\0') {
            ada.holds("URL", slug);
        }
    }
    // Both at once are shown at once.
    ada.opens(NEW).await.fills("Organization Name", "").fills("URL", "x").presses("Create Organization").await;
    ada.status(422).reads_beside("Organization Name", "This is required.").reads_beside("URL", length);
    assert_eq!(world.number("SELECT count(*) AS number FROM organizations"), 1);
}

#[actix_web::test]
async fn a_name_that_suggests_no_url_asks_for_one() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    for (name, start) in [("🚀🚀🚀", ""), ("社会", ""), ("Help", "help"), ("Io", "io")] {
        ada.opens(NEW).await.fills("Organization Name", name).presses("Create Organization").await.status(422);
        ada.reads_beside("URL", "The name suggests").holds("Organization Name", name).holds("URL", start);
    }
    ada.fills("URL", "io-moon").presses("Create Organization").await.status(200).is_at("/io-moon/members");
}

/// ORG-14: bytes that are no text are shown beside their field, wherever they are typed, and are nothing in a path.
#[actix_web::test]
async fn org_14_what_is_no_text_never_reaches_the_database() {
    let world = World::new().await;
    let ada = world.founder("ada", "Acme Works").await;
    ada.opens("Settings").await;
    let version = value(&ada, "version");
    for odd in ["%00", "%ff", "%C0%80", "%ED%A0%80", "%F5%80%80%80", "%EF%BF%BE"] {
        let send = |path: &str, body: String| {
            let request = world.raw("POST", path).header("cookie", &ada.cookies()).from_our_page();
            request.header("content-type", "application/x-www-form-urlencoded").body(body).sends()
        };
        send("/account/organizations", format!("name=a{odd}b&slug=acme-2&form_key={FORM}01")).await.status(422);
        send("/account/organizations", format!("name=Acme&slug=acme{odd}&form_key={FORM}01")).await.status(422);
        send("/account/organizations", format!("name=Acme&slug=acme&form_key={odd}")).await.status(400);
        send("/acme-works/settings", format!("name=a{odd}b&slug=acme-works&version={version}")).await.status(422);
        send("/acme-works/settings", format!("name=Acme&slug=a{odd}cme&version={version}")).await.status(422);
        send("/acme-works/settings", format!("name=Acme&slug=acme&version={odd}")).await.status(400);
        send("/acme-works/members/ada/role", format!("role={odd}")).await.status(400);
        send("/account/organizations/acme-works/handover", format!("to={odd}")).await.status(422);
        for path in ["/acme{}", "/acme-works/members/a{}/removal", "/acme-works/{}/settings", "/restorations/{}"] {
            let answer = world.raw("GET", &path.replace("{}", odd)).header("cookie", &ada.cookies()).sends().await;
            assert!(matches!(answer.status, 400 | 404), "{path} with {odd}: {}", answer.status);
        }
    }
    assert_eq!(world.texts("SELECT name AS text FROM organizations"), ["Acme Works"]);
}

/// What a field that is not seen holds.
fn value(browser: &Browser, name: &str) -> String {
    let page = browser.page();
    let found =
        page.all(&format!("input[name={name}]")).first().and_then(|field| field.attr("value")).map(str::to_owned);
    found.expect("a field")
}

/// ORG-05: a form makes one organization, however often it is sent.
#[actix_web::test]
async fn org_05_the_same_form_makes_one_organization() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    new_organization(&ada).await.fills("Organization Name", "Acme Works").fills("URL", "acme");
    let (path, fields) = ada.would_send("Create Organization");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let (one, other) = tokio::join!(ada.posts(&path, &fields), ada.posts(&path, &fields));
    for answer in [one, other, ada.posts(&path, &fields).await] {
        assert_eq!(answer.status(303).location(), "/acme/members");
    }
    ada.presses("Create Organization").await.is_at("/acme/members").reads("Acme Works is ready.");
    assert_eq!(world.number("SELECT count(*) AS number FROM organizations"), 1);
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind = 'organization_founded'"), 1);
}

/// Going back in the browser brings the form back with its key: filled again, it is a new wish.
#[actix_web::test]
async fn a_form_that_is_filled_anew_makes_another_organization() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let fill = |name: &'static str, slug: &'static str| {
        [("name", name), ("slug", slug), ("form_key", "01900000-0000-7000-8000-000000000001")]
    };
    let made = ada.posts("/account/organizations", &fill("Acme", "acme")).await;
    assert_eq!(made.status(303).location(), "/acme/members");
    let again = ada.posts("/account/organizations", &fill("Acme Limited", "acme")).await;
    assert_eq!(again.status(303).location(), "/acme/members");
    ada.opens("/acme/members").await.reads("Acme is ready.").does_not_read("Acme Limited");
    let another = ada.posts("/account/organizations", &fill("Beta", "beta")).await;
    assert_eq!(another.status(303).location(), "/beta/members");
    ada.opens("/beta/members").await.reads("Beta is ready.");
    assert_eq!(world.number("SELECT count(*) AS number FROM organizations"), 2);
}

/// ORG-05: of many who want the same URL at once, one gets it and all others are shown.
#[actix_web::test]
async fn org_05_a_url_is_given_to_one() {
    let world = World::new().await;
    let mut people = Vec::new();
    for n in 0..8 {
        people.push(world.person(&format!("person{n}")).await);
    }
    for round in 0..4 {
        let slug = format!("wanted-{round}");
        let key = format!("{FORM}{round:02}");
        let fields = [("name", "Wanted"), ("slug", slug.as_str()), ("form_key", key.as_str())];
        let answers =
            futures_util::future::join_all(people.iter().map(|person| person.posts("/account/organizations", &fields)))
                .await;
        let (made, told): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 303);
        assert_eq!(made.len(), 1);
        for answer in told {
            answer.status(422).reads("This URL is taken. Choose another one.");
        }
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM organizations"), 4);
}

/// ORG-02: no organization gets a URL that Roster answers by itself.
#[actix_web::test]
async fn org_02_the_words_of_our_own_addresses_are_kept() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let first = |pattern: &str| pattern.split('/').nth(1).unwrap_or_default().to_owned();
    let mut words: Vec<String> = app::table().iter().map(|route| first(&route.pattern)).collect();
    words.retain(|word| !word.is_empty() && !word.contains('{'));
    words.sort();
    words.dedup();
    assert!(words.len() > 10, "{words:?}");
    for word in words {
        assert!(is_reserved(&word), "/{word} can be taken");
        let fields = [("name", "Acme"), ("slug", word.as_str()), ("form_key", "01900000-0000-7000-8000-000000000001")];
        ada.posts("/account/organizations", &fields).await.status(422);
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM organizations"), 0);
}

/// ORG-16: the number of organizations that one person creates in a day cannot be overrun by many tabs.
#[actix_web::test]
async fn org_16_one_person_creates_so_many_a_day() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let create = |n: usize| {
        let (name, slug, key) = (format!("Number {n}"), format!("number-{n}"), format!("{FORM}{n:02}"));
        let ada = &ada;
        async move { ada.posts("/account/organizations", &[("name", &name), ("slug", &slug), ("form_key", &key)]).await }
    };
    for n in 0..19 {
        create(n).await.status(303);
    }
    let answers = futures_util::future::join_all((20..30).map(create)).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 303).count(), 1);
    let told = answers.iter().find(|answer| answer.status != 303).expect("a refusal");
    told.status(429).reads("You created too many organizations. Try again in ");
    assert!(told.header("retry-after").parse::<u64>().unwrap() > 60);
    world.clock.days(1);
    create(31).await.status(303);
}

/// ORG-01: for a stranger there is nothing, whether it exists or not; not even by its headers.
#[actix_web::test]
async fn org_01_a_stranger_cannot_tell_missing_from_private() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.founder("ada", "Acme Works").await;
    ada.posts(
        "/acme-works/projects",
        &[("name", "Secret"), ("visibility", "private"), ("form_key", &format!("{FORM}01"))],
    )
    .await
    .status(303);
    ada.opens("/acme-works/settings").await.fills("URL", "acme").presses("Save").await.reads("The settings are saved.");
    let eve = world.person("eve").await;
    let told = |answer: &Answer, path: &str| {
        let mut headers: Vec<String> = answer
            .headers
            .iter()
            .filter(|(name, _)| !["date", "x-request-id", "set-cookie"].contains(&name.as_str()))
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or_default()))
            .collect();
        headers.sort();
        let cookies = answer.headers.get_all("set-cookie").iter().count();
        let body = answer.body_text();
        let body = body.split("Reference").next().unwrap_or_default().replace(path, "PATH");
        (answer.status, headers, cookies, body)
    };
    for rest in ["", "/members", "/activity", "/settings", "/deletion", "/secret", "/secret/settings", "/new-project"] {
        let missing = format!("/no-such-place{rest}");
        let expected = told(&eve.gets(&missing).await, &missing);
        assert_eq!(expected.0, 404);
        // The URL it has, and the one it had.
        for there in [format!("/acme{rest}"), format!("/acme-works{rest}")] {
            assert_eq!(told(&eve.gets(&there).await, &there), expected, "{there}");
        }
    }
    for path in ["departure", "handover"] {
        eve.gets(&format!("/account/organizations/acme/{path}")).await.status(404).reads(NOTHING_HERE);
    }
}
