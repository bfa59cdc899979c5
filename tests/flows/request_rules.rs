//! What is asked of every request before anybody looks at it: where a form comes from, how its lines end, who counts
//! as one network; and what is asked of the browser in return.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use metrics_exporter_prometheus::PrometheusBuilder;
use roster::mail::transports::Folder;
use url::Url;

use crate::shared::device::Device;
use crate::shared::raw::{Answer, Raw};
use crate::shared::wire::RawConnection;
use crate::shared::world::site;
use crate::shared::{World, log};

/// A form of somebody signed in that changes something harmless, with these headers and no others.
fn form(world: &World, cookies: &str, headers: &[(&str, &str)]) -> Raw {
    let request = world.raw("POST", "/account/date-time-format").header("cookie", cookies);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
    request.form(&[("time_format", "24-hour"), ("time_zone", "UTC")])
}

/// AUTH-11, WEB-01: either of the two headers is enough, for every browser there is.
///
/// Fails with `no-referrer` in `web::headers`.
#[actix_web::test]
async fn auth_11_a_form_works_with_either_header_alone() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let (cookies, origin) = (ada.cookies(), world.site.origin());
    let by_name = origin.replace("127.0.0.1", "localhost");
    let host = by_name.trim_start_matches("http://");
    for ours in [
        &[("origin", origin.as_str())] as &[(&str, &str)],
        &[("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "same-origin"), ("origin", &origin)],
        // A page that an earlier version sent with another policy, and that is still open.
        &[("sec-fetch-site", "same-origin"), ("origin", "null")],
        &[("origin", &by_name), ("host", host)],
    ] {
        assert_ne!(form(&world, &cookies, ours).sends().await.status, 403, "{ours:?}");
    }
    for foreign in [
        &[] as &[(&str, &str)],
        &[("origin", "null")],
        &[("origin", "https://evil.example")],
        &[("origin", by_name.as_str())],
        &[("origin", &format!("{origin}.evil.example"))],
        &[("sec-fetch-site", "same-site"), ("origin", &origin)],
        &[("sec-fetch-site", "cross-site"), ("origin", &origin)],
        &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
        &[("origin", &origin), ("origin", "https://evil.example")],
        &[("referer", &format!("{origin}/account"))],
    ] {
        form(&world, &cookies, foreign).sends().await.status(403);
    }
    // What the browser is asked for is what makes it name itself.
    assert_eq!(ada.gets("/account").await.header("referrer-policy"), "same-origin");
}

/// AUTH-11, INV-32: the path of a page that is reached by a link in an email holds a token. The browser tells it to
/// nobody but us, and we write it down nowhere.
#[actix_web::test]
async fn auth_11_no_token_is_told_by_a_referrer() {
    let world = World::new().await;
    world.account("ada").await;
    let ada = world.visitor().await;
    ada.opens("/forgot-password").await.fills("Email", "ada@example.org").presses("Send Reset Link").await;
    let link = world.email_to("ada@example.org").await.link().to_owned();
    let token = link.rsplit('/').next().unwrap();
    let path = Url::parse(&link).unwrap().path().to_owned();
    let page: Answer = world.raw("GET", &path).sends().await;
    assert_eq!(page.status(200).header("referrer-policy"), "same-origin");
    assert_eq!(page.body_text().matches("://").count(), 0, "a page with a token names another site");
    assert!(!page.body_text().contains(token), "a page with a token repeats it");
    for next in [world.site.assets.css(), "/sign-in", "/no/such/page/at/all", "/readyz"] {
        world.raw("GET", next).header("referer", &link).sends().await;
        world.raw("POST", next).header("referer", &link).header("origin", "https://evil.example").sends().await;
    }
    assert!(!log::holds(token), "the log holds a token");
    assert!(!world.everything_kept().contains(token), "the database holds a token");
}

/// AUTH-9, ACC-28: signing out leaves nothing that was seen, and the cookies of other sites alone.
#[actix_web::test]
async fn auth_9_signing_out_clears_cache_and_storage_and_only_our_cookie() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let name = ada.cookies().split('=').next().unwrap().to_owned();
    let answer = ada.posts("/sign-out", &[]).await;
    assert_eq!(answer.header("clear-site-data"), "\"cache\", \"storage\"");
    let gone = answer.header("set-cookie");
    assert!(gone.starts_with(&format!("{name}=;")) && gone.contains("Max-Age=0"), "{gone}");
    world.account("grace").await;
    ada.signs_in("grace").await;
    let answer = ada.posts("/account/deletion", &[]).await;
    assert_eq!(answer.status(303).header("clear-site-data"), "\"cache\", \"storage\"");
    world.ignores_emails();
}

/// A Roster that measures, at a public address, with a token or without.
async fn measuring(url: Option<&'static str>, token: Option<&'static str>) -> World {
    World::with(move |app_state| {
        app_state.metrics = Some(PrometheusBuilder::new().build_recorder().handle());
        app_state.site.metrics_token = token.map(str::to_owned);
        if let Some(url) = url {
            app_state.site.url = Url::parse(url).unwrap();
        }
    })
    .await
}

/// AUTH-10: the metrics are for this machine, or for who has the token; the host that a request names opens nothing.
///
/// Fails when the bind decides, as it did: it is local behind a proxy, too.
#[actix_web::test]
async fn auth_10_metrics_are_local_or_need_the_token() {
    let asked = |world: &World, host: &str, token: Option<&str>| {
        let request = Raw::new("GET", format!("{}/metrics", world.local_address())).header("host", host);
        match token {
            Some(token) => request.header("authorization", &format!("Bearer {token}")),
            None => request,
        }
    };
    let token = "a token that is long enough";
    let public = measuring(Some("https://roster.example"), None).await;
    for host in ["roster.example", "localhost", "127.0.0.1", "evil.example"] {
        assert_eq!(asked(&public, host, None).sends().await.status, 404, "{host}");
        assert_eq!(asked(&public, host, Some("")).sends().await.status, 404, "{host}");
    }
    let public = measuring(Some("https://roster.example"), Some(token)).await;
    for host in ["roster.example", "localhost", "10.0.0.7:8080"] {
        assert_eq!(asked(&public, host, None).sends().await.status, 404, "{host}");
        assert_eq!(asked(&public, host, Some("another token of that length")).sends().await.status, 404, "{host}");
        assert_eq!(asked(&public, host, Some(token)).sends().await.status, 200, "{host}");
    }
    let local = measuring(None, None).await;
    let host = local.site.url.authority().to_owned();
    assert_eq!(asked(&local, &host, None).sends().await.status, 200);
    // A page elsewhere whose name leads to this machine.
    assert_eq!(asked(&local, "evil.example", None).sends().await.status, 404);
}

/// AUTH-10: who gets which email is nobody else's business on the machine, also where an earlier version left it open.
#[actix_web::test]
async fn auth_10_kept_email_is_closed_to_others() {
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("mail");
    let world = World::new().await;
    let ada = world.visitor().await;
    ada.opens("/create-account").await.creates_account("ada").await;
    world.post_into(Folder::closed(folder.clone()).unwrap()).await;
    let kept: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(kept.len(), 1);
    assert_eq!((mode(&folder), mode(&kept[0])), (0o700, 0o600));
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&kept[0], Permissions::from_mode(0o644)).unwrap();
    Folder::closed(folder.clone()).unwrap();
    assert_eq!((mode(&folder), mode(&kept[0])), (0o700, 0o600));
}

/// AUTH-10, ACC-19: anyone who has one address of a network of IPv6 has all of them, for passkeys as for everything.
///
/// Fails when `accounts::passkeys::recognize` counts by the whole address.
#[actix_web::test]
async fn auth_10_passkey_tries_are_counted_per_network() {
    let world = World::with(|app_state| {
        // Passkeys belong to a name.
        let address = app_state.site.origin().replace("127.0.0.1", "localhost");
        app_state.site = site(&address);
        app_state.site.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
    });
    let world = world.await;
    let mut statuses = Vec::new();
    for n in 0..33_u8 {
        let visitor = world.visitor_sending(&[("x-forwarded-for", &format!("2001:db8:1:2::{n:x}"))]).await;
        visitor.opens("/sign-in/passkey").await;
        let options = visitor.page().all("form[data-passkey]")[0].attr("data-passkey-options").unwrap().to_owned();
        let mut stranger = Device::at(&world.site.origin(), n);
        stranger.user = "A".repeat(22);
        let answer = stranger.signs(&serde_json::from_str(&options).unwrap());
        statuses.push(visitor.posts("/sign-in/passkey", &[("credential", &answer), ("back", "")]).await.status);
    }
    assert!(!statuses[..30].contains(&429), "{statuses:?}");
    assert_eq!(statuses[30..], [429; 3]);
}

/// AUTH-10, WEB-12: a proxy and Roster are to see the same lines.
///
/// Fails without `line_ends` in `web::timeouts`.
#[actix_web::test]
async fn auth_10_a_header_line_that_ends_in_a_bare_lf_is_refused() {
    let world = World::new().await;
    for head in [
        "GET /healthz HTTP/1.1\nHost: HOST\r\nConnection: close\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: HOST\nConnection: close\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: HOST\r\nX: y\nX-Forwarded-For: 192.0.2.1\r\nConnection: close\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\n",
        "\nGET /healthz HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
    ] {
        for before in [
            "",
            "GET /healthz HTTP/1.1\r\nHost: HOST\r\n\r\n",
            "POST /sign-in HTTP/1.1\r\nHost: HOST\r\nContent-Length: 3\r\n\r\n\n\n\n",
            "POST /sign-in HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n\n\n\r\n0\r\n\r\n",
        ] {
            let mut wire = RawConnection::to(&world).await;
            wire.says(&format!("{before}{head}")).await;
            let answers = wire.hears_to_the_end().await;
            let last = answers.last().map(|answer| answer.status);
            assert_eq!(last, Some(400), "{before:?} {head:?}");
            assert_eq!(answers.len(), 1 + usize::from(!before.is_empty()), "{before:?} {head:?}");
        }
    }
    let mut wire = RawConnection::to(&world).await;
    wire.says("GET /healthz HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n").await;
    assert_eq!(wire.hears_to_the_end().await.first().map(|answer| answer.status), Some(200));
}
