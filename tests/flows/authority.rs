//! The authorization sweep: every mounted route, asked by everyone who could ask, answers as the one
//! policy table says. A new route is swept by itself; one whose act nobody classified fails.

use actix_web::http::Method;
use roster::app;
use roster::authority::{Permission, Standing};
use roster::web::routes::Mounted;

use crate::shared::browser::Browser;
use crate::shared::raw::Answer;
use crate::shared::world::World;

/// What is asked about.
const ORGANIZATION: &str = "acme-works";

/// A private project in it.
const PROJECT: &str = "secret-plan";

/// An open invitation to it.
const INVITATION: &str = "01900000-0000-7000-8000-000000000001";

/// Somebody who could ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// Nobody is signed in.
    Visitor,
    /// Signed in, and belonging nowhere.
    Stranger,
    /// Invited, and not there yet (INV-43).
    Invitee,
    /// An owner of another organization.
    Rival,
    /// Removed, with a tab still open (MEM-04).
    Removed,
    /// An owner of an organization that was deleted.
    ExOwner,
    /// In the organization, as this.
    Within(Standing),
}

impl Who {
    const OUTSIDE: [Self; 5] = [Self::Stranger, Self::Invitee, Self::Rival, Self::Removed, Self::ExOwner];
    const INSIDE: [Self; 3] =
        [Self::Within(Standing::Member), Self::Within(Standing::Owner), Self::Within(Standing::PrimaryOwner)];

    const fn username(self) -> &'static str {
        match self {
            Self::Visitor => "",
            Self::Stranger => "stranger",
            Self::Invitee => "invitee",
            Self::Rival => "rival",
            Self::Removed => "removed",
            Self::ExOwner => "exowner",
            Self::Within(Standing::Member) => "member",
            Self::Within(Standing::Owner) => "owner",
            Self::Within(Standing::PrimaryOwner) => "primary",
        }
    }
}

/// The world of the sweep, with some of these people signed in.
async fn world(signed_in: &[Who]) -> (World, Vec<(Who, Browser)>) {
    let world = World::new().await;
    world.ignores_letters();
    let all = Who::OUTSIDE.into_iter().chain(Who::INSIDE);
    for who in all {
        world.account(who.username()).await;
    }
    world.account("colleague").await;
    world.organization(
        "Acme Works",
        &[
            ("primary", "owner"),
            ("owner", "owner"),
            ("member", "member"),
            ("removed", "member"),
            ("colleague", "member"),
        ],
    );
    world.organization("Rival Works", &[("rival", "owner")]);
    world.organization("Gone Works", &[("exowner", "owner")]);
    world.runs(&format!(
        "INSERT INTO invitations (id, organization_id, email, role, inviter_id, form_key, expires_at) \
         SELECT '{INVITATION}', organizations.id, 'invitee@example.org', 'owner', primary_owner_id, gen_random_uuid(), roster_now() + interval '7 days' \
         FROM organizations WHERE name = 'Acme Works'; \
         UPDATE organizations SET deleted_at = roster_now(), erase_at = roster_now() + interval '14 days' WHERE name = 'Gone Works'; \
         INSERT INTO projects (id, organization_id, name, visibility, created_by, form_key) \
         SELECT gen_random_uuid(), id, 'Secret Plan', 'private', primary_owner_id, gen_random_uuid() FROM organizations WHERE name = 'Acme Works'; \
         INSERT INTO project_addresses (organization_id, slug, project_id, is_current, name_key) \
         SELECT organization_id, '{PROJECT}', id, true, 'secret plan' FROM projects"
    ));
    let mut browsers = Vec::new();
    for who in signed_in {
        let browser = world.visitor().await;
        if *who != Who::Visitor {
            browser.signs_in(who.username()).await;
        }
        browsers.push((*who, browser));
    }
    world.runs(
        "DELETE FROM memberships USING accounts WHERE account_id = accounts.id AND username = 'removed'; \
         UPDATE organizations SET member_count = member_count - 1 WHERE name = 'Acme Works'",
    );
    (world, browsers)
}

/// The routes inside an organization.
fn inside() -> Vec<Mounted> {
    app::table().into_iter().filter(|route| route.pattern.contains("{organization}")).collect()
}

fn path(route: &Mounted) -> String {
    let known = [
        ("{organization}", ORGANIZATION),
        ("{project}", PROJECT),
        ("{invitation}", INVITATION),
        ("{username}", "colleague"),
    ];
    let path = known.iter().fold(route.pattern.clone(), |path, (name, value)| path.replace(name, value));
    assert!(!path.contains('{'), "the sweep does not know what stands for a part of {path}");
    path
}

async fn asks(browser: &Browser, route: &Mounted) -> Answer {
    let path = path(route);
    if route.method == Method::POST { browser.posts(&path, &[]).await } else { browser.gets(&path).await }
}

/// What a route inside an organization needs. Looking at a project asks for no permission in
/// particular, and the one here is private: it is for whoever belongs.
fn permission(route: &Mounted) -> Permission {
    if route.needs == "()" {
        return Permission::SeeOrganization;
    }
    let needed = Permission::ALL.into_iter().find(|permission| route.needs.contains(&format!("{permission:?}")));
    needed.unwrap_or_else(|| panic!("{} {} needs {}, which is no permission", route.method, route.pattern, route.needs))
}

/// Tells apart a refusal from every other answer.
fn is_refused(answer: &Answer) -> bool {
    matches!(answer.status, 401 | 403 | 404 | 405) || answer.status >= 500 || answer.location().starts_with("/sign-in")
}

#[actix_web::test]
async fn visitors_are_sent_to_sign_in_and_come_back() {
    let (_world, browsers) = world(&[Who::Visitor]).await;
    let (_, visitor) = &browsers[0];
    for route in inside() {
        let answer = asks(visitor, &route).await;
        assert_eq!(answer.status, 303, "{} {}", route.method, route.pattern);
        let back = match route.method {
            Method::GET => format!("/sign-in?back={}", path(&route).replace('/', "%2F")),
            _ => "/sign-in".to_owned(),
        };
        assert_eq!(answer.location(), back, "{} {}", route.method, route.pattern);
    }
}

/// ORG-01, MEM-04, INV-43: whoever does not belong gets, for what exists, the page for what does not.
#[actix_web::test]
async fn outsiders_find_nothing() {
    let (world, browsers) = world(&Who::OUTSIDE).await;
    let told = |answer: &Answer| {
        let text = answer.text();
        // The reference differs with every request, and the path is the reader's own.
        text.split("Reference").next().unwrap_or_default().to_owned()
    };
    let kept = world.number("SELECT count(*) AS number FROM history");
    for (who, browser) in &browsers {
        let missing = browser.gets("/no-such-organization").await;
        assert_eq!(missing.status, 404);
        for route in inside() {
            let answer = asks(browser, &route).await;
            assert_eq!(answer.status, 404, "{who:?} {} {}\n{}", route.method, route.pattern, answer.text());
            assert_eq!(told(&answer), told(&missing), "{who:?} {} {}", route.method, route.pattern);
        }
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM history"), kept, "somebody changed something");
}

#[actix_web::test]
async fn those_inside_are_refused_exactly_what_the_policy_refuses() {
    let (world, browsers) = world(&Who::INSIDE).await;
    let kept = world.number("SELECT count(*) AS number FROM history");
    let mut refused = 0;
    for (who, browser) in &browsers {
        let Who::Within(standing) = who else { continue };
        for route in inside() {
            if standing.allows(permission(&route)) {
                if route.method == Method::GET {
                    let answer = asks(browser, &route).await;
                    assert!(!is_refused(&answer), "{who:?} GET {}: {}", route.pattern, answer.status);
                }
                continue;
            }
            refused += 1;
            let answer = asks(browser, &route).await;
            assert_eq!(answer.status, 403, "{who:?} {} {}\n{}", route.method, route.pattern, answer.text());
            answer.reads("The Members tab shows who");
        }
    }
    assert!(refused > 15, "only {refused} refusals: the sweep sweeps nothing");
    assert_eq!(world.number("SELECT count(*) AS number FROM history"), kept, "somebody changed something");
}

/// What the policy allows is not refused; each in a world of its own, for it is done.
#[actix_web::test]
async fn those_inside_may_post_what_the_policy_allows() {
    for route in inside().into_iter().filter(|route| route.method == Method::POST) {
        for who in Who::INSIDE {
            let Who::Within(standing) = who else { continue };
            if standing.allows(permission(&route)) {
                let (_world, browsers) = world(&[who]).await;
                let answer = asks(&browsers[0].1, &route).await;
                assert!(!is_refused(&answer), "{who:?} POST {}: {}\n{}", route.pattern, answer.status, answer.text());
            }
        }
    }
}

/// INV-24: what is not meant for everyone asks who comes, by default.
#[actix_web::test]
async fn only_what_is_meant_for_everyone_opens_without_signing_in() {
    const OPEN: &[&str] = &[
        "/",
        "/static/{name}",
        "/help",
        "/help/{topic}",
        "/dev/mail",
        "/dev/mail/{letter}",
        "/dev/mail/{letter}/html",
        "/healthz",
        "/readyz",
        "/metrics",
        "/account/deletion/farewell",
        "/create-account",
        "/create-account/sent",
        "/confirmations/{token}",
        "/sign-in",
        "/sign-in/passkey",
        "/forgot-password",
        "/forgot-password/sent",
        "/password-strength",
    ];
    // A link that opens nothing says so to everyone.
    const BY_LINK: [&str; 2] = ["/reset-password/{token}", "/invitations/"];
    let (_world, browsers) = world(&[Who::Visitor]).await;
    let (_, visitor) = &browsers[0];
    for route in app::table() {
        let open = OPEN.contains(&route.pattern.as_str()) || BY_LINK.iter().any(|link| route.pattern.starts_with(link));
        if open || route.pattern.contains("{organization}") {
            continue;
        }
        let path = route.pattern.replace("{token}", "none");
        let answer =
            if route.method == Method::POST { visitor.posts(&path, &[]).await } else { visitor.gets(&path).await };
        assert_eq!(answer.status, 303, "{} {}\n{}", route.method, route.pattern, answer.text());
        assert!(answer.location().starts_with("/sign-in"), "{} {}", route.method, route.pattern);
    }
}

/// ACC-17: whoever comes first gets no more than whoever comes second: there is nothing to be got.
#[actix_web::test]
async fn the_first_visitor_gets_no_power() {
    let world = World::new().await;
    let (first, second) = (world.person("qadir").await, world.person("qesta").await);
    let mut opened = 0;
    for route in app::table().into_iter().filter(|route| route.method == Method::GET && !route.pattern.contains('{')) {
        let told = |answer: Answer, name: &str| {
            let text = answer.text().replace(name, "somebody").to_lowercase();
            // Times tell of themselves, references of their request.
            text.lines()
                .filter(|line| !line.contains("reference") && !line.contains("ago"))
                .collect::<Vec<_>>()
                .join("\n")
        };
        let (one, other) = (first.gets(&route.pattern).await, second.gets(&route.pattern).await);
        assert_eq!(one.status, other.status, "{}", route.pattern);
        if route.pattern != "/metrics" {
            let initials = |text: String| text.replace("\nqa\n", "\n").replace("\nqe\n", "\n");
            assert_eq!(initials(told(one, "qadir")), initials(told(other, "qesta")), "{}", route.pattern);
        }
        opened += 1;
    }
    assert!(opened > 20, "only {opened} pages were opened");
}

/// The page that an unknown method gets names no secrets, and nothing is done by it (WEB-02).
#[actix_web::test]
async fn nothing_else_than_the_mounted_methods_is_answered() {
    let (world, _) = world(&[]).await;
    for route in app::table() {
        let path = route.pattern.replace("{organization}", ORGANIZATION).replace(['{', '}'], "");
        for method in ["PUT", "PATCH", "DELETE"] {
            let answer = world.raw(method, &path).from_our_page().sends().await;
            assert_eq!(answer.status, 405, "{method} {path}");
        }
    }
}
