//! Pictures of people and organizations, as the manual tells them.

mod files;
mod refusals;

use image::{DynamicImage, GenericImageView, ImageFormat, Rgb};

use crate::shared::{Answer, Browser, World};
use files::{BLUE, GREEN, RED, file, halves, noise, photo, plain};

const PROFILE: &str = "/account/profile";

/// Where the uploaded pictures in a part of the page are, in order.
fn images(browser: &Browser, within: &str) -> Vec<String> {
    let page = browser.page();
    let all = page.all(&format!("{within} .picture img"));
    all.iter().map(|image| image.attr("src").unwrap_or_default().to_owned()).collect()
}

/// The only uploaded picture in a part of the page.
fn image(browser: &Browser, within: &str) -> String {
    let all = images(browser, within);
    assert_eq!(all.len(), 1, "{within}: {all:?}\n{}", browser.page().told());
    all[0].clone()
}

/// Chooses a picture on the page that is open, and uploads it.
async fn uploads(browser: &Browser, bytes: &[u8]) {
    browser.chooses_file("New Picture", "me.png", bytes).presses("Upload Picture").await;
}

/// What a picture looks like that was served.
fn seen(answer: &Answer) -> DynamicImage {
    answer.status(200);
    image::load_from_memory(&answer.body).unwrap()
}

/// Whether a spot has about this colour: a photo is kept as well as it goes.
#[track_caller]
fn is_about(picture: &DynamicImage, at: (u32, u32), Rgb(expected): Rgb<u8>) {
    let found = picture.get_pixel(at.0, at.1).0;
    let near = expected.iter().zip(found).all(|(a, b)| a.abs_diff(b) < 25);
    assert!(near, "at {at:?} is {found:?}, not {expected:?}");
}

#[actix_web::test]
async fn people_upload_replace_and_remove_a_picture() {
    let world = World::new().await;
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    world.organization("Acme", &[("ada", "owner"), ("grace", "member")]);
    let cost = world.queries_of(grace.opens("/acme/members")).await;

    ada.opens(PROFILE).await.reads("drawn from the first letters of your name").may_not("Remove Picture");
    ada.reads_beside("New Picture", "JPEG, PNG, WebP or GIF, at most 5 MB.");
    uploads(&ada, &file(&plain(RED, 300, 500), ImageFormat::Png)).await;
    ada.is_at(PROFILE).status(200).reads("Your picture is saved.").does_not_read("first letters of your name");
    let first = image(&ada, "main");
    assert_eq!(image(&ada, ".menu"), first, "in the menu, too");
    ada.opens("/account").await;
    assert_eq!(image(&ada, "main"), first);

    // A person who sees the person sees the picture, and no page asks the database more for it.
    assert_eq!(world.queries_of(grace.opens("/acme/members")).await, cost);
    assert_eq!(images(&grace, "main"), [first.as_str()]);
    assert!(images(&grace, ".menu").is_empty());
    grace.page().all(".picture img").iter().for_each(|image| {
        assert_eq!(
            [image.attr("alt"), image.attr("width"), image.attr("loading")],
            [Some(""), Some("160"), Some("lazy")]
        );
    });
    // The emails are there until the picture is.
    assert!(grace.page().all("main .picture").iter().any(|picture| picture.text().any(|text| text.contains("AD"))));
    let served = grace.gets(&first).await;
    let picture = seen(&served);
    assert_eq!(picture.dimensions(), (160, 160));
    is_about(&picture, (10, 10), RED);

    // Another one has another address, and the first is gone.
    ada.opens(PROFILE).await;
    uploads(&ada, &file(&plain(BLUE, 300, 300), ImageFormat::WebP)).await;
    let second = image(&ada, "main");
    assert_ne!(second, first);
    is_about(&seen(&ada.gets(&second).await), (10, 10), BLUE);
    ada.gets(&first).await.status(404);
    // A second press of the button changes nothing.
    ada.posts_file("/account/profile/picture", "picture", &file(&plain(BLUE, 300, 300), ImageFormat::WebP)).await;
    assert_eq!(image(ada.reloads().await, "main"), second);

    ada.presses("Remove Picture").await.reads("Your picture was removed").may_not("Remove Picture");
    assert!(images(&ada, "body").is_empty());
    ada.gets(&second).await.status(404);
    assert_eq!(world.number("SELECT count(*) AS number FROM pictures"), 0);
    // From a tab that was open all the while.
    ada.posts("/account/profile/picture/removal", &[]).await.status(303);
    let told = world.texts("SELECT kind AS text FROM history WHERE kind LIKE 'picture%' ORDER BY at, id");
    assert_eq!(told, ["picture_changed", "picture_changed", "picture_removed"]);
    ada.opens("/account/security").await.reads("changed the picture").reads("removed the picture");
}

#[actix_web::test]
async fn owners_give_their_organization_a_picture() {
    let world = World::new().await;
    world.ignores_emails();
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    world.organization("Acme", &[("ada", "owner"), ("grace", "member")]);
    ada.opens("/acme/settings").await.reads("drawn from the first letters of its name");
    uploads(&ada, &file(&halves(RED, BLUE, 640, 480), ImageFormat::Jpeg)).await;
    ada.is_at("/acme/settings").reads("The picture is saved.");
    let picture = image(&ada, ".frame-name");
    let kept = seen(&ada.gets(&picture).await);
    is_about(&kept, (25, 80), RED);
    is_about(&kept, (135, 80), BLUE);
    for page in ["/acme", "/acme/members", "/acme/activity", "/dashboard", "/account/organizations"] {
        grace.opens(page).await;
        assert!(images(&grace, "main").contains(&picture), "{page}\n{}", grace.page().told());
    }
    grace.opens("/acme/activity").await.reads("ada").reads("changed the picture of the organization");

    // An invitation shows it to somebody who has no account yet, and so does a public project.
    uploads(ada.opens(PROFILE).await, &file(&plain(GREEN, 64, 64), ImageFormat::Png)).await;
    let adas = image(&ada, ".menu");
    ada.opens("/acme/members").await.fills("Email", "marie@example.org").presses("Send Invite").await;
    let message = world.email_to("marie@example.org").await;
    let marie = world.visitor().await;
    marie.opens_link(&message).await.is_titled("You've been invited");
    assert_eq!(images(&marie, "main"), [adas.as_str(), &picture]);
    is_about(&seen(&marie.gets(&picture).await), (25, 80), RED);
    ada.opens("/acme/activity").await;
    assert!(images(&ada, ".timeline").iter().all(|shown| *shown == adas));
    ada.opens("/dashboard").await;
    assert!(images(&ada, ".timeline").contains(&adas));

    ada.opens("/acme/settings").await.presses("Remove Picture").await.reads("The picture was removed");
    ada.gets(&picture).await.status(404);
    ada.opens("/acme/activity").await.reads("removed the picture of the organization");
}

/// What was deleted is gone for everyone at once, and what is erased is nowhere.
#[actix_web::test]
async fn pictures_go_with_whose_they_are() {
    let world = World::new().await;
    world.ignores_emails();
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    world.organization("Acme", &[("ada", "owner")]);
    uploads(ada.opens("/acme/settings").await, &file(&plain(RED, 64, 64), ImageFormat::Png)).await;
    let picture = image(&ada, ".frame-name");
    uploads(grace.opens(PROFILE).await, &file(&plain(BLUE, 64, 64), ImageFormat::Png)).await;
    let graces = image(&grace, ".menu");

    ada.opens("/acme/deletion").await.presses("Yes").await;
    ada.gets(&picture).await.status(404);
    ada.opens_link(&world.message("ada@example.org", "was deleted").await).await.presses("Restore").await;
    ada.gets(&picture).await.status(200);
    ada.opens("/acme/deletion").await.presses("Yes").await;
    world.clock.days(15);
    assert_eq!(roster::organizations::erase_due(&world.db).await.unwrap(), 1);
    assert_eq!(world.number("SELECT count(*) AS number FROM pictures WHERE organization_id IS NOT NULL"), 0);

    let again = world.visitor().await;
    again.signs_in("grace").await.opens("/account/deletion").await.presses("Yes").await;
    again.gets(&graces).await.status(404);
    assert_eq!(world.number("SELECT count(*) AS number FROM pictures"), 0);
}

/// A photo lies as it was taken, and tells nothing but what it shows: not where, not with what.
#[actix_web::test]
async fn a_photo_is_upright_and_tells_no_secrets() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    // The camera was turned: what is left in the file is at the top of the photo.
    let taken = photo(&halves(RED, BLUE, 400, 300), 6, "Ockham Park, Surrey", "SpyCam 3000");
    for secret in ["Exif", "Ockham Park", "SpyCam"] {
        assert!(String::from_utf8_lossy(&taken).contains(secret));
    }
    uploads(ada.opens(PROFILE).await, &taken).await;
    ada.reads("Your picture is saved.");
    let served = ada.gets(&image(&ada, ".menu")).await;
    let picture = seen(&served);
    is_about(&picture, (80, 25), RED);
    is_about(&picture, (80, 135), BLUE);
    let kept = world.everything_kept();
    for secret in ["Exif", "Ockham Park", "SpyCam"] {
        assert!(!String::from_utf8_lossy(&served.body).contains(secret), "{secret} is served");
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!kept.contains(&hex), "{secret} is kept");
    }
}

/// Whatever is chosen, what is kept is small.
#[actix_web::test]
async fn what_is_kept_is_small() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    uploads(ada.opens(PROFILE).await, &file(&noise(1_100), ImageFormat::Png)).await;
    ada.reads("Your picture is saved.");
    let served = ada.gets(&image(&ada, ".menu")).await;
    assert_eq!(seen(&served).dimensions(), (160, 160));
    assert_eq!(served.header("content-type"), "image/jpeg");
    assert!(served.body.len() <= 12 * 1024, "{} bytes", served.body.len());
    let refused = world.db.without_authorization(|connection| {
        let large = "UPDATE pictures SET image = image || decode(repeat('00', 12288), 'hex')";
        Ok(diesel::RunQueryDsl::execute(diesel::sql_query(large), connection).unwrap_err().to_string())
    });
    assert!(refused.await.unwrap().contains("pictures_are_small"));
}

/// A picture is served as what it is, to be kept by the reader's browser alone, without asking who reads; an
/// address that is none finds nothing, and nobody's row can show a picture of somebody else's.
#[actix_web::test]
async fn a_picture_is_found_by_its_address_alone() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    world.organization("Acme", &[("ada", "owner")]);
    uploads(ada.opens(PROFILE).await, &file(&plain(RED, 64, 64), ImageFormat::Png)).await;
    let address = image(&ada, ".menu");
    let before = world.db.queries();
    let served = world.raw("GET", &address).sends().await;
    assert_eq!(world.db.queries() - before, 1);
    served.status(200);
    assert_eq!(served.header("content-type"), "image/webp");
    assert_eq!(served.header("x-content-type-options"), "nosniff");
    assert_eq!(served.header("cache-control"), "private, max-age=31536000, immutable");
    assert_eq!(served.header("cross-origin-resource-policy"), "same-origin");
    assert_eq!(served.header("set-cookie"), "");
    assert!(served.header("content-security-policy").contains("default-src 'none'"));
    // Random, not in the order of time: of version 4.
    assert_eq!(address.as_bytes()["/pictures/".len() + 14], b'4', "{address}");
    for nowhere in ["/pictures/", "/pictures/1", "/pictures/00000000-0000-4000-8000-000000000000", "/pictures/%00"] {
        world.visitor().await.gets(nowhere).await.status(404);
    }
    let refused = world.db.without_authorization(|connection| {
        let theirs = "UPDATE organizations SET picture_id = (SELECT id FROM pictures)";
        Ok(diesel::RunQueryDsl::execute(diesel::sql_query(theirs), connection).unwrap_err().to_string())
    });
    assert!(refused.await.unwrap().contains("organizations_show_their_own_picture"));
}
