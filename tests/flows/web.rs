//! What every answer holds to, whichever page it is: hosts, forms, headers, methods.

use actix_web::http::Method;
use roster::app;
use roster::mail::dev_mailbox::DevMailbox;

use crate::shared::raw::Raw;
use crate::shared::{Answer, PASSWORD, World};

/// A path of a route, with something in place of each parameter.
fn example(pattern: &str) -> String {
    let segments = pattern.split('/').map(|part| if part.starts_with('{') { "something" } else { part });
    segments.collect::<Vec<_>>().join("/")
}

/// WEB-01, ACC-26: no route takes a form from elsewhere.
#[actix_web::test]
async fn every_form_must_come_from_our_own_pages() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let kept = world.everything_kept();
    let origin = world.site.origin();
    let foreign: &[&[(&str, &str)]] = &[
        &[],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[("sec-fetch-site", "cross-site"), ("origin", &origin)],
        &[("origin", "null")],
        &[("origin", "https://evil.example")],
        &[("referer", &origin)],
    ];
    let posts: Vec<_> = app::table().into_iter().filter(|route| route.method == Method::POST).collect();
    assert!(posts.len() > 5);
    for route in posts {
        for headers in foreign {
            let mut request = world.raw("POST", &example(&route.pattern)).header("cookie", &ada.cookies()).form(&[]);
            for (name, value) in *headers {
                request = request.header(name, value);
            }
            let answer = request.sends().await;
            assert_eq!(answer.status, 403, "{} {headers:?}", route.pattern);
            answer.reads("This form did not come from Roster");
        }
    }
    assert_eq!(world.everything_kept(), kept, "something was changed");
    let own = world.raw("POST", "/sign-out").header("cookie", &ada.cookies()).header("origin", &origin);
    own.sends().await.status(303);
}

/// Everything that is kept, but when a session was last used.
fn lasting(world: &World) -> String {
    let kept = world.everything_kept();
    let (before, sessions) = kept.split_once("sessions\n").expect("the sessions");
    format!("{before}{}", sessions.split_once("\n\n").map_or("", |(_, after)| after))
}

/// WEB-02: what is only looked at stays as it is, for anyone who may see it, and by whatever method that is none of
/// ours.
#[actix_web::test]
async fn looking_changes_nothing() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    world.account("grace").await;
    world.organization("Acme Works", &[("ada", "owner"), ("grace", "owner")]);
    let key = [("form_key", "01900000-0000-7000-8000-000000000001")];
    let project = [("name", "Atlas"), ("visibility", "private"), key[0]];
    ada.posts("/acme-works/projects", &project).await.status(303);
    let invited = [("email", "alan@example.org"), ("role", "member"), key[0]];
    ada.posts("/acme-works/invitations", &invited).await.status(303);
    world.email_to("alan@example.org").await;
    let invitation = world.texts("SELECT id::text AS text FROM invitations").remove(0);
    let there = [
        ("{organization}", "acme-works"),
        ("{project}", "atlas"),
        ("{username}", "grace"),
        ("{invitation}", invitation.as_str()),
    ];
    let kept = lasting(&world);
    let mut seen = 0;
    for route in app::table() {
        let real = there.iter().fold(route.pattern.clone(), |path, (name, value)| path.replace(name, value));
        for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"] {
            let request = world.raw(method, &example(&real)).header("cookie", &ada.cookies()).from_our_page();
            let answer = request.sends().await;
            assert!(answer.status < 500, "{method} {real} {}", answer.status);
            seen += usize::from(method == "GET" && answer.status == 200);
        }
    }
    assert!(seen > 15, "only {seen} pages were looked at");
    assert_eq!(lasting(&world), kept);
}

/// WEB-03, WEB-04, DOS-02: a form is read only as a browser sends it.
#[actix_web::test]
async fn a_form_is_what_a_browser_sends() {
    let world = World::new().await;
    let post = || world.raw("POST", "/sign-in").from_our_page();
    let urlencoded = || post().header("content-type", "application/x-www-form-urlencoded");
    urlencoded().body("login=a&login=b&password=c").sends().await.status(400);
    urlencoded().body("login=a&password=c&is_admin=true").sends().await.status(400);
    urlencoded().body("login=%ff%fe&password=%00").sends().await.status(422);
    for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x", "application/xml"] {
        post().header("content-type", kind).body("login=a&password=b").sends().await.status(415);
    }
    post().body("login=a&password=b").sends().await.status(415);
    urlencoded().body(format!("login=a&password={}", "x".repeat(1024 * 1024))).sends().await.status(413);
    let many: String = (0..1000).map(|n| format!("f{n}=1&")).collect();
    urlencoded().body(many).sends().await.status(413);
    let signed_in = world.person("ada").await;
    let again = signed_in.posts("/sign-in", &[("login", "ada"), ("password", PASSWORD), ("back", "")]).await;
    again.status(303);
}

/// WEB-04, WEB-03: no form of ours takes a field twice, whichever comes first, nor any other kind of body.
#[actix_web::test]
async fn no_form_takes_a_field_twice() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    world.organization("Acme Works", &[("ada", "owner")]);
    // That a file was sent is counted, whatever was in it.
    let lasting = |world: &World| {
        world.runs("DELETE FROM throttles");
        lasting(world)
    };
    let kept = lasting(&world);
    for route in app::table().iter().filter(|route| route.method == Method::POST) {
        let path = example(&route.pattern.replace("{organization}", "acme-works"));
        for (kind, body, status) in [
            ("application/x-www-form-urlencoded", "email=a%40example.org&email=b%40example.org", 400),
            ("application/x-www-form-urlencoded", "x=1&y=2&%78=3", 400),
            ("text/plain", "email=a", 415),
            ("application/json", "{\"email\":\"a\"}", 415),
            ("multipart/form-data; boundary=x", "--x--", 415),
        ] {
            let request = world.raw("POST", &path).from_our_page().header("cookie", &ada.cookies());
            let answer = request.header("content-type", kind).body(body).sends().await;
            // A form with a file is of the one kind that has no other, and is judged by what is in it.
            let takes_a_list = route.pattern.ends_with("/invitations/several");
            let takes_a_file = takes_a_list || route.pattern.ends_with("/picture");
            let status = match (takes_a_file, kind.starts_with("multipart")) {
                // A list can be pasted instead: without both the form comes back with its error.
                (true, true) if takes_a_list => 422,
                (false, _) => status,
                (true, false) => 415,
                (true, true) => 400,
            };
            assert_eq!(answer.status, status, "{path} {kind} {body}");
        }
    }
    assert_eq!(lasting(&world), kept);
}

/// ORG-14: what no database can hold is refused, and breaks nothing.
#[actix_web::test]
async fn odd_bytes_break_nothing() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    world.organization("Analytical Engines", &[("ada", "owner")]);
    let odd =
        ["%00", "%ff", "%ED%A0%80", "%0d%0aSet-Cookie:%20a=b", "%2e%2e", "%2f", ";", "a%20b", "%25", "..%2f..%2f"];
    for pattern in
        ["/{}", "/analytical-engines/{}", "/account/organizations/{}/departure", "/static/{}", "/sign-in?back={}"]
    {
        for bytes in odd {
            let path = pattern.replace("{}", bytes);
            let answer = world.raw("GET", &path).header("cookie", &ada.cookies()).sends().await;
            assert!(answer.status < 500, "{path}: {}", answer.status);
            assert!(!answer.header("set-cookie").contains("a=b"), "{path}");
            assert!(!answer.location().contains(['\r', '\n']), "{path}");
        }
    }
    for typed in ["\0", "a\0b", "\u{feff}", "\u{202e}", "x\r\nBcc: y"] {
        let fields = [("email", typed), ("username", typed)];
        world.visitor().await.posts("/create-account", &fields).await.status(422);
        let answer = world.visitor().await.posts("/sign-in", &[("login", typed), ("password", typed)]).await;
        answer.status(422);
    }
}

/// WEB-09: no other host is answered, and none is ever named.
#[actix_web::test]
async fn a_foreign_host_is_not_answered() {
    let world = World::new().await;
    for host in ["evil.example", "127.0.0.1:1", "127.0.0.1@evil.example", ""] {
        let answer = world.raw("GET", "/").header("host", host).sends().await;
        assert!(matches!(answer.status, 400 | 421), "{host}: {}", answer.status);
        assert_eq!(answer.location(), "");
        assert!(!answer.body_text().contains("evil"));
    }
    world.raw("GET", "/healthz").header("host", "10.0.0.7").sends().await.status(200);
    let forwarded = world.raw("GET", "/account").header("x-forwarded-host", "evil.example").sends().await;
    assert!(forwarded.location().starts_with("/sign-in"));
}

/// WEB-05, WEB-06, WEB-08: what every answer says, a page, a redirect, a failure or a file.
#[actix_web::test]
async fn every_answer_carries_its_headers() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    world.runs("ALTER TABLE email_addresses RENAME TO away");
    let css = world.site.assets.css().to_owned();
    let post = || world.raw("POST", "/sign-in").from_our_page();
    let answers = [
        ("page", 200, world.raw("GET", "/sign-in").sends().await),
        ("redirect", 303, world.raw("GET", "/").sends().await),
        ("sign in first", 303, world.raw("GET", "/account").sends().await),
        ("faults", 422, post().form(&[("login", ""), ("password", "")]).sends().await),
        ("nowhere", 404, world.raw("GET", "/no/such/page/at/all").sends().await),
        ("method", 405, world.raw("DELETE", "/sign-in").from_our_page().sends().await),
        ("malformed", 400, post().form(&[("x", "y")]).sends().await),
        ("foreign", 403, world.raw("POST", "/sign-in").sends().await),
        ("host", 421, world.raw("GET", "/").header("host", "evil.example").sends().await),
        ("large", 413, post().form(&[("login", &"x".repeat(100_000))]).sends().await),
        ("kind", 415, post().header("content-type", "application/json").body("{}").sends().await),
        ("broken", 500, world.raw("GET", "/account").header("cookie", &ada.cookies()).sends().await),
        ("static", 200, world.raw("GET", &css).sends().await),
        ("no static", 404, world.raw("GET", "/static/roster.css").sends().await),
        ("health", 200, world.raw("GET", "/healthz").sends().await),
    ];
    for (what, status, answer) in &answers {
        assert_eq!(answer.status, *status, "{what}\n{}", answer.text());
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "object-src 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(part), "{what}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{what}: {policy}");
        let with_data: Vec<&str> = policy.split("; ").filter(|part| part.contains("data:")).collect();
        assert_eq!(with_data, ["img-src 'self' data:"], "{what}: only a picture may stand in the page itself");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{what}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{what}");
        for never in ["camera=()", "microphone=()", "geolocation=()", "payment=()", "usb=()"] {
            assert!(answer.header("permissions-policy").contains(never), "{what}: {never}");
        }
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{what}");
        let expected = if *what == "static" { "public, max-age=31536000, immutable" } else { "no-store" };
        assert_eq!(answer.header("cache-control"), expected, "{what}");
        for never in ["access-control-allow-origin", "server", "x-powered-by", "strict-transport-security"] {
            assert_eq!(answer.header(never), "", "{what}: {never}");
        }
        if *status >= 400 && *what != "faults" {
            assert!(answer.header("content-type").starts_with("text/html"), "{what}");
            assert!(answer.text().contains("Reference"), "{what} has no reference");
        }
    }
    let broken = &answers[11].2;
    assert!(!broken.body_text().contains("email_addresses"), "the cause is told\n{}", broken.text());
}

/// ACC-15: the cookie is for this site alone and no script reads it.
#[actix_web::test]
async fn the_cookie_is_kept_close() {
    let plain = World::new().await;
    plain.account("ada").await;
    let sign_in = [("login", "ada"), ("password", PASSWORD)];
    let answer = plain.visitor().await.posts("/sign-in", &sign_in).await;
    let cookie = answer.header("set-cookie");
    for part in ["roster-insecure=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=1209600"] {
        assert!(cookie.contains(part), "{part} is missing in {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");

    let public =
        World::with(|app_state| app_state.site.url = "https://roster.example".parse().expect("an address")).await;
    public.account("ada").await;
    let answer = Raw::new("POST", format!("{}/sign-in", public.local_address()))
        .header("host", "roster.example")
        .header("origin", "https://roster.example")
        .form(&sign_in)
        .sends()
        .await;
    let cookie = answer.header("set-cookie");
    for part in ["__Host-roster=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{part} is missing in {cookie}");
    }
    assert!(answer.header("strict-transport-security").contains("max-age=31536000"));
}

/// HEAD answers as GET does, without the page.
#[actix_web::test]
async fn head_is_get_without_a_body() {
    let world = World::new().await;
    for path in ["/sign-in", "/", "/no-such", "/healthz", world.site.assets.js()] {
        let (get, head) = (world.raw("GET", path).sends().await, world.raw("HEAD", path).sends().await);
        assert_eq!((get.status, get.location()), (head.status, head.location()), "{path}");
        assert_eq!(head.body.len(), 0);
        assert_eq!(get.header("content-type"), head.header("content-type"), "{path}");
    }
}

/// Style and scripts: one file each, compressed, unchangeable under their name.
#[actix_web::test]
async fn static_files_come_small_and_stay() {
    let world = World::new().await;
    let assets = &world.site.assets;
    for (path, kind) in [(assets.css(), "text/css"), (assets.js(), "text/javascript")] {
        let plain = world.raw("GET", path).sends().await;
        let small = world.raw("GET", path).header("accept-encoding", "br, gzip").sends().await;
        assert!(plain.header("content-type").starts_with(kind));
        assert_eq!((small.header("content-encoding"), small.header("vary")), ("gzip", "accept-encoding"));
        assert!(small.body.len() < plain.body.len());
        assert!(small.body.len() < 20_000, "{path}: {} bytes", small.body.len());
    }
    for path in ["/static/", "/static/..%2fCargo.toml", "/static/css/tokens.css", "/static/%00"] {
        let answer = world.raw("GET", path).sends().await;
        assert_eq!(answer.status, 404, "{path}");
    }
    let page = world.raw("GET", "/create-account").sends().await;
    assert!(page.body.len() < 30_000);
    let elsewhere = |answer: &Answer| answer.body_text().matches("://").count();
    assert_eq!(elsewhere(&page), 0, "a page names another site");
}

#[actix_web::test]
async fn machines_are_told_how_it_is() {
    let world = World::new().await;
    world.expects_failures();
    assert_eq!(world.raw("GET", "/healthz").sends().await.status(200).body_text(), "alive\n");
    assert_eq!(world.raw("GET", "/readyz").sends().await.status(200).body_text(), "ready\n");
    // None is installed in a test, and so there is nothing to show.
    world.raw("GET", "/metrics").sends().await.status(404);
}

/// WEB-15: whether it serves costs the database nothing, and whether it is ready hardly anything, however
/// many ask.
///
/// Fails without `FRESH` in `web::readiness`.
#[actix_web::test]
async fn a_flood_of_probes_leaves_the_database_alone() {
    let world = World::new().await;
    let ask = |path: &'static str| {
        let asking = (0..200).map(|_| world.raw("GET", path).sends());
        world.queries_of(futures_util::future::join_all(asking))
    };
    assert_eq!(ask("/healthz").await, 0);
    let begun = std::time::Instant::now();
    let asked = ask("/readyz").await;
    assert!(asked <= 2 + begun.elapsed().as_secs(), "{asked} questions for 200 probes");
}

/// WEB-16: no other site is let in, the person who asks, and however.
///
/// Fails as soon as any answer carries a header of that kind.
#[actix_web::test]
async fn no_other_site_is_let_in() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.person("ada").await;
    let origin = world.site.origin();
    let mut addresses: Vec<String> = app::table().iter().map(|route| example(&route.pattern)).collect();
    addresses.extend([world.site.assets.css().to_owned(), "/no/such/page/at/all".to_owned()]);
    addresses.sort();
    addresses.dedup();
    for address in addresses {
        for from in ["https://evil.example", "null", &origin, "http://127.0.0.1.evil.example", "file://"] {
            for method in ["GET", "OPTIONS", "POST"] {
                let request = world.raw(method, &address).header("origin", from).header("cookie", &ada.cookies());
                let request = request.header("access-control-request-method", "POST");
                let request = request.header("access-control-request-headers", "content-type");
                let answer = request.header("access-control-request-private-network", "true").sends().await;
                let named = answer.headers.keys().find(|name| name.as_str().starts_with("access-control-"));
                assert_eq!(named, None, "{method} {address} from {from}");
                assert!(answer.header("timing-allow-origin").is_empty());
                assert!(method != "OPTIONS" || answer.status >= 400, "{address} answers a preflight");
            }
        }
    }
}

/// Where no mail server is set, emails are read at `/dev/mail`; elsewhere there is no such page.
#[actix_web::test]
async fn kept_mail_is_shown_where_none_is_sent() {
    let world = World::new().await;
    world.raw("GET", "/dev/mail").sends().await.status(404);
    let folder = tempfile::tempdir().unwrap();
    let bag = DevMailbox { folder: folder.path().to_owned(), emails: app::emails() };
    let kept = bag.clone();
    let home = World::with(move |app_state| {
        app_state.mailbag = Some(bag);
        app_state.site.shows_mail = true;
    });
    let home = home.await;
    let ada = home.visitor().await;
    ada.opens("/create-account").await.creates_account("ada").await.reads("/dev/mail");
    home.post_into(roster::mail::transports::Folder(kept.folder)).await;
    ada.follows("/dev/mail").await.reads("ada@example.org").does_not_read("Only the newest");
    ada.fills("Filter", "nobody@").presses("Filter").await.reads("No matching emails").follows("All mail").await;
    ada.fills("Filter", "ADA@ confirm").presses("Filter").await.follows("Confirm your address for Roster").await;
    ada.reads("Open the link to choose a password").reads("/confirmations/");
    let link = ada.page().all("pre a").first().map(|link| link.text().collect::<String>()).unwrap();
    ada.follows(&link).await.creates_with_password(PASSWORD).await.reads("Your account is ready");
    let one = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    for _ in 0..200 {
        std::fs::copy(&one, one.with_file_name(format!("{}.json", uuid::Uuid::now_v7()))).unwrap();
    }
    ada.opens("/dev/mail").await.reads("Only the newest 200 emails are shown.");
    ada.fills("Filter", "nobody@").presses("Filter").await.reads("Only the newest 200 emails are looked through.");
}
