//! An owner brings a colleague in: the manual's story, and the ways it can go otherwise.

mod bulk_invites;
mod lifetimes;
mod reinvite_requests;
mod reminders;

use crate::shared::{Browser, EmailTemplate, World};

/// An owner on her Members tab invites an address.
async fn invites(owner: &Browser, address: &str, role: &str) {
    owner.opens("/analytical-engines/members").await;
    owner.fills("Email", address).chooses(role).presses("Send Invite").await;
}

/// Analytical Engines, its founder, and an invitation on its way to grace@example.org.
async fn invited() -> (World, Browser, EmailTemplate) {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    invites(&ada, "grace@example.org", "Member").await;
    let message = world.email_to("grace@example.org").await;
    (world, ada, message)
}

/// Everybody who is informed that grace joined has been shown.
async fn hears_of_joining(world: &World) {
    world.message("ada@example.org", "grace joined Analytical Engines").await;
}

#[actix_web::test]
async fn an_owner_invites_a_colleague_who_creates_an_account_and_joins() {
    let (world, ada, message) = invited().await;
    ada.reads("Invitation sent to grace@example.org.").reads_in("grace@example.org", "Member");
    assert_eq!(message.subject, "ada invited you to join Analytical Engines on Roster");
    message.reads("Member").reads("ada").reads("expire");
    let alone = message.text.lines().any(|line| line.starts_with("http") && line.contains("/invitations/"));
    assert!(alone, "{}", message.text);

    let grace = world.visitor().await;
    grace.opens_link(&message).await.is_titled("You've been invited").reads("Analytical Engines").reads("ada");
    grace.creates_account("grace").await.presses("Accept Invitation").await.reads("Analytical Engines");
    world.message("grace@example.org", "You joined Analytical Engines").await;
    hears_of_joining(&world).await;
    ada.opens("/analytical-engines/members").await.reads("grace").does_not_read("Sent");
    // The link proved the mailbox: nothing else has to be confirmed to sign in by it.
    let elsewhere = world.visitor().await;
    elsewhere.signs_in("grace@example.org").await.is_titled("Your Dashboard");
}

#[actix_web::test]
async fn a_colleague_with_an_account_signs_in_and_accepts() {
    let (world, _ada, message) = invited().await;
    world.account("grace").await;
    let grace = world.visitor().await;
    grace.opens_link(&message).await.follows("Sign In").await;
    grace.signs_in_here("grace", crate::shared::PASSWORD).await.is_titled("You've been invited");
    grace.presses("Accept Invitation").await.reads("Analytical Engines");
    world.message("grace@example.org", "You joined").await;
    hears_of_joining(&world).await;
}

#[actix_web::test]
async fn an_open_invitation_stands_on_the_dashboard() {
    let (world, _ada, _letter) = invited().await;
    let grace = world.person("grace").await;
    grace.opens("/dashboard").await.reads("ada invited you as Member").follows("View Invitation").await;
    grace
        .presses("Accept Invitation")
        .await
        .opens("/dashboard")
        .await
        .may("Analytical Engines")
        .may_not("View Invitation");
    world.message("grace@example.org", "You joined").await;
    hears_of_joining(&world).await;
}

#[actix_web::test]
async fn an_invitation_is_declined_and_the_owners_are_told() {
    let (world, ada, message) = invited().await;
    let visitor = world.visitor().await;
    visitor.opens_link(&message).await.presses("Decline").await.reads("eclined");
    world.message("grace@example.org", "eclined").await;
    world.message("ada@example.org", "eclined").await;
    ada.opens("/analytical-engines/members").await.does_not_read("grace@example.org");
    visitor.opens_link(&message).await.status(404);
}

/// INV-01: never silently by whichever account is signed in; the two ways on are offered in words.
#[actix_web::test]
async fn inv_01_another_account_is_told_and_joins_only_in_so_many_words() {
    let (world, _ada, message) = invited().await;
    let mary = world.person("mary").await;
    mary.opens_link(&message).await.reads("grace@example.org").reads("signed in as mary").may_not("Accept Invitation");
    let acceptance = format!("{}/acceptance", mary.path());
    let refused = mary.posts(&acceptance, &[]).await;
    assert!(refused.status >= 300, "{}", refused.status);
    assert_eq!(world.number("SELECT count(*) AS number FROM memberships"), 1);
    assert_eq!(world.number("SELECT count(*) AS number FROM invitations WHERE ended_at IS NULL"), 1);

    mary.presses("Add this Address and Join").await.reads("Analytical Engines");
    world.message("mary@example.org", "address was added").await.reads("grace@example.org");
    world.message("mary@example.org", "You joined").await;
    world.message("ada@example.org", "mary joined").await;
    let told = world.texts("SELECT kind AS text FROM history WHERE kind IN ('address_added', 'joined')");
    assert_eq!(told.len(), 2, "{told:?}");
}

#[actix_web::test]
async fn someone_else_signs_in_and_comes_back_to_the_invitation() {
    let (world, _ada, message) = invited().await;
    world.account("grace").await;
    let mary = world.person("mary").await;
    mary.opens_link(&message).await.presses("Sign In as Someone Else").await;
    mary.signs_in_here("grace", crate::shared::PASSWORD).await.is_titled("You've been invited");
    mary.presses("Accept Invitation").await;
    world.message("grace@example.org", "You joined").await;
    hears_of_joining(&world).await;
}

/// INV-02, INV-03: a self-asserted address sees nothing, and inviting makes no account.
#[actix_web::test]
async fn inv_02_an_unconfirmed_address_sees_no_invitation() {
    let (world, _ada, _letter) = invited().await;
    assert_eq!(world.number("SELECT count(*) AS number FROM accounts"), 1);
    let mallory = world.person("mallory").await;
    let visitor = world.visitor().await;
    visitor.asks_for_account("grace@example.org", "grace").await;
    world.message("grace@example.org", "Confirm").await;
    mallory.opens("/dashboard").await.does_not_read("Analytical Engines");
    let id = world.texts("SELECT id::text AS text FROM invitations").remove(0);
    mallory.gets(&format!("/invitations/{id}")).await.status(404);
    mallory.posts(&format!("/invitations/{id}/acceptance"), &[]).await.status(404);
    assert_eq!(world.number("SELECT count(*) AS number FROM memberships"), 1);
}

/// INV-04, INV-05: the invited address is the row's, and an account that is there stays as it is.
#[actix_web::test]
async fn inv_04_signing_up_by_an_invitation_touches_no_account() {
    let (world, _ada, message) = invited().await;
    world.account("grace").await;
    let hashes = || world.texts("SELECT password_hash AS text FROM accounts ORDER BY id");
    let before = hashes();
    let visitor = world.visitor().await;
    visitor.opens_link(&message).await;
    let path = format!("{}/account", visitor.path());
    let fields = [
        ("username", "intruder"),
        ("password", "another fine long password"),
        ("confirm_password", "another fine long password"),
    ];
    let answer = visitor.posts(&path, &fields).await;
    assert!(
        answer.status == 303 && answer.location().starts_with("/sign-in"),
        "{} {}",
        answer.status,
        answer.location()
    );
    assert_eq!(hashes(), before);
    let tampered = [fields[0], fields[1], fields[2], ("email", "mallory@example.org")];
    visitor.posts(&path, &tampered).await.status(400);
    assert_eq!(hashes(), before);
}

/// INV-06, INV-08, INV-25: whatever opens nothing is answered alike, and nothing malformed asks the
/// database.
#[actix_web::test]
async fn inv_25_dead_links_are_all_alike() {
    let (world, ada, message) = invited().await;
    let visitor = world.visitor().await;
    let told = |text: String| text.split("Reference").next().unwrap_or_default().to_owned();
    let path = message.link().trim_start_matches(&world.site.origin()).to_owned();
    let other = if path.ends_with('A') { 'Q' } else { 'A' };
    let unknown = visitor.gets(&format!("{}{other}", &path[..path.len() - 1])).await;
    unknown.status(404);
    let malformed = world.queries_of(visitor.gets("/invitations/%00")).await;
    assert_eq!(malformed, 0);

    ada.opens("/analytical-engines/members").await.presses_in("grace@example.org", "Cancel").await;
    let opened = visitor.gets(&path).await;
    let cancelled = visitor.gets(if opened.status == 303 { opened.location() } else { &path }).await;
    cancelled.status(404);
    assert_eq!(told(cancelled.text()), told(unknown.text()));
    assert!(!cancelled.body_text().contains("grace@") && !cancelled.body_text().contains("Analytical"));

    invites(&ada, "grace@example.org", "Member").await;
    let again = world.email_to("grace@example.org").await;
    assert_ne!(again.link(), message.link(), "INV-10: a cancelled link is dead for good");
    world.clock.days(8);
    let expired = world.visitor().await;
    expired.opens_link(&again).await.status(404);
    assert_eq!(told(expired.page().text()).lines().last(), told(unknown.text()).lines().last());
}

/// INV-09: a link joins once.
#[actix_web::test]
async fn inv_09_a_link_joins_once() {
    let (world, _ada, message) = invited().await;
    let grace = world.person("grace").await;
    grace.opens_link(&message).await;
    let acceptance = format!("{}/acceptance", grace.path());
    grace.presses("Accept Invitation").await;
    let again = grace.posts(&acceptance, &[]).await;
    assert_eq!((again.status, again.location()), (303, "/analytical-engines"));
    let mary = world.person("mary").await;
    mary.opens_link(&message).await.status(404);
    mary.posts(&acceptance, &[]).await.status(404);
    assert_eq!(world.number("SELECT count(*) AS number FROM memberships"), 2);
    world.message("grace@example.org", "You joined").await;
    hears_of_joining(&world).await;
}

/// INV-10, INV-17: resending renews the whole lifetime of the same link; a dead line can be revived.
#[actix_web::test]
async fn inv_17_invitations_expire_and_are_sent_again_with_the_same_link() {
    let (world, ada, message) = invited().await;
    world.clock.days(8);
    ada.signs_in("ada").await.opens("/analytical-engines/members").await.reads_in("grace@example.org", "Expired");
    let grace = world.person("grace").await;
    grace.opens_link(&message).await.status(404);
    ada.presses_in("grace@example.org", "Resend").await.does_not_read("Expired");
    let again = world.email_to("grace@example.org").await;
    assert_eq!(again.link(), message.link());
    grace.opens_link(&message).await.presses("Accept Invitation").await;
    world.message("grace@example.org", "You joined").await;
    hears_of_joining(&world).await;
}

/// INV-15, INV-16: what an owner sent ends with the ownership, and the person who is removed cannot come back
/// by an old link.
#[actix_web::test]
async fn inv_15_invitations_end_with_their_inviter() {
    let world = World::new().await;
    world.ignores_emails();
    for person in ["ada", "charles"] {
        world.account(person).await;
    }
    world.organization("Analytical Engines", &[("ada", "owner"), ("charles", "owner")]);
    let charles = world.visitor().await;
    charles.signs_in("charles").await;
    invites(&charles, "grace@example.org", "Owner").await;
    let message = world.email_to("grace@example.org").await;
    let ada = world.visitor().await;
    ada.signs_in("ada").await;
    ada.opens("/analytical-engines/members").await.presses_in("charles", "Make Member").await;
    ada.reads("grace@example.org").presses("Yes").await;
    let grace = world.person("grace").await;
    grace.opens_link(&message).await.status(404);
    ada.opens("/analytical-engines/activity").await.reads("ended the invitation of grace@example.org");

    invites(&ada, "grace@example.org", "Member").await;
    let second = world.email_to("grace@example.org").await;
    grace.opens_link(&second).await.presses("Accept Invitation").await;
    ada.opens("/analytical-engines/members").await.follows_in("grace", "Remove").await.presses("Yes").await;
    for old in [&message, &second] {
        grace.opens_link(old).await.status(404);
    }
    grace.gets("/analytical-engines").await.status(404);
}

/// INV-20, INV-22, INV-46: only owners invite, in a role that exists, and only where they are owners.
#[actix_web::test]
async fn inv_20_only_owners_invite() {
    let (world, ada, _letter) = invited().await;
    world.account("mary").await;
    world.runs(
        "INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, accounts.id, 'member' \
         FROM organizations, accounts WHERE username = 'mary'",
    );
    let mary = world.visitor().await;
    mary.signs_in("mary").await;
    mary.opens("/analytical-engines/members").await.may_not("Send Invite").does_not_read("grace@example.org");
    mary.does_not_read("@example.org").reads("ada");
    mary.posts("/analytical-engines/invitations", &[("email", "x@example.org"), ("role", "member")]).await.status(403);
    for role in ["admin", "Owner ", ""] {
        let fields = [("email", "x@example.org"), ("role", role), ("form_key", "01900000-0000-7000-8000-000000000001")];
        ada.posts("/analytical-engines/invitations", &fields).await.status(422);
    }
    let rival = world.founder("rival", "Rival Works").await;
    let id = world.texts("SELECT id::text AS text FROM invitations").remove(0);
    for what in ["delivery", "cancellation"] {
        rival.posts(&format!("/rival-works/invitations/{id}/{what}"), &[]).await.status(404);
    }
    rival.gets(&format!("/rival-works/invitations/{id}/link")).await.status(404);
    assert_eq!(world.number("SELECT count(*) AS number FROM invitations WHERE ended_at IS NULL"), 1);
}

/// INV-30: the person who opens the link, however often, changes nothing.
#[actix_web::test]
async fn inv_30_opening_changes_nothing() {
    let (world, _ada, message) = invited().await;
    let grace = world.person("grace").await;
    let kept = || world.texts("SELECT invitations::text AS text FROM invitations");
    let before = kept();
    let path = message.link().trim_start_matches(&world.site.origin()).to_owned();
    for _ in 0..10 {
        grace.opens_link(&message).await.status(200);
        world.raw("GET", &path).sends().await;
        world.raw("HEAD", &path).sends().await;
    }
    assert_eq!(kept(), before);
    assert_eq!(world.number("SELECT count(*) AS number FROM memberships"), 1);
}

/// INV-32, INV-34, INV-48: the clean page holds no token, nothing from elsewhere, and no header of a
/// request makes its way into a letter.
#[actix_web::test]
async fn inv_32_no_page_holds_a_token() {
    let (world, ada, message) = invited().await;
    let token = message.link().rsplit('/').next().unwrap().to_owned();
    assert!(message.link().starts_with(&world.site.origin()));
    let visitor = world.visitor().await;
    let answer = visitor.gets(&format!("/invitations/{token}")).await;
    assert_eq!(answer.status, 303);
    assert!(!answer.location().contains(&token));
    assert_eq!(answer.header("referrer-policy"), "same-origin");
    visitor.opens_link(&message).await;
    assert!(!visitor.page().body.contains(&token));
    ada.opens("/analytical-engines/members").await;
    assert!(!ada.page().body.contains(&token));
    assert!(!world.everything_kept().contains(&token));
}

/// INV-35: nobody is mailed without end.
#[actix_web::test]
async fn inv_35_letters_are_limited_and_say_when_to_try_again() {
    let (world, ada, _letter) = invited().await;
    world.ignores_emails();
    for _ in 0..3 {
        ada.opens("/analytical-engines/members").await.presses_in("grace@example.org", "Resend").await.status(200);
    }
    let id = world.texts("SELECT id::text AS text FROM invitations").remove(0);
    let refused = ada.posts(&format!("/analytical-engines/invitations/{id}/delivery"), &[]).await;
    assert!(refused.status == 429 || refused.status == 303, "{}", refused.status);
    assert_eq!(world.number("SELECT count(*) AS number FROM outbox WHERE kind = 'invitation'"), 4);
    world.clock.hours(1);
    ada.opens("/analytical-engines/members").await.presses_in("grace@example.org", "Resend").await;
    assert_eq!(world.number("SELECT count(*) AS number FROM outbox WHERE kind = 'invitation'"), 5);
}

/// INV-36, INV-37: a name is text, in both parts of the email.
#[actix_web::test]
async fn inv_37_names_are_text_in_letters() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    ada.opens("/account/organizations/new")
        .await
        .fills("Organization Name", "<img src=x> & evil.example")
        .fills("URL", "acme-works");
    ada.presses("Create Organization").await.status(200);
    ada.fills("Email", "grace@example.org").presses("Send Invite").await;
    let message = world.email_to("grace@example.org").await;
    assert!(
        !message.html.contains("<img src=x>") && message.html.contains("&lt;img") || message.html.contains("&#60;img"),
        "{}",
        message.html
    );
    assert!(message.text.contains("<img src=x>"));
    assert!(
        !message.text.contains("evil.example") && !message.subject.contains("evil.example"),
        "a name became a link"
    );
}

/// INV-38: what was cancelled before it left is not sent.
#[actix_web::test]
async fn inv_38_a_cancelled_invitation_is_not_mailed() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    invites(&ada, "grace@example.org", "Member").await;
    ada.presses_in("grace@example.org", "Cancel").await;
    world.no_email_to("grace@example.org").await;
    assert_eq!(world.texts("SELECT state AS text FROM outbox WHERE kind = 'invitation'"), ["dropped"]);
}

/// INV-07, INV-39, INV-40, INV-42, INV-44: one open invitation per address, in whatever letters; none
/// to members; none to what is no plain address.
#[actix_web::test]
async fn inv_39_one_open_invitation_per_address() {
    let (world, ada, _letter) = invited().await;
    for address in ["grace@example.org", "GRACE@Example.ORG", " Grace@example.org "] {
        invites(&ada, address, "Owner").await;
        ada.status(422).reads_beside("Email", "already");
    }
    invites(&ada, "ADA@example.org", "Member").await;
    ada.status(422).reads_beside("Email", "belongs here already");
    for address in ["gra\u{212a}e@example.org", "ı@example.org", "\"<svg onload=1>\"@x.io", "nobody", "", "a@b@c.org"]
    {
        invites(&ada, address, "Member").await;
        ada.status(422).holds("Email", address);
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM invitations"), 1);
}

/// INV-26: inviting tells nobody who has an account.
#[actix_web::test]
async fn inv_26_inviting_tells_nothing_about_accounts() {
    let world = World::new().await;
    world.ignores_emails();
    world.account("grace").await;
    let ada = world.founder("ada", "Analytical Engines").await;
    invites(&ada, "grace@example.org", "Member").await;
    let known = ada.page().row("grace@example.org").replace("grace", "X");
    invites(&ada, "nobod@example.org", "Member").await;
    let unknown = ada.page().row("nobod@example.org").replace("nobod", "X");
    assert_eq!(known, unknown);
}

/// INV-47: an invitation goes with its organization.
#[actix_web::test]
async fn inv_47_an_invitation_goes_with_its_organization() {
    let (world, ada, message) = invited().await;
    world.ignores_emails();
    ada.opens("/analytical-engines/settings").await.follows("Delete this Organization").await;
    ada.reads("grace@example.org").presses("Yes").await;
    let grace = world.person("grace").await;
    grace.opens_link(&message).await.status(404);
    grace.opens("/dashboard").await.does_not_read("Analytical Engines");
}

/// The link can be copied where mail does not arrive; where mail leaves, it proves no mailbox.
#[actix_web::test]
async fn a_link_is_copied_and_proves_no_mailbox() {
    let (world, ada, message) = invited().await;
    ada.opens("/analytical-engines/members").await.follows_in("grace@example.org", "Copy Link").await;
    let copied = ada.holds_value("Invitation link");
    assert_ne!(copied, message.link());
    let path = copied.trim_start_matches(&world.site.origin()).to_owned();
    let mallory = world.person("mallory").await;
    mallory
        .opens(&path)
        .await
        .is_titled("You've been invited")
        .may_not("Add this Address and Join")
        .may_not("Accept Invitation");
    let grace = world.person("grace").await;
    grace.opens(&path).await.presses("Accept Invitation").await;
    world.message("grace@example.org", "You joined").await;
    hears_of_joining(&world).await;
}

/// With no mail server the copied link is the way in.
#[actix_web::test]
async fn without_a_mail_server_the_copied_link_is_the_way_in() {
    let world = World::with(|app_state| app_state.site.sends_mail = false).await;
    world.ignores_emails();
    let ada = world.founder("ada", "Analytical Engines").await;
    invites(&ada, "grace@example.org", "Member").await;
    ada.follows_in("grace@example.org", "Copy Link").await;
    let path = ada.holds_value("Invitation link").trim_start_matches(&world.site.origin()).to_owned();
    let grace = world.visitor().await;
    grace
        .opens(&path)
        .await
        .creates_account("grace")
        .await
        .presses("Accept Invitation")
        .await
        .reads("Analytical Engines");
}
