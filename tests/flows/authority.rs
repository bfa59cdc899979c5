//! The authorization sweep: every mounted route, asked by everyone who could ask, answers as the one
//! policy table says. A new route is swept by itself; one whose act nobody classified fails.

use actix_web::http::Method;
use roster::app;
use roster::authority::{Permission, Role, Standing};
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

/// The removal of somebody from it, to be undone.
const UNDOING: &str = "01900000-0000-7000-8000-000000000002";

/// A list of people to be invited to it.
const BATCH: &str = "01900000-0000-7000-8000-000000000003";

/// An access review of it that is under way.
const REVIEW: &str = "01900000-0000-7000-8000-000000000004";

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
    /// One of each standing there is.
    const INSIDE: [Self; Standing::ALL.len()] = {
        let mut inside = [Self::Visitor; Standing::ALL.len()];
        let mut at = 0;
        while at < inside.len() {
            inside[at] = Self::Within(Standing::ALL[at]);
            at += 1;
        }
        inside
    };

    fn username(self) -> String {
        match self {
            Self::Within(standing) => standing.label().to_lowercase().replace(' ', "-"),
            outside => format!("{outside:?}").to_lowercase(),
        }
    }
}

/// A role by which somebody can be this; the strongest, where there are several.
fn role(standing: Standing) -> Role {
    let (is_primary_owner, is_suspended) = (standing == Standing::PrimaryOwner, standing == Standing::Suspended);
    let by = |role: &Role| Standing::of_one(*role, is_primary_owner, is_suspended) == standing;
    Role::ALL.into_iter().rev().find(by).expect("a role behind every standing")
}

/// The world of the sweep, with some of these people signed in.
async fn world(signed_in: &[Who]) -> (World, Vec<(Who, Browser)>) {
    let world = World::new().await;
    let browsers = fill(&world, signed_in).await;
    (world, browsers)
}

/// Puts the people and things of the sweep into a world, and signs some of these people in.
async fn fill(world: &World, signed_in: &[Who]) -> Vec<(Who, Browser)> {
    world.ignores_letters();
    let all = Who::OUTSIDE.into_iter().chain(Who::INSIDE);
    for who in all {
        world.account(&who.username()).await;
    }
    world.account("colleague").await;
    let inside: Vec<_> = Standing::ALL.map(|standing| (Who::Within(standing).username(), role(standing).key())).into();
    let inside = inside.iter().map(|(username, role)| (username.as_str(), *role));
    let people: Vec<_> = inside.chain([("removed", "member"), ("colleague", "member")]).collect();
    world.organization("Acme Works", &people);
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
         SELECT organization_id, '{PROJECT}', id, true, 'secret plan' FROM projects; \
         INSERT INTO undoings (id, organization_id, account_id, role, joined_at, last_active_at) \
         SELECT '{UNDOING}', organizations.id, accounts.id, 'member', roster_now(), roster_now() FROM organizations, accounts \
         WHERE name = 'Acme Works' AND username = 'removed'; \
         INSERT INTO invitation_batches (id, organization_id, sender_id, form_key, lifetime_days, size) \
         SELECT '{BATCH}', id, primary_owner_id, gen_random_uuid(), 7, 1 FROM organizations WHERE name = 'Acme Works'; \
         INSERT INTO invitation_batch_lines (batch_id, place, written, role, fate) \
         VALUES ('{BATCH}', 0, 'listed@example.org', 'member', 'ready'); \
         INSERT INTO reviews (id, organization_id, begun_by_name, people_count) \
         SELECT '{REVIEW}', id, 'owner', member_count FROM organizations WHERE name = 'Acme Works'; \
         INSERT INTO review_people (review_id, account_id, username, role) \
         SELECT '{REVIEW}', accounts.id, username, role FROM memberships JOIN accounts ON accounts.id = account_id \
         JOIN organizations ON organizations.id = organization_id WHERE organizations.name = 'Acme Works'"
    ));
    let mut browsers = Vec::new();
    for who in signed_in {
        let browser = world.visitor().await;
        if *who != Who::Visitor {
            browser.signs_in(&who.username()).await;
        }
        browsers.push((*who, browser));
    }
    world.runs(
        "UPDATE memberships SET suspended_at = roster_now() FROM accounts WHERE account_id = accounts.id AND username = 'suspended'; \
         DELETE FROM memberships USING accounts WHERE account_id = accounts.id AND username = 'removed'; \
         UPDATE organizations SET member_count = member_count - 1 WHERE name = 'Acme Works'",
    );
    browsers
}

/// Puts the people and things of the sweep into a world, and signs an owner in.
pub async fn owner_of_everything(world: &World) -> Browser {
    fill(world, &[Who::Within(Standing::PrimaryOwner)]).await.remove(0).1
}

/// The routes inside an organization.
fn inside() -> Vec<Mounted> {
    app::table().into_iter().filter(|route| route.pattern.contains("{organization}")).collect()
}

/// The path of a route inside an organization, with the things of the sweep for its parameters.
pub fn path(route: &Mounted) -> String {
    let known = [
        ("{organization}", ORGANIZATION),
        ("{project}", PROJECT),
        ("{invitation}", INVITATION),
        ("{undoing}", UNDOING),
        ("{batch}", BATCH),
        ("{review}", REVIEW),
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

/// Looking at a project asks for no permission in particular. The one here is private: whoever does not see the
/// projects finds nothing there.
fn is_a_project(route: &Mounted) -> bool {
    route.needs == "()"
}

/// What a route inside an organization needs.
fn permission(route: &Mounted) -> Permission {
    if is_a_project(route) {
        return Permission::SeeProjects;
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
            if is_a_project(&route) {
                answer.status(404);
                continue;
            }
            assert_eq!(answer.status, 403, "{who:?} {} {}\n{}", route.method, route.pattern, answer.text());
            match standing {
                Standing::Suspended => answer.reads("You still belong to Acme Works with the role Owner"),
                _ => answer.reads("can do this. Ask "),
            };
        }
    }
    assert!(refused > 15, "only {refused} refusals: the sweep sweeps nothing");
    assert_eq!(world.number("SELECT count(*) AS number FROM history"), kept, "somebody changed something");
}

/// What somebody may not see stands on no page that they may open, by whichever route.
#[actix_web::test]
async fn nobody_reads_elsewhere_what_they_may_not_see() {
    let (_world, browsers) = world(&Who::INSIDE).await;
    let mut reads = 0;
    for (who, browser) in &browsers {
        let Who::Within(standing) = who else { continue };
        let everywhere = app::table().into_iter().filter(|route| !route.pattern.contains('{'));
        let mut answers = Vec::new();
        for route in everywhere.chain(inside()).filter(|route| route.method == Method::GET) {
            answers.push((asks(browser, &route).await, route.pattern));
        }
        // What is looked for is found where it may be seen, and nowhere else.
        let found = browser.gets("/search?q=secret").await;
        assert_eq!(found.text().contains("Secret Plan"), standing.allows(Permission::SeeProjects), "{who:?}");
        answers.push((found, "/search?q=secret".to_owned()));
        for (answer, pattern) in answers {
            let says = answer.text().contains("Secret Plan");
            reads += usize::from(says);
            assert!(standing.allows(Permission::SeeProjects) || !says, "{who:?}: {pattern}");
            let says = answer.text().contains("invitee@example.org");
            assert!(standing.allows(Permission::SeeAddresses) || !says, "{who:?}: {pattern}");
        }
    }
    assert!(reads > 10, "the project was read {reads} times only");
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
        "/dev/kit",
        "/dev/kit/question",
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
    // An address that nobody can guess is shown only where its owner is; one that opens nothing says so to everyone.
    const BY_LINK: [&str; 3] = ["/reset-password/{token}", "/invitations/", "/pictures/"];
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
