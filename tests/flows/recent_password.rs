//! Who is an owner, and what leaves as a file, needs more than a session that lies open.

use crate::shared::{Browser, PASSWORD, World};

const FORM: &str = "01900000-0000-7000-8000-0000000000a5";

/// Stands for a day that lies ahead.
const SOON: &str = "soon";

/// A form as it is sent.
fn filled<'a>(world: &World, fields: &[(&'a str, &str)]) -> Vec<(&'a str, String)> {
    let soon = || world.texts("SELECT (roster_now() + interval '40 days')::date::text AS text").remove(0);
    fields.iter().map(|(name, value)| (*name, if *value == SOON { soon() } else { (*value).to_owned() })).collect()
}

/// Ada is the primary owner, alan an owner, grace a member; ada gave her password over half an hour ago.
async fn acme() -> (World, Browser) {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.person("ada").await;
    for name in ["alan", "grace"] {
        world.account(name).await;
    }
    world.organization("Acme", &[("ada", "owner"), ("alan", "owner"), ("grace", "member")]);
    world.clock.minutes(31);
    (world, ada)
}

/// Everybody's role and state, and to whom invitations are open as what.
fn told(world: &World) -> Vec<String> {
    world.texts(
        "SELECT username || ' ' || role || coalesce(' suspended ' || memberships.suspended_at::text, '') || coalesce(' until ' || ends_at::text, '') AS text \
         FROM memberships JOIN accounts ON accounts.id = account_id \
         UNION ALL SELECT email || ' ' || role || ' ' || expires_at::text FROM invitations WHERE ended_at IS NULL ORDER BY 1",
    )
}

/// AUTH-5: whatever makes or removes an owner waits for the password, with the form as it was filled; what concerns
/// nobody but members does not.
///
/// Fails without `require_recent_password` in `members::protection`, and in `invitations`.
#[actix_web::test]
async fn auth_5_what_makes_or_removes_an_owner_needs_a_recent_password() {
    let steps: [(&str, &[(&str, &str)]); 12] = [
        ("members/grace/role", &[("role", "owner"), ("confirmed", "yes")]),
        ("members/alan/role", &[("role", "member"), ("confirmed", "yes")]),
        ("members/alan/role", &[("role", "billing"), ("confirmed", "yes")]),
        ("members/alan/removal", &[]),
        ("members/alan/suspension", &[]),
        ("members/alan/end-date", &[("ends_on", SOON)]),
        ("members/several", &[("do", "remove"), ("people", "grace alan")]),
        ("members/several", &[("do", "owner"), ("people", "grace")]),
        ("members/several", &[("do", "viewer"), ("people", "grace alan")]),
        ("invitations", &[("email", "mary@example.org"), ("role", "owner"), ("days", "7"), ("form_key", FORM)]),
        ("members/alan/restoration", &[("ends_on", "")]),
        ("members/alan/role", &[("role", "viewer")]),
    ];
    for (path, fields) in steps {
        let (world, ada) = acme().await;
        if path.ends_with("restoration") {
            world.runs("UPDATE memberships SET suspended_at = roster_now() WHERE role = 'owner' AND account_id <> (SELECT primary_owner_id FROM organizations)");
        }
        let before = told(&world);
        let path = format!("/acme/{path}");
        let filled = filled(&world, fields);
        let fields: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let asked = ada.posts(&path, &fields).await;
        asked.status(200).reads("Confirm your password");
        for (name, value) in &fields {
            let kept = format!("name=\"{name}\" value=\"{value}\"");
            assert!(asked.body_text().contains(&kept), "{path} does not keep {kept}");
        }
        assert_eq!(told(&world), before, "{path} was done without the password");
        let with = |password| [fields.as_slice(), &[("password_again", password)]].concat();
        ada.posts(&path, &with("not the password")).await.status(422).reads("This is not your password.");
        assert_eq!(told(&world), before, "{path} was done with a wrong password");
        let done = ada.posts(&path, &with(PASSWORD)).await;
        assert!(matches!(done.status, 200 | 303), "{path}: {}", done.text());
        assert_ne!(told(&world), before, "{path} was not done with the password");
    }
}

/// AUTH-5: members, viewers and invitations of members need no password.
#[actix_web::test]
async fn auth_5_what_concerns_no_owner_needs_no_password() {
    let (world, ada) = acme().await;
    let member = [("email", "mary@example.org"), ("role", "member"), ("days", "7"), ("form_key", FORM)];
    for (path, fields) in [
        ("members/grace/role", &[("role", "viewer")] as &[(&str, &str)]),
        ("members/grace/suspension", &[]),
        ("members/grace/restoration", &[("ends_on", "")]),
        ("members/grace/end-date", &[("ends_on", SOON)]),
        ("members/grace/removal", &[]),
        ("invitations", &member),
    ] {
        let filled = filled(&world, fields);
        let fields: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (*name, value.as_str())).collect();
        ada.posts(&format!("/acme/{path}"), &fields).await.status(303);
    }
    assert!(!told(&world).iter().any(|line| line.starts_with("grace")));
}

/// AUTH-5: an invitation of an owner is sent again, and an owner is restored, with a recent password alone.
#[actix_web::test]
async fn auth_5_owners_come_back_with_a_recent_password_alone() {
    let (world, ada) = acme().await;
    let owner = [("email", "mary@example.org"), ("role", "owner"), ("days", "7"), ("form_key", FORM)];
    let with = |fields: &[(&'static str, &'static str)]| [fields, &[("password_again", PASSWORD)]].concat();
    ada.posts("/acme/invitations", &with(&owner)).await.status(303);
    ada.posts("/acme/members/alan/removal", &[]).await.status(303);
    let undo = world.texts("SELECT '/acme/undoings/' || id AS text FROM undoings").remove(0);
    let again = world.texts("SELECT '/acme/invitations/' || id || '/delivery' AS text FROM invitations").remove(0);
    // Long ago, but for what can be undone.
    world.runs("UPDATE sessions SET password_given_at = roster_now() - interval '31 minutes'");
    for path in [undo, again] {
        let before = told(&world);
        world.clock.minutes(1);
        ada.posts(&path, &[]).await.status(200).reads("Confirm your password");
        assert_eq!(told(&world), before);
        ada.posts(&path, &with(&[])).await.status(303);
        assert_ne!(told(&world), before, "{path}");
        world.runs("UPDATE sessions SET password_given_at = roster_now() - interval '31 minutes'");
    }
    ada.opens("/acme/members").await.follows_in("mary@example.org", "Copy Link").await;
    ada.is_titled("Confirm your password").reads("copy the link of an owner’s invitation");
    ada.fills("Password", PASSWORD).presses("Continue").await.reads("Invitation link for mary@example.org");
}

/// AUTH-5: when an owner leaves, there is an owner less; a member leaves without a question.
#[actix_web::test]
async fn auth_5_an_owner_leaves_with_a_recent_password_alone() {
    let (world, _) = acme().await;
    let (alan, grace) = (world.visitor().await, world.visitor().await);
    alan.signs_in("alan").await;
    grace.signs_in("grace").await;
    world.clock.minutes(31);
    let departure = "/account/organizations/acme/departure";
    alan.posts(departure, &[]).await.status(200).reads("Confirm your password").reads("leave the organization");
    assert_eq!(world.number("SELECT count(*) AS number FROM memberships"), 3);
    alan.posts(departure, &[("password_again", PASSWORD)]).await.status(303);
    grace.posts(departure, &[]).await.status(303);
    assert_eq!(world.number("SELECT count(*) AS number FROM memberships"), 1);
}

/// AUTH-5: exports take everything along.
#[actix_web::test]
async fn auth_5_exports_need_a_recent_password() {
    let (world, ada) = acme().await;
    for path in ["/acme/members/export", "/acme/activity/export", "/acme/settings/export"] {
        ada.opens(path).await.is_titled("Confirm your password");
        ada.posts(path, &[]).await.status(200).reads("Confirm your password");
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind LIKE '%exported'"), 0);
    ada.opens("/acme/settings/export").await.fills("Password", PASSWORD).presses("Continue").await;
    ada.is_at("/acme/settings/export").may("Export");
}

/// AUTH-5: Make Owner asks as Make Member does, in the words of what the person can do then.
#[actix_web::test]
async fn auth_5_make_owner_and_make_member_ask() {
    let (world, ada) = acme().await;
    let before = told(&world);
    ada.opens("/acme/members").await.presses_in("grace", "Make Owner").await.is_titled("Make grace an owner?");
    ada.reads("grace can then").reads("invite people").does_not_read("can no longer");
    assert_eq!(told(&world), before);
    ada.presses("Yes").await.is_titled("Confirm your password").reads("change who is an owner");
    ada.fills("Password", PASSWORD).presses("Continue").await.is_at("/acme/members");
    ada.reads("grace is now an owner of Acme.");
    ada.presses_in("grace", "Make Member").await.is_titled("Make grace a member?").reads("grace can no longer");
    ada.follows("Cancel").await.is_at("/acme/members").reads_in("grace", "Owner");
    ada.presses_in("grace", "Make Member").await.presses("Yes").await.reads("grace is now a member of Acme.");
}
