//! The same with several people at once: they are listed first, and there is a result for each.

use roster::authority::{May, Role};
use roster::members::{self, ManageMembers, MembershipDependents, change_role, remove};
use roster::text::{Slug, Username};

use super::{AS_IT_WAS, acme, roles};

#[actix_web::test]
async fn several_are_removed_and_each_is_told() {
    let (world, ada, alan, grace) = acme().await;
    alan.opens("/acme/members").await.fills("Email", "marie@example.org").presses("Send Invite").await;
    world.ignores_emails();
    ada.opens("/acme/members").await.chooses_in("alan", "Choose alan").chooses_in("grace", "Choose grace");
    ada.chooses("Remove").presses("Continue").await.is_titled("Remove 2 people?");
    ada.reads("The open invitation of marie@example.org, which alan sent, ends.").reads("They can no longer");
    assert_eq!(roles(&world), AS_IT_WAS, "nothing happens by being asked");
    ada.presses("Yes").await.is_titled("2 people removed").reads("Done with everyone whom you chose.");
    ada.reads_in("alan", "Removed").reads_in("grace", "Removed").may_in("alan", "Undo").may_in("grace", "Undo");
    assert_eq!(roles(&world), ["ada primary"]);
    for gone in [&alan, &grace] {
        gone.gets("/acme").await.status(404);
    }
    for gone in ["alan", "grace"] {
        world.message(&format!("{gone}@example.org"), "You were removed from Acme").await;
        world.message("ada@example.org", &format!("{gone} was removed from Acme")).await;
    }
    // Each is restored by itself.
    ada.follows_in("alan", "Undo").await.presses("Undo").await.reads("alan is an owner of Acme again.");
    ada.opens("/acme/activity").await.reads("ada removed alan").reads("ada removed grace");
    assert_eq!(roles(&world), ["ada primary", "alan owner"]);
}

#[actix_web::test]
async fn several_get_a_role_and_those_who_have_it_are_left_alone() {
    let (world, ada, alan, _grace) = acme().await;
    world.ignores_emails();
    ada.opens("/acme/members").await.chooses_in("alan", "Choose alan").chooses_in("grace", "Choose grace");
    ada.chooses("Make Member").presses("Continue").await.is_titled("Give 1 person the role Member?");
    ada.reads_in("alan", "Owner").reads_in("grace", "Is a member already").reads("They can no longer");
    ada.presses("Yes").await.is_titled("Role of 1 person changed").reads_in("alan", "Is a member now");
    assert_eq!(roles(&world), ["ada primary", "alan member", "grace member"]);
    // Sent once more, from the page before: nothing is left to do, and it says so.
    let again = ada.posts("/acme/members/several", &[("do", "member"), ("people", "alan grace")]).await;
    again.status(200);
    ada.opens("/acme/members/several?do=member&person=alan&person=grace")
        .await
        .is_titled("Nothing to do")
        .may_not("Yes");
    alan.gets("/acme/members/several?do=member&person=grace").await.status(403);
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind = 'role_changed'"), 1);
}

/// MEM-12: those on whom the organization rests, oneself, and strangers are named and left alone, on the page and by
/// the person who posts without it.
#[actix_web::test]
async fn nothing_comes_of_it_for_the_primary_owner_oneself_and_strangers() {
    let (world, ada, alan, grace) = acme().await;
    world.account("katherine").await;
    world.ignores_emails();
    alan.opens("/acme/members").await.may_not("Choose ada").may_not("Choose alan").may_not("Continue");
    ada.opens("/acme/members").await.may_not("Choose ada").may("Continue");
    let all = "?do=remove&person=ada&person=alan&person=grace&person=katherine&person=nobody&person=%00";
    alan.opens(&format!("/acme/members/several{all}")).await.is_titled("Remove 1 person?");
    alan.reads_in("ada", "Is the primary owner")
        .reads_in("alan", "That is you")
        .reads_in("katherine", "Does not belong here");
    alan.reads_in("nobody", "Does not belong here");
    // Who is no longer an owner could not go on with the others.
    let demoted = [("do", "member"), ("people", "ada alan")];
    alan.posts("/acme/members/several", &demoted).await.status(200);
    assert_eq!(roles(&world), ["ada primary", "alan owner", "grace member"]);
    let people = [("do", "remove"), ("people", "ada alan katherine nobody grace")];
    alan.posts("/acme/members/several", &people).await.status(200);
    assert_eq!(roles(&world), ["ada primary", "alan owner"]);
    for nonsense in ["", "?do=remove", "?do=burn&person=alan", "?person=alan", "?do=remove&person=%2F"] {
        let answer = ada.gets(&format!("/acme/members/several{nonsense}")).await;
        assert_eq!(answer.status(303).location(), "/acme/members", "{nonsense}");
    }
    ada.opens("/acme/members").await.reads("Choose one or more people in the list first.");
    // Members, people of elsewhere and those of nowhere.
    for path in ["/acme/members/several?do=remove&person=alan", "/acme/members/several"] {
        grace.gets(path).await.status(404);
        grace.posts(path, &people).await.status(404);
    }
    let many: String = (0..190).map(|n| format!("&person=person{n}")).collect();
    let asked = world.queries_of(async {
        ada.gets(&format!("/acme/members/several?do=remove&person=alan{many}")).await.status(200);
    });
    assert!(asked.await <= 3);
}

/// An owner who loses the right in the middle does no more of it, and reads how far it came.
#[actix_web::test]
async fn whoever_loses_the_right_in_the_middle_goes_no_further() {
    let (world, _ada, alan, _grace) = acme().await;
    for n in 1..=3 {
        world.account(&format!("person{n}")).await;
        world.runs(&format!(
            "INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, accounts.id, 'member' \
             FROM organizations, accounts WHERE username = 'person{n}'; UPDATE organizations SET member_count = member_count + 1"
        ));
    }
    world.ignores_emails();
    // The moment person2 is gone, so is alan's right.
    world.runs(
        "CREATE FUNCTION step_down() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
           IF (SELECT username FROM accounts WHERE id = OLD.account_id) = 'person2' THEN \
             UPDATE memberships SET role = 'member' WHERE account_id = (SELECT id FROM accounts WHERE username = 'alan'); \
           END IF; RETURN NULL; END $$; \
         CREATE TRIGGER step_down AFTER DELETE ON memberships FOR EACH ROW EXECUTE FUNCTION step_down()",
    );
    alan.opens("/acme/members/several?do=remove&person=person1&person=person2&person=person3")
        .await
        .presses("Yes")
        .await;
    alan.is_titled("2 people removed").reads("Not changed: 1 person. See the reasons below.");
    alan.reads_in("person3", "Not done: you no longer have permission");
    assert_eq!(roles(&world), ["ada primary", "alan member", "grace member", "person3 member"]);
}

/// Two owners do the opposite with the same people at the same moment: each is done whole or refused, one after the
/// other.
#[actix_web::test]
async fn two_owners_at_the_same_people_leave_nothing_half_done() {
    let (world, ..) = acme().await;
    world.ignores_emails();
    let stands_in = async |who: &'static str| -> May<ManageMembers> {
        let names = (Username::parse(who).unwrap(), Slug::parse("acme").unwrap());
        let by =
            world.db.without_authorization(move |connection| members::for_seed(connection, &names.0, &names.1)).await;
        by.unwrap().expect("an owner")
    };
    for round in 0..50 {
        world.runs(
            "INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, accounts.id, 'member' \
             FROM organizations, accounts WHERE username = 'grace' ON CONFLICT DO NOTHING; \
             UPDATE memberships SET role = 'member' FROM accounts WHERE accounts.id = account_id AND username = 'grace'; \
             UPDATE organizations SET member_count = (SELECT count(*) FROM memberships WHERE organization_id = organizations.id)",
        );
        let before = world.number("SELECT count(*) AS number FROM history");
        let (ada, alan) = (stands_in("ada").await, stands_in("alan").await);
        let grace = || Username::parse("grace").unwrap();
        let removing = async {
            let whom = grace();
            world.db.write(&ada, move |tx| remove(tx, &MembershipDependents::default(), &whom)).await.unwrap().is_ok()
        };
        let promoting = async {
            let whom = grace();
            let change = world
                .db
                .write(&alan, move |tx| change_role(tx, &MembershipDependents::default(), &whom, Role::Viewer, true));
            change.await.unwrap().is_ok()
        };
        let (is_removed, is_promoted) = tokio::join!(removing, promoting);
        assert!(is_removed, "{round}: whoever is a viewer is removed as well");
        let told = world.texts(&format!("SELECT kind AS text FROM history ORDER BY at, id OFFSET {before}"));
        let expected: &[&str] = if is_promoted { &["role_changed", "removed"] } else { &["removed"] };
        assert_eq!(told, expected, "{round}");
        assert_eq!(world.number("SELECT count(*) - 2 AS number FROM memberships"), 0);
        assert_eq!(world.number("SELECT member_count::bigint - 2 AS number FROM organizations"), 0);
    }
}
