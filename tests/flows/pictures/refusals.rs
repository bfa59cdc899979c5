//! What is no picture, and who may not send one.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use image::ImageFormat;

use super::files::{BLUE, GREEN, RED, claimed, file, halves, huge_jpeg, moving, noise, plain, with_words};
use super::{PROFILE, image, images, is_about, seen, uploads};
use crate::shared::{RawConnection, World, multipart};

const PICTURE: &str = "/account/profile/picture";

/// Uploads are judged by what they hold. Each comes back with a sentence beside the field, and what was there
/// stays.
///
/// Fails for its part without the look at the kind, at the end of a JPEG, or at the size before decoding.
#[actix_web::test]
async fn what_is_no_picture_is_refused_beside_the_field() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    uploads(ada.opens(PROFILE).await, &file(&plain(GREEN, 64, 64), ImageFormat::Png)).await;
    let kept = image(&ada, ".menu");
    let half = |kind| {
        let mut whole = file(&noise(200), kind);
        whole.truncate(whole.len() / 2);
        whole
    };
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec();
    let bitmap = [b"BM".as_slice(), &[0; 100]].concat();
    let (unknown, damaged) = ("This is no picture that can be used here", "This picture is damaged");
    let (pixels, small) = ("too many pixels", "This picture is too small");
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("nothing", Vec::new(), "Choose a file first."),
        ("an SVG", svg, unknown),
        ("a page", b"<!doctype html><script>alert(1)</script>".to_vec(), unknown),
        ("a text", b"GIF".to_vec(), unknown),
        ("a bitmap", bitmap, unknown),
        ("a TIFF", b"II*\0\x08\0\0\0\0\0\0\0".to_vec(), unknown),
        ("half a PNG", half(ImageFormat::Png), damaged),
        ("half a JPEG", half(ImageFormat::Jpeg), damaged),
        ("half a WebP", half(ImageFormat::WebP), damaged),
        ("half a GIF", half(ImageFormat::Gif), damaged),
        ("the name of a PNG", b"\x89PNG\r\n\x1a\n".to_vec(), damaged),
        ("the name of a JPEG", b"\xff\xd8\xff".to_vec(), damaged),
        ("the name of a GIF", b"GIF89a".to_vec(), damaged),
        ("the name of a WebP", b"RIFF\0\0\0\0WEBP".to_vec(), damaged),
        ("a PNG without height", claimed(64, 0, 0), damaged),
        ("a PNG with too little in it", claimed(64, 64, 100), damaged),
        ("a PNG of four gigapixels", claimed(65_000, 65_000, 1_000), pixels),
        ("a PNG that is a line", claimed(2_000_000, 12, 1_000), pixels),
        ("a JPEG of four gigapixels", huge_jpeg(), pixels),
        ("a dot", file(&plain(RED, 1, 1), ImageFormat::Png), small),
        ("a line", file(&plain(RED, 500, 20), ImageFormat::Png), small),
    ];
    for (what, bytes, sentence) in cases {
        ada.opens(PROFILE).await;
        uploads(&ada, &bytes).await;
        ada.status(422);
        let beside = ada.page().beside("New Picture");
        assert!(beside.contains(sentence), "{what}: {beside:?}");
        assert_eq!(image(&ada, ".menu"), kept, "{what}");
        assert_eq!(world.number("SELECT count(*) AS number FROM pictures"), 1, "{what}");
        // The throttle is not what this is about.
        world.runs("DELETE FROM throttles");
    }
    let told = world.number("SELECT count(*) AS number FROM history WHERE kind = 'picture_changed'");
    assert_eq!(told, 1);
}

/// What hides in a picture, or behind it, is not kept; of one that moves, the first is.
#[actix_web::test]
async fn only_pixels_are_kept() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let words = "<script>alert(document.domain)</script>";
    uploads(ada.opens(PROFILE).await, &with_words(&halves(RED, BLUE, 100, 100), words)).await;
    let served = ada.gets(&image(&ada, ".menu")).await;
    assert!(!served.body_text().contains("script"));
    is_about(&seen(&served), (40, 40), RED);
    uploads(ada.opens(PROFILE).await, &moving(&[GREEN, RED, BLUE], 80)).await;
    is_about(&seen(&ada.gets(&image(&ada, ".menu")).await), (40, 40), GREEN);
    // Nothing shines through: the emails are behind the picture.
    let mut clear = plain(RED, 64, 64).into_rgba8();
    clear.pixels_mut().for_each(|pixel| pixel.0[3] = 0);
    uploads(ada.opens(PROFILE).await, &file(&clear.into(), ImageFormat::Png)).await;
    is_about(&seen(&ada.gets(&image(&ada, ".menu")).await), (40, 40), image::Rgb([255, 255, 255]));
}

/// DOS-02: a large photo is answered with a sentence, a flood of bytes is cut short; and the fields are those of
/// the form.
#[actix_web::test]
async fn a_file_is_no_larger_than_it_may_be() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.person("ada").await;
    ada.opens(PROFILE).await;
    uploads(&ada, &vec![7; 5 * 1024 * 1024 + 1]).await;
    ada.status(422).reads_beside("New Picture", "This file is too large: at most 5 MB.");
    uploads(&ada, &vec![7; 9_000_000]).await;
    ada.status(422).reads_beside("New Picture", "This file is too large: at most 5 MB.");
    ada.posts_file(PICTURE, "picture", &vec![7; 5 * 1024 * 1024])
        .await
        .status(422)
        .reads("no picture that can be used");
    ada.posts_file(PICTURE, "picture", &vec![7; 34 * 1024 * 1024]).await.status(413);
    let good = file(&plain(RED, 64, 64), ImageFormat::Png);
    ada.posts_file(PICTURE, "avatar", &good).await.status(400);
    ada.posts(PICTURE, &[("picture", "x")]).await.status(415);
    let twice = [("picture".to_owned(), (String::new(), good.clone())), ("picture".to_owned(), (String::new(), good))];
    let request = world.raw("POST", PICTURE).from_our_page().header("cookie", &ada.cookies());
    let request = request.header("content-type", &multipart::content_type());
    request.body(multipart::body(&[], &twice)).sends().await.status(400);
    assert_eq!(world.number("SELECT count(*) AS number FROM pictures"), 0);
}

/// DOS-02: anyone who may not change a picture makes us read nothing of it: the answer comes before the body does.
///
/// Fails when the handler is mounted by `post`, or reads before it has its proof.
#[actix_web::test]
async fn nothing_is_read_from_those_who_may_not() {
    let world = World::new().await;
    world.ignores_emails();
    let (grace, rival) = (world.person("grace").await, world.person("rival").await);
    world.person("ada").await;
    world.organization("Acme", &[("ada", "owner"), ("grace", "member")]);
    let before = world.number("SELECT count(*) AS number FROM throttles");
    for (path, cookies, status) in [
        (PICTURE, String::new(), 303),
        ("/acme/settings/picture", String::new(), 303),
        ("/acme/settings/picture", grace.cookies(), 403),
        ("/acme/settings/picture", rival.cookies(), 404),
        ("/nowhere/settings/picture", grace.cookies(), 404),
    ] {
        let mut wire = RawConnection::to(&world).await;
        let kind = multipart::content_type();
        wire.says(&format!(
            "POST {path} HTTP/1.1\r\nHost: HOST\r\nSec-Fetch-Site: same-origin\r\nCookie: {cookies}\r\n\
             Content-Type: {kind}\r\nContent-Length: 5000000\r\n\r\n"
        ))
        .await;
        // Nothing of the five megabytes was sent, and nothing was waited for.
        let begun = Instant::now();
        assert_eq!(wire.hears().await.status, status, "{path}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{path} took {:?}", begun.elapsed());
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM throttles"), before);
    assert_eq!(world.number("SELECT count(*) AS number FROM pictures"), 0);
}

/// WEB-01: a form with a file comes from our own pages, too.
///
/// Fails without `same_origin`.
#[actix_web::test]
async fn a_picture_comes_from_our_own_pages() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let body = multipart::body(
        &[],
        &[("picture".to_owned(), ("me.png".to_owned(), file(&plain(RED, 64, 64), ImageFormat::Png)))],
    );
    for (name, value) in
        [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example")]
    {
        let request = world.raw("POST", PICTURE).header(name, value).header("cookie", &ada.cookies());
        request.header("content-type", &multipart::content_type()).body(body.clone()).sends().await.status(403);
        let removal = world.raw("POST", "/account/profile/picture/removal").header(name, value);
        removal.header("cookie", &ada.cookies()).form(&[]).sends().await.status(403);
    }
    assert!(images(ada.opens(PROFILE).await, "body").is_empty());
}

/// DOS-02: a few kilobytes that unfold to gigabytes are refused before they unfold, and one person sends only
/// so many; while a crowd uploads as much as it may, pages are answered.
///
/// Fails without `MOST_PIXELS`, and without `UPLOADS`.
#[actix_web::test]
async fn a_flood_of_pictures_stands_in_nobodys_way() {
    let world = World::new().await;
    world.ignores_emails().expects_failures();
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    // 27,000 by 27,000: two gigabytes in two megabytes.
    let bomb = claimed(27_000, 27_000, 27_001 * 300);
    let begun = Instant::now();
    ada.posts_file(PICTURE, "picture", &bomb).await.status(422).reads("too many pixels");
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());

    let large = file(&noise(1_200), ImageFormat::Jpeg);
    let flood = join_all((0..28).map(|_| ada.posts_file(PICTURE, "picture", &large)));
    let reading = async {
        let mut slowest = Duration::ZERO;
        for _ in 0..20 {
            let begun = Instant::now();
            grace.gets("/dashboard").await.status(200);
            slowest = slowest.max(begun.elapsed());
        }
        slowest
    };
    let (flood, slowest) = tokio::join!(flood, reading);
    assert!(
        flood.iter().all(|answer| matches!(answer.status, 303 | 503)),
        "{:?}",
        flood.iter().map(|a| a.status).collect::<Vec<_>>()
    );
    assert!(flood.iter().any(|answer| answer.status == 303));
    assert!(slowest < Duration::from_secs(2), "a page took {slowest:?}");
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(ada.posts_file(PICTURE, "picture", &large).await.status);
    }
    assert_eq!(statuses.last(), Some(&422), "{statuses:?}");
    ada.posts_file(PICTURE, "picture", &large).await.reads("You chose too many pictures. Try again in");
    grace.posts_file(PICTURE, "picture", &large).await.status(303);
}
