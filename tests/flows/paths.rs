//! Addresses as nobody types them: bent, broken, and full of what wants to be read back.

use actix_web::http::Method;
use roster::app;
use roster::web::routes::Mounted;

use crate::shared::{Answer, Browser, RawConnection, World};

/// The fields of a form, as they are posted.
type Filled<'f> = Vec<(&'f str, &'f str)>;

/// An organization with a private project, its owner, one of its members, and somebody else.
async fn world() -> (World, Browser, Browser, Browser) {
    let world = World::new().await;
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    let stranger = world.person("stranger").await;
    world.organization("Acme Works", &[("ada", "owner"), ("grace", "member")]);
    let key = "01900000-0000-7000-8000-000000000002";
    let project = [("name", "Secret Plan"), ("visibility", "private"), ("form_key", key)];
    ada.posts("/acme-works/projects", &project).await.status(303);
    ada.gets("/acme-works/secret-plan").await.status(200).reads("Secret Plan");
    world.ignores_emails();
    (world, ada, grace, stranger)
}

/// Asks for an address as it is here, byte for byte, one after another on one connection.
async fn ask(world: &World, cookies: &str, address: &str, more: &str) -> Answer {
    let mut wire = RawConnection::to(world).await;
    wire.says(&format!("GET {address} HTTP/1.1\r\nHost: HOST\r\nCookie: {cookies}\r\n{more}Connection: close\r\n\r\n"))
        .await;
    let mut answers = wire.hears_to_the_end().await;
    assert_eq!(answers.len(), 1, "{address}");
    answers.remove(0)
}

/// The pages inside an organization, with what stands for their parameters.
fn pages() -> Vec<(Mounted, String)> {
    let pages = app::table().into_iter().filter(|route| route.method == Method::GET);
    let pages = pages.filter(|route| route.pattern.contains("{organization}"));
    pages
        .map(|route| {
            let known = [
                ("{organization}", "acme-works"),
                ("{project}", "secret-plan"),
                ("{invitation}", "01900000-0000-7000-8000-000000000001"),
                ("{username}", "grace"),
            ];
            let path = known.iter().fold(route.pattern.clone(), |path, (name, value)| path.replace(name, value));
            (route, path)
        })
        .collect()
}

/// An address, bent in every way that a guard before it could be fooled by.
fn bent(path: &str) -> Vec<String> {
    let (first, rest) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
    let mut bent: Vec<String> = [
        "/sign-in/..",
        "/sign-in/%2e%2e",
        "/static/%2e%2e",
        "/static/..%2f..",
        "/.",
        "/%2e",
        "/",
        "/%2f",
        "/healthz;",
        "/;",
        "/..;",
        "/%5c",
        "/static/roster.css/..",
    ]
    .iter()
    .map(|before| format!("{before}{path}"))
    .collect();
    for behind in [
        "/", "//", "/.", "/..", "/%2e", ".", "%2e", ";", ";a=b", "%3b", "%2f", "%5c", "%00", "%20", "%0a", ".css",
        "/x.css", "%2fx.css", ";x.css", "%23", "%3f", "/healthz", "#x",
    ] {
        bent.push(format!("{path}{behind}"));
    }
    bent.push(path.to_uppercase());
    bent.push(format!("/{first}//{rest}"));
    bent.push(format!("/{first}/./{rest}"));
    bent.push(format!("/{first}/x/../{rest}"));
    bent.push(format!("/{first}/x/%2e%2e/{rest}"));
    bent.push(format!("/{first}%2f{rest}"));
    bent.push(format!("/{first}%5c{rest}"));
    bent.push(format!("/{first};/{rest}"));
    bent.push(format!("/{first}./{rest}"));
    let spelled = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    bent.push(format!("/{}/{}", spelled(first), rest));
    bent.push(format!("/{first}/{}", spelled(rest)));
    bent
}

/// WEB-13, WEB-08: a page is guarded where it is drawn, so no way of writing its address leads around the
/// guard; and whatever is answered, nobody between keeps it.
#[actix_web::test]
async fn no_way_of_writing_an_address_leads_around_its_guard() {
    let (world, ada, grace, stranger) = world().await;
    let nobody = world.visitor().await;
    for (route, path) in pages() {
        let straight = ask(&world, &grace.cookies(), &path, "").await.status;
        for address in bent(&path) {
            for (who, browser) in [("a visitor", &nobody), ("a stranger", &stranger)] {
                let answer = ask(&world, &browser.cookies(), &address, "").await;
                assert!(matches!(answer.status, 303 | 400 | 404), "{who} at {address}: {}", answer.status);
                let text = answer.body_text();
                assert!(!text.contains("Acme Works") && !text.contains("Secret Plan"), "{who} at {address}: {text}");
            }
            let member = ask(&world, &grace.cookies(), &address, "").await;
            let refused = straight == 403 && member.status < 400 && member.status != 301;
            assert!(!refused && member.status < 500, "a member at {address}: {}", member.status);
            if route.pattern.ends_with("}") {
                continue;
            }
            let owner = ask(&world, &ada.cookies(), &address, "").await;
            assert_eq!(owner.header("cache-control"), if owner.status == 400 { "" } else { "no-store" }, "{address}");
            if address.ends_with(".css") {
                assert_eq!(owner.status, 404, "{address}");
            }
        }
    }
}

/// WEB-14: two files are served, by their names, and nothing else of the machine.
#[actix_web::test]
async fn only_the_files_themselves_are_served() {
    let world = World::new().await;
    let assets = &world.site.assets;
    for path in [assets.css(), assets.js()] {
        ask(&world, "", path, "").await.status(200);
    }
    let name = assets.css().rsplit('/').next().unwrap();
    let mut addresses: Vec<String> =
        ["/static", "/static/", "/static/.", "/static/css", "/static/css/", "/static//"].map(str::to_owned).to_vec();
    for up in [
        "../",
        "..%2f",
        "%2e%2e/",
        "%2e%2e%2f",
        "..\\",
        "..%5c",
        "....//",
        "%252e%252e%252f",
        "/",
        "%2f",
        "%00/",
        "css/",
    ] {
        for file in [
            "Cargo.toml",
            "etc/passwd",
            "css/tokens.css",
            "tokens.css",
            ".env",
            ".git/HEAD",
            "var/secret.key",
            "templates/kit.html",
        ] {
            for times in [1, 2, 8] {
                addresses.push(format!("/static/{}{file}", up.repeat(times)));
            }
        }
    }
    for file in [
        ".git/HEAD",
        ".git/config",
        ".env",
        "Cargo.toml",
        "Cargo.lock",
        "var/secret.key",
        "src/main.rs",
        "backup.sql",
        "static/css/tokens.css",
        ".well-known/",
        "robots.txt~",
        "server-status",
    ] {
        addresses.push(format!("/{file}"));
    }
    for bent in [
        format!("{name}/"),
        format!("{name}%00"),
        format!("{name}%00.txt"),
        format!("./{name}"),
        format!("x/../{name}"),
        name.to_uppercase(),
        format!("{name}.gz"),
        format!("{name}~"),
    ] {
        addresses.push(format!("/static/{bent}"));
    }
    for address in addresses {
        let answer = ask(&world, "", &address, "").await;
        assert!(matches!(answer.status, 303 | 400 | 404), "{address}: {}", answer.status);
        let text = answer.body_text();
        for held in ["root:", "[package]", "@layer", "ref: refs", "{% "] {
            assert!(!text.contains(held), "{address} shows a file: {text}");
        }
    }
}

/// A word that no page has of its own.
const CANARY: &str = "zqxcanaryqz";

/// Where something is looked for, what is looked for is in its field again, and is shown when it is not found.
fn is_the_field(line: &str) -> bool {
    line.contains(r#"<input id="q" name="q" type="search""#) || line.contains(" data-told>Nothing found for “")
}

/// WEB-07, WEB-11: nothing of an address, and nothing that a browser says of itself, is read back on a page,
/// whether there is such a page or not. Only where signing in leads to is carried, and nowhere shown.
#[actix_web::test]
async fn nothing_of_an_address_is_read_back() {
    let (world, ada, ..) = world().await;
    let nobody = world.visitor().await;
    let long = format!("{CANARY}{}", "a".repeat(8_000));
    let odd = format!("{CANARY}%22%27%3E%3Cscript%3E{CANARY}%3C%2Fscript%3E");
    let said = format!(
        "Referer: http://HOST/{CANARY}\r\nUser-Agent: {CANARY}\r\nX-Forwarded-Host: {CANARY}\r\nX-Forwarded-For: {CANARY}\r\n\
         Accept-Language: {CANARY}\r\nX-Request-Id: {CANARY}\r\nOrigin: http://{CANARY}\r\n"
    );
    let mut addresses =
        vec![format!("/{CANARY}"), format!("/{odd}/{odd}/{odd}/{odd}"), format!("/{long}"), format!("/static/{odd}")];
    for route in app::table().into_iter().filter(|route| route.method == Method::GET) {
        for value in [CANARY, odd.as_str(), long.as_str()] {
            let all = route.pattern.split('/').map(|part| if part.starts_with('{') { value } else { part });
            let all = all.collect::<Vec<_>>().join("/");
            let within = route.pattern.replace("{organization}", "acme-works").replace("{project}", "secret-plan");
            let within = within.split('/').map(|part| if part.starts_with('{') { value } else { part });
            let within = within.collect::<Vec<_>>().join("/");
            for path in [all, within] {
                addresses.push(format!("{path}?{value}={value}&q={value}&after={value}&error={value}"));
                addresses.push(path);
            }
        }
    }
    addresses.sort();
    addresses.dedup();
    for address in addresses {
        for browser in [&nobody, &ada] {
            let answer = ask(&world, &browser.cookies(), &address, &said).await;
            let short: String = address.chars().take(100).collect();
            assert!(answer.status < 500, "{short}: {}", answer.status);
            let body = answer.body_text();
            let unasked = body.lines().filter(|line| !is_the_field(line)).any(|line| line.contains(CANARY));
            assert!(!unasked, "{short} is read back:\n{}", answer.text());
            assert!(!body.contains(&format!("<script>{CANARY}")), "{short} is read back as it came");
            for (name, value) in &answer.headers {
                let value = value.to_str().unwrap_or_default();
                assert!(name == "location" || !value.contains(CANARY), "{short}: {name}: {value}");
            }
            let to = answer.location();
            assert!(
                to.is_empty() || to.starts_with('/') && !to.starts_with("//") && !to.contains(['"', '<', ' ']),
                "{to}"
            );
        }
    }
    let back = nobody.gets(&format!("/sign-in?back=/{CANARY}")).await;
    let shown = back.body_text().replace(&format!("value=\"/{CANARY}\""), "");
    assert!(!shown.contains(CANARY), "{shown}");
    for elsewhere in [format!("//{CANARY}"), odd.clone(), format!("/{odd}"), format!("/{long}")] {
        let page = nobody.gets(&format!("/sign-in?back={elsewhere}")).await;
        assert!(!page.body_text().contains(&format!("<script>{CANARY}")), "{}", page.body_text());
        assert!(!page.body_text().contains(&long));
    }
}

/// WEB-10: whatever ends a line in an address or a form, no header is made of it.
#[actix_web::test]
async fn no_header_is_split() {
    let (world, ada, ..) = world().await;
    let visitor = world.visitor().await;
    let clean = |answer: &Answer, what: &str| {
        assert!(answer.status < 500, "{what}: {}", answer.status);
        assert_eq!(answer.header("x-split"), "", "{what}");
        assert_eq!(answer.header("content-disposition"), "", "{what}");
        for cookie in answer.headers.get_all("set-cookie") {
            assert!(cookie.to_str().unwrap().starts_with("roster-insecure="), "{what}: {cookie:?}");
        }
        assert!(!answer.body_text().starts_with("split"), "{what}");
    };
    let ends = ["%0d%0a", "%0a", "%0d", "%C0%8A", "%E5%98%8A%E5%98%8D", "%C2%85", "%E2%80%A8", "%250d%250a"];
    for end in ends {
        let split = format!("x{end}X-Split:%20yes{end}Set-Cookie:%20split=yes{end}{end}split");
        for route in app::table().into_iter().filter(|route| route.method == Method::GET) {
            let path = route.pattern.replace("{organization}", "acme-works");
            let path = path.split('/').map(|part| if part.starts_with('{') { &split } else { part });
            let path = path.collect::<Vec<_>>().join("/");
            let address = format!("{path}?back=/{split}&after={split}");
            for cookies in [ada.cookies(), String::new()] {
                clean(&ask(&world, &cookies, &address, "").await, &address);
            }
        }
        clean(&ask(&world, "", &format!("/{split}"), "").await, &split);
        let typed = form_urlencoded::parse(format!("typed={split}").as_bytes()).next().unwrap().1.into_owned();
        let key = "01900000-0000-7000-8000-000000000003";
        let back = format!("/{typed}");
        let forms: [(&Browser, &str, Filled); 5] = [
            (&visitor, "/sign-in", vec![("login", &typed), ("password", "x"), ("back", &back)]),
            (&visitor, "/forgot-password", vec![("email", &typed)]),
            (&ada, "/account/organizations", vec![("name", "Split"), ("slug", &typed), ("form_key", key)]),
            (&ada, "/acme-works/settings", vec![("name", &typed), ("slug", &typed), ("version", "1")]),
            (&ada, &format!("/reauthentication?back=/{split}"), vec![("password_again", crate::shared::PASSWORD)]),
        ];
        for (browser, path, fields) in forms {
            clean(&browser.posts(path, &fields).await, &format!("{path} {fields:?}"));
        }
        let signed_in = [("login", "stranger"), ("password", crate::shared::PASSWORD), ("back", back.as_str())];
        clean(&visitor.posts("/sign-in", &signed_in).await, "signing in");
    }
}
