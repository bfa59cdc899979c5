//! Everybody reads dates and times in a zone and a format of their own, on every page and in emails.

use chrono::{DateTime, FixedOffset};
use roster::accounts::password::{Cost, Hasher};
use roster::app;
use roster::mail::dev_mailbox::DevMailbox;
use roster::seed;

use crate::pages::walks;
use crate::shared::World;
use crate::shared::browser::Browser;

/// Months as only the default format writes them.
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Lets somebody choose a zone, and the format of this key, by the page.
async fn chooses(browser: &Browser, zone: &str, format: &str) {
    browser.opens("/account/date-time-format").await;
    let example: String = {
        let page = browser.page();
        let options = page.all(&format!("option[value={format}]"));
        options.first().expect("the format").text().collect()
    };
    browser.chooses(&example).fills("Time Zone", zone).presses("Submit").await;
    browser.status(200).reads("Dates and times are shown like this").holds("Time Zone", zone);
}

/// What PostgreSQL, which has a calendar of its own, makes of a moment.
fn told(world: &World, moment: &str, zone: &str, picture: &str) -> String {
    world.texts(&format!("SELECT to_char(({moment}) AT TIME ZONE '{zone}', '{picture}') AS text")).remove(0)
}

fn lines_of_history(world: &World) -> i64 {
    world.number("SELECT count(*) AS number FROM history WHERE kind = 'time_format_changed'")
}

#[actix_web::test]
async fn a_person_chooses_how_dates_and_times_are_shown() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    ada.follows("Account Settings").await.follows("Date & Time Format").await.is_titled("Date & Time Format");
    ada.holds("Time Zone", "UTC").reads("UTC.").may("Submit");
    let examples: Vec<String> =
        ada.page().all("select option").iter().map(|option| option.text().collect::<String>()).collect();
    let day = told(&world, "roster_now()", "UTC", "FMDD Mon YYYY, ");
    assert!(examples.len() == 6 && examples[0].starts_with(&day), "{examples:?}, not {day}");
    assert!(ada.page().all("datalist option").len() > 350);

    // The city alone will do, in any case.
    ada.chooses(&examples[1]).fills("Time Zone", "new york").presses("Submit").await.status(200);
    ada.is_at("/account/date-time-format").holds("Time Zone", "America/New_York");
    let day = told(&world, "roster_now()", "America/New_York", "Mon FMDD, YYYY, ");
    ada.reads(&format!("Dates and times are shown like this: {day}")).reads("in America/New_York (UTC-0");
    assert!(ada.holds_value("Date & Time Format").starts_with(&day));
    assert_eq!(
        world.texts("SELECT time_zone || ' ' || time_format AS text FROM accounts"),
        ["America/New_York month_day_year"]
    );
    assert_eq!(lines_of_history(&world), 1);

    // The same once more changes nothing.
    ada.presses("Submit").await.status(200);
    assert_eq!(lines_of_history(&world), 1);
}

#[actix_web::test]
async fn an_unknown_zone_is_answered_with_what_is_like_it() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let submits = async |zone: &str| {
        ada.opens("/account/date-time-format").await.fills("Time Zone", zone).presses("Submit").await.status(422);
        ada.holds("Time Zone", zone).does_not_read("shown like this");
    };
    submits("Kathmando").await;
    ada.reads_beside("Time Zone", "Did you mean Asia/Kathmandu (UTC+05:45)");
    submits("<b>Narnia</b>").await;
    ada.reads_beside("Time Zone", "Type a large city in it, such as Berlin or New York.");
    submits("").await;
    submits("../../etc/localtime").await;
    submits(&"x".repeat(300)).await;
    let forged = [("time_format", "%Y"), ("time_zone", "Europe/Berlin")];
    ada.posts("/account/date-time-format", &forged).await.status(422);
    ada.posts("/account/date-time-format", &[("time_zone", "Europe/Berlin")]).await.status(422);
    assert_eq!(world.texts("SELECT time_zone || ' ' || time_format AS text FROM accounts"), ["UTC day_month_year"]);
    assert_eq!(lines_of_history(&world), 0);
}

/// Each moment on the page that is open, given by its machine-readable value: what is there in
/// full is the same moment in Kathmandu, which has the same odd offset in summer and winter.
fn moments_in_kathmandu(browser: &Browser, wrong: &mut Vec<String>) -> usize {
    let page = browser.page();
    let kathmandu = FixedOffset::east_opt((5 * 60 + 45) * 60).unwrap();
    let moments = page.all("time");
    for moment in &moments {
        let machine = moment.attr("datetime").unwrap_or_default();
        let Ok(at) = DateTime::parse_from_rfc3339(machine) else {
            wrong.push(format!("{}: no moment is {machine:?}", page.address.path()));
            continue;
        };
        let there = at.with_timezone(&kathmandu);
        let (full, day) = (there.format("%d.%m.%Y %H:%M UTC+05:45").to_string(), there.format("%d.%m.%Y").to_string());
        let words: String = moment.text().collect();
        let near = words == "just now" || words.starts_with("in ") || words.ends_with(" ago");
        if moment.attr("title") != Some(&full) || !(near || words == day || words == full) {
            wrong.push(format!("{}: {words:?}, {:?}, not {full}", page.address.path(), moment.attr("title")));
        }
    }
    let text = page.text();
    // The bare word names the zone in a sentence, as in "midnight UTC".
    let of_another_zone = |word: &&str| word.trim_end_matches(['.', ',']) != "UTC" && !word.contains("UTC+05:45");
    for word in text.split_whitespace().filter(|word| word.contains("UTC")).filter(of_another_zone) {
        wrong.push(format!("{}: {word}", page.address.path()));
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    for pair in words.windows(2) {
        let year = pair[1].trim_matches(|c: char| !c.is_ascii_digit());
        if MONTHS.iter().any(|month| pair[0].starts_with(month)) && year.len() == 4 && year.parse::<u16>().is_ok() {
            wrong.push(format!("{}: {} {}", page.address.path(), pair[0], pair[1]));
        }
    }
    moments.len()
}

#[actix_web::test]
async fn every_page_shows_times_as_its_reader_has_chosen() {
    let world = World::new().await;
    world.ignores_emails();
    let folder = tempfile::tempdir().unwrap();
    let hasher = Hasher::new(Cost::Least).unwrap();
    seed::fill(world.db.clone(), world.site.clone(), hasher, folder.path().to_owned()).await.unwrap();
    let ada = world.visitor().await;
    ada.signs_in("ada").await;
    chooses(&ada, "Asia/Kathmandu", "day_first_dots").await;
    let paths = walks(&ada, "/dashboard").await;
    let (mut wrong, mut moments, mut days) = (Vec::new(), 0, 0);
    for path in &paths {
        ada.opens(path).await;
        moments += moments_in_kathmandu(&ada, &mut wrong);
        let page = ada.page();
        let dotted = |text: &str| text.len() == 10 && text.bytes().filter(|b| *b == b'.').count() == 2;
        days += page.all("h2").iter().filter(|head| dotted(head.text().collect::<String>().trim())).count();
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    assert!(paths.len() > 30 && moments > 100 && days > 5, "{} pages, {moments} moments, {days} days", paths.len());
}

/// Between two midnights it is another day there than here.
#[actix_web::test]
async fn a_day_is_the_readers_day() {
    let world = World::new().await;
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    world.organization("Analytical Engines", &[("ada", "owner"), ("grace", "member")]);
    world.runs("UPDATE memberships SET joined_at = '2026-01-14T20:00:00Z'");
    chooses(&ada, "Asia/Kathmandu", "day_month_year").await;
    chooses(&grace, "America/New_York", "month_day_year").await;
    ada.opens("/analytical-engines/members").await.reads("Joined 15 Jan 2026");
    grace.opens("/analytical-engines/members").await.reads("Joined Jan 14, 2026");
    let full = |browser: &Browser| browser.page().all("time")[0].attr("title").map(str::to_owned);
    assert_eq!(full(&ada).as_deref(), Some("15 Jan 2026, 01:45 UTC+05:45"));
    assert_eq!(full(&grace).as_deref(), Some("Jan 14, 2026, 3:00 PM EST"));
}

/// A person who is not known reads UTC, and so does anyone who has chosen nothing.
#[actix_web::test]
async fn visitors_read_utc() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    chooses(&ada, "Asia/Tokyo", "year_month_day").await;
    ada.opens("/analytical-engines/new-project").await.fills("Project Name", "Note G").chooses("Public");
    ada.presses("Create Project").await.status(200);
    let created =
        |browser: &Browser| browser.page().all("time")[1].attr("title").map(str::to_owned).unwrap_or_default();
    ada.opens("/analytical-engines/note-g").await;
    assert_eq!(
        created(&ada),
        told(&world, "SELECT created_at FROM projects", "Asia/Tokyo", "YYYY-MM-DD HH24:MI \"JST\"")
    );
    let visitor = world.visitor().await;
    visitor.opens("/analytical-engines/note-g").await.status(200);
    assert_eq!(
        created(&visitor),
        told(&world, "SELECT created_at FROM projects", "UTC", "FMDD Mon YYYY, HH24:MI \"UTC\"")
    );
}

/// An invitation tells when it ends: whom Roster knows, by their clock, and a stranger in UTC. The clock
/// is the one of the moment when the email leaves.
#[actix_web::test]
async fn a_letter_tells_times_as_its_reader_has_chosen() {
    let world = World::new().await;
    let (ada, grace) = (world.founder("ada", "Analytical Engines").await, world.person("grace").await);
    chooses(&ada, "Pacific/Kiritimati", "month_first_slashes").await;
    for whom in ["grace", "alan"] {
        let email = format!("{whom}@example.org");
        ada.opens("/analytical-engines/members").await.fills("Email", &email).presses("Send Invite").await.status(200);
    }
    chooses(&grace, "Asia/Tokyo", "day_first_slashes").await;
    let ends = |whom: &str| format!("SELECT expires_at FROM invitations WHERE email = '{whom}@example.org'");
    let tokyo = told(&world, &ends("grace"), "Asia/Tokyo", "DD/MM/YYYY HH24:MI \"JST\"");
    world.email_to("grace@example.org").await.reads(&format!("expires on {tokyo}.")).does_not_read("UTC");
    let utc = told(&world, &ends("alan"), "UTC", "FMDD Mon YYYY, HH24:MI \"UTC\"");
    world.email_to("alan@example.org").await.reads(&format!("expires on {utc}."));
}

#[actix_web::test]
async fn two_people_read_two_times_in_one_letter() {
    let world = World::new().await;
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    world.organization("Analytical Engines", &[("ada", "owner"), ("grace", "member")]);
    chooses(&ada, "America/New_York", "month_day_year").await;
    chooses(&grace, "Asia/Kathmandu", "year_month_day").await;
    ada.opens("/analytical-engines/deletion").await.presses("Yes").await;
    let until = "SELECT erase_at FROM organizations";
    ada.reads(&format!("Until {} an owner", told(&world, until, "America/New_York", "Mon FMDD, YYYY")));
    let new_york = told(&world, until, "America/New_York", "Mon FMDD, YYYY, FMHH12:MI AM");
    let message = world.email_to("ada@example.org").await;
    message.reads(&format!("until {new_york} E")).does_not_read("UTC");
    let kathmandu = told(&world, until, "Asia/Kathmandu", "YYYY-MM-DD HH24:MI \"UTC+05:45\"");
    world.email_to("grace@example.org").await.reads(&format!("Until {kathmandu} one of its owners"));
    ada.opens_link(&message).await.reads(&format!("can be restored until {new_york} E"));
}

/// What is kept where no mail server is set is written out as its reader will read it.
#[actix_web::test]
async fn kept_letters_are_written_for_their_readers() {
    let folder = tempfile::tempdir().unwrap();
    let bag = DevMailbox { folder: folder.path().to_owned(), emails: app::emails() };
    let world = World::with(|app_state| {
        app_state.site.shows_mail = true;
        app_state.mailbag = Some(bag);
    })
    .await;
    world.ignores_emails();
    let (ada, grace) = (world.founder("ada", "Analytical Engines").await, world.person("grace").await);
    chooses(&grace, "Asia/Tokyo", "year_month_day").await;
    for whom in ["grace@example.org", "alan@example.org"] {
        ada.opens("/analytical-engines/members").await.fills("Email", whom).presses("Send Invite").await.status(200);
    }
    world.post_into(roster::mail::transports::Folder(folder.path().to_owned())).await;
    for (whom, zone, picture) in
        [("grace", "Asia/Tokyo", "YYYY-MM-DD HH24:MI \"JST\""), ("alan", "UTC", "FMDD Mon YYYY, HH24:MI \"UTC\"")]
    {
        let whom = format!("{whom}@example.org");
        let ends = told(&world, &format!("SELECT expires_at FROM invitations WHERE email = '{whom}'"), zone, picture);
        ada.opens("/dev/mail").await.follows_in(&whom, "ada invited you to join Analytical Engines on Roster").await;
        ada.reads(&ends);
        let html = ada
            .page()
            .all("a[href$='/html'], iframe[src$='/html']")
            .iter()
            .map(|part| part.attr("href").or(part.attr("src")).unwrap_or_default().to_owned())
            .next();
        let html = ada.gets(&html.expect("the HTML part")).await.status(200).text();
        assert!(html.contains(&ends), "{html}");
    }
}
