//! Members: who belongs, what they become, how they part.

mod bulk;
mod consequences;
mod emails;
mod expiry;
mod leaving;
mod listing;
mod roles;
mod suspension;
mod undo;

use roster::authority::{EffectiveRole, Permission, Role};

use crate::shared::browser::Browser;
use crate::shared::{PASSWORD, World};

/// Acme: ada its primary owner, alan an owner, grace a member.
async fn acme() -> (World, Browser, Browser, Browser) {
    let world = World::new().await;
    let (ada, alan, grace) = (world.person("ada").await, world.person("alan").await, world.person("grace").await);
    world.organization("Acme", &[("ada", "owner"), ("alan", "owner"), ("grace", "member")]);
    (world, ada, alan, grace)
}

/// Who is what in Acme, in order of their names.
fn roles(world: &World) -> Vec<String> {
    world.texts(
        "SELECT username || ' ' || CASE WHEN account_id = primary_owner_id THEN 'primary' ELSE role END AS text \
         FROM memberships JOIN accounts ON accounts.id = account_id JOIN organizations ON organizations.id = organization_id \
         WHERE organizations.name = 'Acme' ORDER BY username",
    )
}

const AS_IT_WAS: [&str; 3] = ["ada primary", "alan owner", "grace member"];

#[actix_web::test]
async fn owners_make_owners_and_members() {
    let (world, ada, alan, grace) = acme().await;
    ada.opens("Acme").await.follows("Members").await.is_titled("Members").reads("3 people belong to Acme.");
    ada.lists(["ada", "alan", "grace"])
        .reads_in("ada", "Primary owner")
        .reads_in("alan", "Owner")
        .reads_in("grace", "Member");
    ada.reads_in("grace", "Joined")
        .reads_in("grace", "grace@example.org")
        .may_in("grace", "Make Owner")
        .may_in("grace", "Remove");
    ada.may_in("alan", "Make Member").may_not_in("alan", "Make Owner");
    // The primary owner's row has no buttons, and one's own leads to where one leaves.
    for button in ["Make Owner", "Make Member", "Remove"] {
        ada.may_not_in("ada", button);
        alan.opens("/acme/members").await.may_not_in("ada", button);
    }
    ada.may_in("ada", "Hand over or leave in Account Settings");
    alan.may_not_in("alan", "Remove").may_in("alan", "Leave in Account Settings");

    ada.presses_in("grace", "Make Owner").await.is_titled("Make grace an owner?").reads("invite people, and resend");
    ada.presses("Yes").await.is_at("/acme/members").reads("grace is now an owner of Acme.");
    ada.reads_in("grace", "Owner").may_in("grace", "Make Member");
    grace.opens("/acme/members").await.may("Send Invite").may_in("alan", "Remove").may("Settings");
    grace
        .presses_in("alan", "Make Member")
        .await
        .is_titled("Make alan a member?")
        .presses("Yes")
        .await
        .reads("alan is now a member of Acme.");
    assert_eq!(roles(&world), ["ada primary", "alan member", "grace owner"]);
    alan.reloads()
        .await
        .may_not("Send Invite")
        .may_not("Settings")
        .may_not_in("grace", "Remove")
        .may_not_in("grace", "Make Member");

    // A person who makes themselves a member is one from there on.
    grace.presses_in("grace", "Make Member").await.reads("To be an owner again, another owner has to make you one.");
    grace.presses("Yes").await.is_at("/acme/members").may_not("Send Invite");
    ada.opens("/acme/activity").await.reads("grace changed the role of grace from Owner to Member");
    world.ignores_emails();
}

/// MEM-18, INV-46: members see names and roles; addresses and pending invitations are for owners.
#[actix_web::test]
async fn mem_18_members_see_no_addresses() {
    let (world, ada, _, grace) = acme().await;
    let invited =
        [("email", "marie@example.org"), ("role", "member"), ("form_key", "01900000-0000-7000-8000-000000000001")];
    ada.posts("/acme/invitations", &invited).await.status(303);
    ada.opens("/acme/members").await.reads("marie@example.org").reads("alan@example.org").reads("Pending Invites");
    for path in ["/acme/members", "/acme", "/acme/activity", "/dashboard", "/account/organizations"] {
        grace.opens(path).await.status(200).does_not_read("Pending Invites");
        let page = grace.page();
        assert!(!page.body.contains("@example.org") && !page.body.contains("marie"), "{path}\n{}", page.body);
        drop(page);
    }
    grace.opens("/acme/members").await.lists(["ada", "alan", "grace"]).reads_in("alan", "Owner");
    world.ignores_emails();
}

/// MEM-02: a member manages nobody, and the primary owner is managed by nobody.
#[actix_web::test]
async fn mem_02_the_primary_owner_stays_and_members_manage_nobody() {
    let (world, ada, alan, grace) = acme().await;
    for whom in ["ada", "alan", "grace"] {
        for role in ["owner", "member"] {
            let path = format!("/acme/members/{whom}/role");
            grace
                .posts(&path, &[("role", role), ("confirmed", "yes")])
                .await
                .status(403)
                .reads("Only owners can do this.");
        }
        grace.gets(&format!("/acme/members/{whom}/removal")).await.status(403);
        grace.posts(&format!("/acme/members/{whom}/removal"), &[]).await.status(403);
    }
    for owner in [&ada, &alan] {
        let path = "/acme/members/ada";
        owner.posts(&format!("{path}/role"), &[("role", "member"), ("confirmed", "yes")]).await.status(303);
        owner.opens("/acme/members").await.reads("ada is the primary owner and stays an owner until they hand over.");
        owner.posts(&format!("{path}/removal"), &[]).await.status(303);
        owner.opens("/acme/members").await.reads("ada is the primary owner and cannot be removed.");
    }
    // Not even behind the application's back.
    for statement in [
        "UPDATE memberships SET role = 'member' FROM accounts WHERE accounts.id = account_id AND username = 'ada'",
        "DELETE FROM memberships USING accounts WHERE accounts.id = account_id AND username = 'ada'",
        "UPDATE organizations SET primary_owner_id = accounts.id FROM accounts WHERE username = 'alan'",
    ] {
        let mut connection = world.connection();
        assert!(diesel::RunQueryDsl::execute(diesel::sql_query(statement), &mut connection).is_err(), "{statement}");
    }
    assert_eq!(roles(&world), AS_IT_WAS);
}

/// MEM-03: the person who does not belong here can be neither removed nor changed from here.
#[actix_web::test]
async fn mem_03_people_of_other_organizations_are_out_of_reach() {
    let (world, ada, ..) = acme().await;
    world.account("eve").await;
    world.account("mallory").await;
    world.organization("Other", &[("eve", "owner"), ("mallory", "member")]);
    let kept = world.everything_kept();
    for whom in ["eve", "mallory", "nobody-at-all", "x", "ada%00"] {
        for path in [format!("/acme/members/{whom}/removal"), format!("/other/members/{whom}/removal")] {
            ada.gets(&path).await.status(404);
            ada.posts(&path, &[]).await.status(404);
        }
        ada.posts(&format!("/acme/members/{whom}/role"), &[("role", "owner")]).await.status(404);
        ada.posts(&format!("/other/members/{whom}/role"), &[("role", "member")]).await.status(404);
    }
    let to = [("to", "eve")];
    ada.posts("/account/organizations/acme/handover", &to).await.status(422).reads("make this person an owner first");
    ada.posts("/account/organizations/other/handover", &to).await.status(404);
    assert_eq!(world.everything_kept(), kept);
}

/// MEM-07: every role somebody has, every role they are given, by everybody who could try.
#[actix_web::test]
async fn mem_07_no_role_is_given_that_may_not_be() {
    let (world, ada, alan, grace) = acme().await;
    world.ignores_emails();
    world.account("target").await;
    world.runs(
        "INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, accounts.id, 'member' \
         FROM organizations, accounts WHERE username = 'target'; UPDATE organizations SET member_count = 4",
    );
    let set = |role: &str| {
        world.runs(&format!("UPDATE memberships SET role = '{role}' FROM accounts WHERE accounts.id = account_id AND username = 'target'"));
    };
    let is = || {
        world.texts(
            "SELECT role AS text FROM memberships JOIN accounts ON accounts.id = account_id WHERE username = 'target'",
        )
    };
    for (who, may) in [(&ada, true), (&alan, true), (&grace, false)] {
        for from in Role::ALL.map(Role::key) {
            for to in ["owner", "member", "viewer", "billing", "primary_owner", "admin", "Owner", "owner ", "", "2"] {
                set(from);
                let answer = who.posts("/acme/members/target/role", &[("role", to)]).await;
                let known = Role::ALL.iter().any(|role| role.key() == to);
                let expected = match (may, known) {
                    (true, true) => (303, to),
                    (true, false) if to.is_empty() => (422, from),
                    (true, false) => (400, from),
                    (false, _) => (403, from),
                };
                assert_eq!((answer.status, is().concat().as_str()), (expected.0, expected.1), "from {from} to {to:?}");
            }
            set(from);
            assert_ne!(who.posts("/acme/members/target/role", &[]).await.status, 303);
            assert_eq!(is(), [from]);
        }
    }
    assert_eq!(roles(&world)[..3], AS_IT_WAS);
}

/// MEM-08: nothing is bound that the form does not ask for.
#[actix_web::test]
async fn mem_08_what_a_form_does_not_ask_for_is_refused() {
    let (world, ada, _, grace) = acme().await;
    let kept = world.everything_kept();
    let columns = world.texts(
        "SELECT DISTINCT column_name::text AS text FROM information_schema.columns \
         WHERE table_name IN ('memberships', 'organizations', 'accounts') AND column_name <> 'role'",
    );
    assert!(columns.len() > 15);
    for column in columns.iter().map(String::as_str).chain(["user_id", "org_id", "_method", "password"]) {
        let more = (column, "01900000-0000-7000-8000-000000000001");
        ada.posts("/acme/members/grace/role", &[("role", "owner"), more]).await.status(400);
        ada.posts("/acme/members/grace/removal", &[more]).await.status(400);
        ada.posts("/account/organizations/acme/handover", &[("to", "alan"), more]).await.status(400);
        grace.posts("/account/organizations/acme/departure", &[more]).await.status(400);
    }
    ada.posts("/acme/members/grace/role", &[("role", "owner"), ("role", "member")]).await.status(400);
    grace.posts("/account/organizations/acme/departure", &[("role", "owner")]).await.status(400);
    assert_eq!(world.everything_kept(), kept);
}

/// MEM-11: however many belong, each is listed once, and can be removed.
#[actix_web::test]
async fn mem_11_everyone_is_listed_and_removable() {
    let (world, ada, ..) = acme().await;
    world.ignores_emails();
    // Among them many who joined in the same moment.
    world.runs(
        "WITH people AS (INSERT INTO accounts (id, username, password_hash) \
            SELECT gen_random_uuid(), 'person' || n, '$argon2id$' FROM generate_series(1, 217) n RETURNING id) \
         INSERT INTO memberships (organization_id, account_id, role, joined_at) \
            SELECT organizations.id, people.id, 'member', date_trunc('minute', roster_now()) + interval '2 minutes' FROM organizations, people; \
         UPDATE organizations SET member_count = 220",
    );
    ada.opens("/acme/members").await.reads("220 people belong to Acme.");
    let mut seen = Vec::new();
    loop {
        let names: Vec<String> = ada
            .page()
            .all(".person-row .person-name")
            .iter()
            .map(|name| name.text().next().unwrap_or_default().trim().to_owned())
            .collect();
        seen.extend(names);
        if !ada.page().has_link("More people") {
            break;
        }
        ada.follows("More people").await.status(200);
    }
    assert_eq!(seen.len(), 220);
    let last = seen.last().expect("somebody").clone();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 220);
    ada.follows_in(&last, "Remove").await.presses("Yes").await.reads(&format!("{last} was removed from Acme."));
    ada.reads("219 people belong to Acme.").reloads().await.may("More people");
}

/// MEM-13: nobody is made to leave or to remove by a form or a frame of another site.
#[actix_web::test]
async fn mem_13_forms_and_frames_of_other_sites_do_nothing() {
    let (world, ada, _, grace) = acme().await;
    for (who, path) in [
        (&grace, "/account/organizations/acme/departure"),
        (&ada, "/acme/members/grace/removal"),
        (&ada, "/acme/members/alan/role"),
        (&ada, "/account/organizations/acme/handover"),
    ] {
        for headers in [vec![], vec![("sec-fetch-site", "cross-site")], vec![("origin", "https://evil.example")]] {
            let mut forged = world.raw("POST", path).header("cookie", &who.cookies());
            for (name, value) in headers {
                forged = forged.header(name, value);
            }
            forged.form(&[("role", "member"), ("to", "alan")]).sends().await.status(403);
        }
        let page = who.gets(path).await;
        assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
    }
    assert_eq!(roles(&world), AS_IT_WAS);
}

/// MEM-15: an unattended browser hands nothing over.
#[actix_web::test]
async fn mem_15_handing_over_asks_for_the_password_again() {
    let (world, ada, ..) = acme().await;
    ada.opens("/account/organizations/acme/handover").await.chooses("alan");
    world.clock.minutes(31);
    ada.presses("Yes").await.is_titled("Confirm your password");
    ada.fills("Password", "lanterns over quiet harbours").presses("Continue").await.status(422);
    assert_eq!(roles(&world), AS_IT_WAS);
    // What was chosen is not lost on the way.
    ada.fills("Password", PASSWORD).presses("Continue").await.reads("alan is now the primary owner of Acme.");
    assert_eq!(roles(&world), ["ada owner", "alan primary", "grace member"]);
    world.ignores_emails();
}

/// MEM-16: a suspended account is refused at the next request, and cannot sign in.
#[actix_web::test]
async fn mem_16_a_suspended_account_does_nothing_more() {
    let (world, ada, alan, _) = acme().await;
    alan.opens("/acme/members").await.may("Send Invite");
    world.runs("UPDATE accounts SET suspended_at = roster_now() WHERE username = 'alan'");
    for path in ["/acme", "/acme/members", "/dashboard", "/account", "/account/organizations"] {
        let answer = alan.gets(path).await;
        assert!(answer.status(303).location().starts_with("/sign-in"), "{path}");
    }
    assert_eq!(alan.posts("/acme/members/grace/removal", &[]).await.status(303).location(), "/sign-in");
    alan.signs_in("alan").await.status(422).may_not("Sign Out");
    assert_eq!(roles(&world), AS_IT_WAS);
    ada.opens("/acme/members").await.reads_in("alan", "Owner");
}

/// MEM-19: an account cannot go while it belongs anywhere, least of all its organizations' primary owner.
#[actix_web::test]
async fn mem_19_an_account_that_belongs_somewhere_cannot_be_deleted() {
    let (world, ..) = acme().await;
    for who in ["ada", "alan", "grace"] {
        let statement = format!("DELETE FROM accounts WHERE username = '{who}'");
        let refused = diesel::RunQueryDsl::execute(diesel::sql_query(&statement), &mut world.connection()).unwrap_err();
        assert!(refused.to_string().contains("memberships_have_an_account"), "{refused}");
    }
    assert_eq!(roles(&world), AS_IT_WAS);
}

/// What is missing says why, and who can help; the table is the policy itself.
#[actix_web::test]
async fn what_one_cannot_do_is_explained_with_who_can_help() {
    let (world, ada, _, grace) = acme().await;
    grace.opens("/acme/members").await.reads("Why can’t I invite people?");
    grace.reads("Only owners can invite people, and resend or cancel invites: ask ada or alan.");
    grace.follows("Who can do what").await.is_titled("Who can do what").reads("You are here as Member");
    let says = |permission: Permission, standing: EffectiveRole| {
        let row = grace.page().row(&permission.deed()[1..]);
        let at = EffectiveRole::ALL.iter().position(|one| *one == standing).expect("a column");
        row.split_whitespace().filter(|word| matches!(*word, "Yes" | "No")).nth(at) == Some("Yes")
    };
    for permission in Permission::ALL {
        for standing in EffectiveRole::ALL {
            assert_eq!(says(permission, standing), standing.allows(permission), "{permission:?} {standing:?}");
        }
    }
    ada.opens("/acme/members").await.does_not_read("Why can’t I");
    ada.follows("Who can do what").await.reads("You are here as Primary owner");
    drop(world);
}

/// When somebody was last active is noted, at most once an hour.
#[actix_web::test]
async fn a_visit_is_noted_once_an_hour() {
    let (world, _, _, grace) = acme().await;
    let minutes_after_joining = || -> Vec<String> {
        world.texts(
            "SELECT (extract(epoch FROM last_active_at - joined_at) / 60)::int::text AS text \
             FROM memberships JOIN accounts ON accounts.id = account_id WHERE username = 'grace'",
        )
    };
    world.clock.minutes(59);
    grace.gets("/acme").await.status(200);
    assert_eq!(minutes_after_joining(), ["0"], "it is known well enough");
    world.clock.minutes(2);
    grace.gets("/acme/members").await.status(200);
    assert_eq!(minutes_after_joining(), ["61"]);
}
