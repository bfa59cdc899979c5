//! What must hold for cards, row by row: kept, shown, asked for, and by whom.

use crate::billing::{VISA, cards, colleagues, expiry, fields, fills_in, gave_password_lately, posts, types_card};

/// PAY-01, PAY-02: brand, last four and expiry are kept, and nothing else of a card, wherever one looks.
/// `at_rest` looks into the dump, the write-ahead log and the log as well.
#[actix_web::test]
async fn pay_01_02_nothing_but_brand_last_four_and_expiry_is_kept() {
    let (world, ada, _grace) = colleagues().await;
    fills_in(&ada).await;
    types_card(&ada, "5555 5555 5555 4444", "737");
    ada.presses("Save").await.reads("saved");
    let kept = world.everything_kept();
    assert!(kept.contains("Mastercard") && kept.contains("4444"));
    let digits: String = kept.chars().filter(char::is_ascii_digit).collect();
    assert!(!digits.contains("55555555"), "the number");
    let columns = world.texts(
        "SELECT column_name::text AS text FROM information_schema.columns WHERE table_name = 'cards' ORDER BY 1",
    );
    let known =
        ["brand", "expiry_month", "expiry_year", "last_four", "modified_at", "organization_id", "provider_reference"];
    assert_eq!(columns, known, "PAY-01: no column for a number or a code");
}

/// PAY-03: a number in a wrong line is refused, is not shown again, and the database takes none either.
#[actix_web::test]
async fn pay_03_a_number_in_a_wrong_line_is_refused() {
    let (world, ada, _grace) = colleagues().await;
    let numbers = [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111  1111  1111  1111",
        "4111/1111/1111/1111",
        "４１１１１１１１１１１１１１１１",
    ];
    for number in numbers {
        for label in ["Cardholder Name", "Address Line 1", "Address Line 2", "City", "State or Province", "Expiry Date"]
        {
            fills_in(&ada).await;
            ada.fills(label, &format!("x {number}")).presses("Save").await.status(422);
            ada.holds(label, "").reads_beside(label, if label == "Expiry Date" { "04/29" } else { "card number" });
            assert!(!ada.page().body.contains("1111"), "{label}");
        }
        let name = format!("Acme {number}");
        for (page, label, button) in [
            ("/account/organizations/new", "Organization Name", "Create Organization"),
            ("/analytical-engines/settings", "Organization Name", "Save"),
            ("/analytical-engines/new-project", "Project Name", "Create Project"),
            ("/analytical-engines/new-project", "Description", "Create Project"),
        ] {
            ada.opens(page)
                .await
                .fills(label, &name)
                .presses(button)
                .await
                .status(422)
                .reads_beside(label, "card number");
        }
    }
    let lines = "4111\r\n1111\r\n1111\r\n1111";
    ada.opens("/analytical-engines/new-project").await.fills("Project Name", "Fine").fills("Description", lines);
    ada.presses("Create Project").await.status(422).reads_beside("Description", "card number");
    let visitor = world.visitor().await;
    visitor.opens("/create-account").await.fills("Username", "4111111111111111").presses("Create Account").await;
    visitor.status(422).reads_beside("Username", "card number");
    ada.opens("/account/organizations/new")
        .await
        .fills("Organization Name", "Fine")
        .fills("URL", "4111-1111-1111-1111");
    ada.presses("Create Organization").await.status(422).reads_beside("URL", "card number");
    let kept = world.everything_kept().replace([' ', '-', '/'], "");
    assert!(!kept.contains("4111111111111111"));
    for statement in [
        "UPDATE organizations SET name = '4111 1111 1111 1111'",
        "INSERT INTO billing_details (organization_id, cardholder, address_line_1, city, country, contact_email) \
         SELECT id, 'Ada', '4111-1111-1111-1111', 'London', 'GB', 'a@b.org' FROM organizations",
    ] {
        let refused = diesel::connection::SimpleConnection::batch_execute(&mut world.connection(), statement);
        assert!(refused.unwrap_err().to_string().contains("hold_no_card_number"), "{statement}");
    }
}

/// PAY-04, PAY-05: who is no owner sees nothing of who pays, and changes nothing.
#[actix_web::test]
async fn pay_04_05_members_and_others_see_nothing_of_billing() {
    let (world, ada, grace) = colleagues().await;
    fills_in(&ada).await;
    types_card(&ada, VISA, "737");
    ada.presses("Save").await.presses("Modify").await;
    let (rival, visitor) = (world.person("mallory").await, world.visitor().await);
    world.organization("Rival Works", &[("mallory", "owner")]);
    let fields = fields(&ada, VISA);
    let before = world.everything_kept();
    for (browser, status) in [(&grace, 403), (&rival, 404), (&visitor, 303)] {
        for path in ["/analytical-engines/settings/billing", "/analytical-engines/settings"] {
            let answer = browser.gets(path).await;
            answer.status(status);
            assert!(!answer.body_text().contains("4242"));
        }
        posts(browser, &fields).await.status(status);
    }
    assert_eq!(world.everything_kept(), before);
    for path in [
        "/analytical-engines",
        "/analytical-engines/members",
        "/analytical-engines/activity",
        "/dashboard",
        "/account/organizations",
    ] {
        let page = grace.gets(path).await.status(200).body_text();
        for secret in ["4242", "Visa", "Lovelace", "bills@example.org", "St James", "settings/billing"] {
            assert!(!page.contains(secret), "{secret} stands at {path}");
        }
    }
    // Nor is billing of one organization the other's.
    rival.opens("/rival-works/settings").await.does_not_read("Lovelace").presses("Modify").await.holds("City", "");
}

/// PAY-06: a card is saved by our own form alone, by somebody whose password was given recently.
#[actix_web::test]
async fn pay_06_saving_asks_for_the_password_and_comes_from_our_page() {
    let (world, ada, _grace) = colleagues().await;
    fills_in(&ada).await;
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields(&ada, VISA)).finish();
    let forged = world
        .raw("POST", "/analytical-engines/settings/billing")
        .header("cookie", &ada.cookies())
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    forged.sends().await.status(403);
    types_card(&ada, VISA, "737");
    world.clock.minutes(31);
    ada.presses("Save").await.is_titled("Confirm your password");
    assert_eq!(cards(&world).len() as i64 + world.number("SELECT count(*) AS number FROM billing_details"), 0);
    // The page carries what was typed, but nothing of the number or the code: those are asked for again.
    let body = ada.page().body.clone();
    assert!(body.contains("Lovelace") && !body.replace([' ', '-'], "").contains("4242") && !body.contains("737"));
    ada.fills("Password", "not the password").presses("Continue").await.status(422).is_titled("Confirm your password");
    ada.fills("Password", crate::shared::PASSWORD).presses("Continue").await.status(422);
    ada.reads_beside("Card Number", "This is required.").holds("Card Number", "").holds("CVC", "");
    ada.holds("Cardholder Name", "Ada Lovelace").holds("Expiry Date", &expiry(24));
    types_card(&ada, VISA, "737");
    ada.presses("Save").await.is_at("/analytical-engines/settings").reads("•••• 4242");
}

/// PAY-03, PAY-09: nor does the page that asks for the password carry on a number from a wrong line.
#[actix_web::test]
async fn pay_09_the_password_page_carries_no_stray_number() {
    let (world, ada, _grace) = colleagues().await;
    fills_in(&ada).await;
    ada.fills("Cardholder Name", "4111 1111 1111 1111").fills("Expiry Date", "4111111111111111").fills("City", "Ely");
    world.clock.minutes(31);
    ada.presses("Save").await.is_titled("Confirm your password");
    let body = ada.page().body.clone();
    assert!(body.contains("Ely") && !body.contains("1111"), "{body}");
}

/// PAY-07: what is typed into an address is text.
#[actix_web::test]
async fn pay_07_a_script_in_an_address_is_text() {
    let (_world, ada, _grace) = colleagues().await;
    fills_in(&ada).await;
    let script = "\"'><svg onload=1>";
    for label in ["Cardholder Name", "Address Line 1", "Address Line 2", "City", "State or Province"] {
        ada.fills(label, script);
    }
    ada.presses("Save").await.is_at("/analytical-engines/settings").reads(script);
    for path in ["/analytical-engines/settings", "/analytical-engines/settings/billing", "/analytical-engines/activity"]
    {
        assert!(!ada.gets(path).await.body_text().contains("<svg onload"), "{path}");
    }
    ada.presses("Modify").await.holds("City", script);
}

/// PAY-08: four digits are all that any page ever shows.
#[actix_web::test]
async fn pay_08_no_page_shows_more_than_four_digits() {
    let (_world, ada, _grace) = colleagues().await;
    fills_in(&ada).await;
    types_card(&ada, "5105 1051 0510 5100", "737");
    ada.presses("Save").await.reads("5100");
    let paths = [
        "/dashboard",
        "/analytical-engines",
        "/analytical-engines/members",
        "/analytical-engines/activity",
        "/analytical-engines/settings",
        "/analytical-engines/settings/billing",
    ];
    for path in paths {
        let page = ada.gets(path).await.status(200).body_text();
        assert!(!page.contains("5105") && !page.contains("0510"), "{path}");
    }
}

/// PAY-09: whatever comes back, the card's lines are empty, and a card that was right is asked for again.
#[actix_web::test]
async fn pay_09_the_lines_of_the_card_are_empty_on_every_page_that_asks_again() {
    let (_world, ada, _grace) = colleagues().await;
    for (label, typed) in
        [("Expiry Date", "01/20"), ("CVC", "73"), ("Card Number", "4242 4242 4242 4243"), ("City", "")]
    {
        fills_in(&ada).await;
        types_card(&ada, VISA, "73737");
        ada.fills("CVC", "737").fills(label, typed).presses("Save").await.status(422);
        ada.holds("Card Number", "").holds("CVC", "").holds("Cardholder Name", "Ada Lovelace");
        let body = ada.page().body.clone();
        assert!(!body.contains("4242") && !body.contains("\"737\"") && !body.contains("\"73\""), "{label}");
        assert!(!ada.page().beside("Card Number").is_empty(), "that the number is to be typed again is told");
    }
}

/// PAY-10: nothing of a card comes into an address or a cache, and browsers know what to fill in.
#[actix_web::test]
async fn pay_10_a_card_is_posted_and_never_kept_by_the_browser() {
    let (_world, ada, _grace) = colleagues().await;
    fills_in(&ada).await;
    let action = {
        let page = ada.page();
        for (name, expected) in
            [("cardholder", "cc-name"), ("card_number", "cc-number"), ("expiry_date", "cc-exp"), ("cvc", "cc-csc")]
        {
            let field = page.all(&format!("input[name={name}]"))[0];
            assert_eq!(field.attr("autocomplete"), Some(expected), "{name}");
        }
        let form = page.all("form:has([name=card_number])")[0];
        assert_eq!(form.attr("method"), Some("post"));
        assert_eq!(page.headers.get("cache-control").unwrap(), "no-store");
        assert_eq!(page.headers.get("referrer-policy").unwrap(), "same-origin");
        form.attr("action").unwrap().to_owned()
    };
    for query in ["?card_number=4242424242424242&cvc=737&cardholder=Ada", "?expiry_date=04/29"] {
        let answer = ada.gets(&format!("{action}{query}")).await;
        assert!(!answer.status(200).body_text().contains("737") && !answer.body_text().contains("4242"));
    }
}

/// PAY-11: no script of anybody else's runs beside the card.
#[actix_web::test]
async fn pay_11_no_foreign_script_runs_beside_the_card() {
    let (_world, ada, _grace) = colleagues().await;
    fills_in(&ada).await;
    let page = ada.page();
    for script in page.all("script, link[rel=stylesheet]") {
        let from = script.attr("src").or(script.attr("href")).expect("nothing inline");
        assert!(from.starts_with("/static/"), "{from}");
    }
    let policy = page.headers.get("content-security-policy").unwrap().to_str().unwrap();
    assert!(!policy.contains("unsafe") && !policy.contains("http") && !policy.contains('*'), "{policy}");
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"), "{policy}");
}

/// PAY-12: the form tells nobody which of many cards are good.
#[actix_web::test]
async fn pay_12_the_sixth_card_within_an_hour_is_too_many() {
    let (world, ada, _grace) = colleagues().await;
    fills_in(&ada).await;
    for number in ["4242424242424242", "5555555555554444", "4111111111111111", "6011111111111117", "3566002020360505"] {
        fills_in(&ada).await;
        posts(&ada, &fields(&ada, number)).await.status(303);
    }
    fills_in(&ada).await;
    let kept = cards(&world);
    let answer = posts(&ada, &fields(&ada, "5105105105105100")).await;
    answer.status(429).reads("Too many cards were tried here.");
    assert!(answer.header("retry-after").parse::<u64>().unwrap() <= 3600);
    assert_eq!(cards(&world), kept);
    // Who pays can still be changed without a card, and an hour later a card, too.
    fills_in(&ada).await;
    ada.fills("City", "Oxford").presses("Save").await.reads("Oxford");
    world.clock.hours(1);
    gave_password_lately(&world);
    ada.presses("Modify").await;
    types_card(&ada, "5105105105105100", "737");
    ada.presses("Save").await.reads("5100");
}

/// PAY-13: of two owners at the same form, the second is shown.
#[actix_web::test]
async fn pay_13_nothing_is_lost_between_two_owners() {
    let (world, ada, _grace) = colleagues().await;
    let henry = world.person("henry").await;
    world.runs("INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, accounts.id, 'owner' FROM organizations, accounts WHERE username = 'henry'; UPDATE organizations SET member_count = 3");
    fills_in(&ada).await;
    ada.presses("Save").await.presses("Modify").await;
    henry.opens("/analytical-engines/settings/billing").await.fills("City", "Paris").chooses("France");
    henry.presses("Save").await.reads("Paris");
    types_card(&ada, VISA, "737");
    ada.fills("City", "Oxford").presses("Save").await.status(409).reads("henry changed the billing details on ");
    ada.holds("City", "Oxford").reads_beside("City", "It is Paris now.");
    ada.reads_beside("Country", "It is France now.").holds("Card Number", "").holds("CVC", "");
    assert_eq!(cards(&world).len(), 0);
    henry.reloads().await.reads("Paris");
    types_card(&ada, VISA, "737");
    ada.presses("Save").await.reads("Oxford").reads("•••• 4242");
}

/// PAY-14: nothing of it outlives the organization.
#[actix_web::test]
async fn pay_14_who_paid_is_erased_with_the_organization() {
    let (world, ada, _grace) = colleagues().await;
    fills_in(&ada).await;
    types_card(&ada, VISA, "737");
    ada.presses("Save").await.presses("Delete this Organization").await.presses("Yes").await;
    let left = "SELECT (SELECT count(*) FROM cards) + (SELECT count(*) FROM billing_details) AS number";
    assert_eq!(world.number(left), 2, "an owner can restore it");
    // What owners were informed about it has left by then, and is forgotten in the outbox.
    world.post().await;
    world.clock.days(15);
    roster::organizations::erase_due(&world.db).await.unwrap();
    assert_eq!(world.number(left), 0);
    assert!(!world.everything_kept().contains("Lovelace"));
}
