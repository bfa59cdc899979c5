//! AUTH-1: nothing is done in the name of somebody who may not act any more, whatever the reason.

use roster::accounts::operator::{AccountSelector, OperatorCommand, carry_out};
use roster::app::end_invitations;
use roster::invitations::reminders::remind_due;
use roster::invitations::worker::{answer_requests, send_portion};
use roster::reviews;
use roster::signed_links::Purpose;
use uuid::Uuid;

use crate::shared::{Browser, World};

/// The ways in which grace loses the right to act as an owner, each by the rows alone: nothing that a page or a command
/// does besides, such as ending invitations, helps.
const LOSSES: [(&str, &str); 6] = [
    (
        "removed, or left",
        "DELETE FROM memberships WHERE account_id = (SELECT id FROM accounts WHERE username = 'grace')",
    ),
    (
        "suspended in the organization",
        "UPDATE memberships SET suspended_at = roster_now() WHERE account_id = (SELECT id FROM accounts WHERE username = 'grace')",
    ),
    ("the account suspended", "UPDATE accounts SET suspended_at = roster_now() WHERE username = 'grace'"),
    (
        "the last day over",
        "UPDATE memberships SET ends_at = date_trunc('day', roster_now(), 'UTC') \
         WHERE account_id = (SELECT id FROM accounts WHERE username = 'grace')",
    ),
    (
        "demoted",
        "UPDATE memberships SET role = 'member' WHERE account_id = (SELECT id FROM accounts WHERE username = 'grace')",
    ),
    (
        "the organization deleted",
        "UPDATE organizations SET deleted_at = roster_now(), erase_at = roster_now() + interval '14 days'",
    ),
];

/// Analytical Engines of ada and grace, both owners. Grace has invited alan as an owner, and begun to send a list; ada
/// has invited mary. What was to be emailed waits.
struct Begun {
    world: World,
    grace: Browser,
    alan: Browser,
    /// The link to alan, and the one to mary.
    links: [String; 2],
}

async fn begun() -> Begun {
    let world = World::new().await;
    let grace = world.person("grace").await;
    let ada = world.person("ada").await;
    world.organization("Analytical Engines", &[("ada", "owner"), ("grace", "owner")]);
    for (owner, address) in [(&grace, "alan@example.org"), (&ada, "mary@example.org")] {
        owner.opens("/analytical-engines/members").await.fills("Email", address).chooses("Owner");
        owner.presses("Send Invite").await.status(200);
    }
    grace.opens("/analytical-engines/invitations/several").await.fills("Addresses", "guest@example.org");
    grace.presses("Preview").await.presses("Send Invites").await.status(200);
    let alan = world.person("alan").await;
    let links = ["alan", "mary"].map(|name| {
        let id = world.texts(&format!("SELECT id::text AS text FROM invitations WHERE email = '{name}@example.org'"));
        let id = Uuid::parse_str(&id[0]).unwrap();
        world.site.link(Purpose::Invitation, id, 1).trim_start_matches(&world.site.origin()).to_owned()
    });
    Begun { world, grace, alan, links }
}

/// How many emails of a kind left for an address.
fn sent(world: &World, kind: &str, to: &str) -> usize {
    world.mail.all().iter().filter(|message| message.kind == kind && message.to == to).count()
}

/// What comes of all that was begun in grace's name: told as it is found, so that a failure says all of it.
async fn outcome(begun: &Begun) -> Vec<(&'static str, bool)> {
    let Begun { world, grace, alan, links: [to_alan, to_mary] } = begun;
    let members = || world.number("SELECT count(*) AS number FROM memberships");
    let mut found = Vec::new();

    world.post().await;
    found.push(("the invitation is emailed", sent(world, "invitation", "alan@example.org") > 0));
    alan.opens("/dashboard").await;
    found.push(("the dashboard shows it", alan.page().says("Analytical Engines")));
    let page = alan.gets(to_alan).await;
    let opened = alan.gets(page.location()).await;
    found.push(("the link opens", opened.status == 200));

    // Mary declines ada's invitation: the owners hear of it.
    let mary = world.visitor().await;
    mary.opens(to_mary).await;
    if mary.page().has_button("Decline") {
        mary.presses("Decline").await;
    }
    world.post().await;
    found.push(("news goes to the owner", sent(world, "invitation_declined", "grace@example.org") > 0));
    // And asks again: the owners are asked.
    mary.opens(to_mary).await;
    if mary.page().has_button("Ask for a New Invitation") {
        mary.presses("Ask for a New Invitation").await;
    }
    answer_requests(&world.db).await.unwrap();
    world.post().await;
    found
        .push(("the owner is asked for an invitation", sent(world, "invitation_asked_again", "grace@example.org") > 0));

    while send_portion(&world.db).await.unwrap().is_some() {}
    found.push((
        "the list is sent",
        world.number("SELECT count(*) AS number FROM invitations WHERE email = 'guest@example.org'") > 0,
    ));
    grace.opens("/analytical-engines/members").await;
    found.push(("the owner can invite", grace.page().has_button("Send Invite")));

    world.runs("INSERT INTO review_reminders (organization_id, due_at) SELECT id, roster_now() FROM organizations");
    reviews::reminders::remind_due(&world.db).await.unwrap();
    world.post().await;
    found.push(("the owner is reminded of a review", sent(world, "access_review_due", "grace@example.org") > 0));

    world.clock.hours(5 * 24 + 1);
    remind_due(&world.db).await.unwrap();
    world.post().await;
    found.push(("the invitation is called to mind", sent(world, "invitation_reminder", "alan@example.org") > 0));

    let before = members();
    alan.opens(to_alan).await;
    let id = alan.page().address.path().trim_start_matches("/invitations/").to_owned();
    let answer = alan.posts(&format!("/invitations/{id}/acceptance"), &[]).await;
    found.push(("the invitation is accepted", answer.status == 303 && members() > before));
    found
}

/// Each way to lose the right to act, crossed with each thing that was begun before it.
///
/// Fails where a query reads `memberships` for somebody's authority instead of `active_memberships`.
#[actix_web::test]
async fn auth_1_nothing_is_done_in_the_name_of_somebody_who_may_not_act() {
    let mut wrong = Vec::new();
    let all = begun().await;
    all.world.ignores_emails();
    for (deed, done) in outcome(&all).await {
        if !done {
            wrong.push(format!("while grace is an owner: not {deed}"));
        }
    }
    for (change_kind, statement) in LOSSES {
        let begun = begun().await;
        begun.world.ignores_emails();
        begun.world.runs(statement);
        let done = outcome(&begun).await;
        wrong.extend(done.iter().filter(|(_, done)| *done).map(|(deed, _)| format!("{change_kind}: {deed}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The command ends what the account has open, and says so; restoring the account does not bring it back.
#[actix_web::test]
async fn auth_1_suspending_an_account_ends_its_open_invitations_and_says_so() {
    let begun = begun().await;
    begun.world.ignores_emails();
    let Begun { world, alan, links, .. } = &begun;
    world.organization("Difference Engines", &[("grace", "owner")]);
    begun.grace.opens("/difference-engines/members").await.fills("Email", "alan@example.org");
    begun.grace.presses("Send Invite").await.status(200);
    let orders = async |order: OperatorCommand| {
        let told =
            carry_out(&world.db, AccountSelector::parse("grace").unwrap(), order, end_invitations()).await.unwrap();
        told.unwrap().said(&world.site)
    };
    assert_eq!(
        orders(OperatorCommand::Suspend).await,
        "grace is suspended, and signed out everywhere. 2 open invitations that grace sent have ended."
    );
    assert_eq!(
        world.texts("SELECT email AS text FROM invitations WHERE ended_at IS NULL"),
        ["mary@example.org"],
        "somebody else's invitation stays open"
    );
    alan.gets(&links[0]).await;
    alan.opens(&links[0]).await.status(404);
    // Each organization's history tells of it, and the account's of the suspension alone.
    assert_eq!(
        world.number("SELECT count(DISTINCT organization_id) AS number FROM history WHERE kind = 'invitation_ended'"),
        2
    );
    assert_eq!(
        world.number(
            "SELECT count(*) AS number FROM history WHERE kind = 'invitation_ended' AND account_id IS NOT NULL"
        ),
        0
    );
    assert_eq!(orders(OperatorCommand::Suspend).await, "grace is suspended, and signed out everywhere.");
    orders(OperatorCommand::Restore).await;
    alan.opens(&links[0]).await.status(404);
}

/// An organization does not come to rest on an account that is suspended: it is offered to nobody, and refused.
#[actix_web::test]
async fn auth_1_nothing_is_handed_to_a_suspended_account() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.person("ada").await;
    world.account("grace").await;
    world.organization("Analytical Engines", &[("ada", "owner"), ("grace", "owner")]);
    ada.opens("/account/organizations").await.follows("Hand Over").await.reads("grace");
    let path = ada.page().address.path().to_owned();
    world.runs("UPDATE accounts SET suspended_at = roster_now() WHERE username = 'grace'");
    ada.opens(&path).await.does_not_read("grace");
    ada.opens("/account/organizations").await.may_not("Hand Over");
}
