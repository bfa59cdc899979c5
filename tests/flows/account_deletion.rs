//! Deleting one's account, as the manual tells it.

use roster::organizations::erase_due;

use crate::shared::{Browser, PASSWORD, World};

const FORM: &str = "01900000-0000-7000-8000-0000000000";

/// Deletes the account by its pages.
async fn deletes(browser: &Browser) {
    browser.opens("/account/profile").await.follows("Delete this Account").await.presses("Yes").await;
    browser.is_at("/account/deletion/farewell").is_titled("Your account is deleted");
}

/// Every column of ids in which this id stands.
fn columns_with(world: &World, id: &str) -> Vec<String> {
    let columns = world.texts(
        "SELECT columns.table_name || '.' || column_name AS text FROM information_schema.columns \
         JOIN information_schema.tables USING (table_schema, table_name) \
         WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND data_type = 'uuid' ORDER BY 1",
    );
    assert!(columns.len() > 20, "the catalogue was not read: {columns:?}");
    let holds = |column: &String| {
        let (table, column) = column.split_once('.').unwrap();
        world.number(&format!("SELECT count(*) AS number FROM \"{table}\" WHERE \"{column}\" = '{id}'")) > 0
    };
    columns.into_iter().filter(holds).collect()
}

#[actix_web::test]
async fn an_account_is_deleted_with_all_that_is_its_own() {
    let world = World::new().await;
    let (ada, grace, phone) = (world.person("ada").await, world.person("grace").await, world.visitor().await);
    world.organization("Acme", &[("ada", "owner"), ("grace", "owner")]);
    world.organization("Nimbus", &[("ada", "owner"), ("grace", "member")]);
    phone.signs_in("grace").await;
    let id = world.texts("SELECT id::text AS text FROM accounts WHERE username = 'grace'").concat();
    world.runs(&format!(
        "INSERT INTO passkeys (id, account_id, credential_id, name, fixed_state, moving_state) \
         VALUES (gen_random_uuid(), '{id}', '0123456789abcdef', 'Laptop', '', ''); \
         INSERT INTO second_factors (account_id, sealed_secret, confirmed_at) VALUES ('{id}', repeat('x', 64)::bytea, roster_now()); \
         INSERT INTO address_claims (id, account_id, address, expires_at) \
         VALUES (gen_random_uuid(), '{id}', 'hopper@example.org', roster_now() + interval '1 day'); \
         INSERT INTO email_addresses (address, account_id) VALUES ('navy@example.org', '{id}')"
    ));
    // Grace sends invitations, of which joan accepts one, and creates a project.
    let joan = world.person("joan").await;
    for (n, to) in ["joan", "marie"].into_iter().enumerate() {
        let key = format!("{FORM}0{n}");
        let invited = [("email", &*format!("{to}@example.org")), ("role", "member"), ("form_key", &key)];
        grace.posts("/acme/invitations", &invited).await.status(303);
    }
    let open = world.email_to("marie@example.org").await;
    joan.opens_link(&world.email_to("joan@example.org").await).await.presses("Accept Invitation").await;
    let project = [("name", "Mill"), ("visibility", "private"), ("form_key", &format!("{FORM}09"))];
    grace.posts("/acme/projects", &project).await.status(303);
    phone.opens("/account").await;
    let visitor = world.visitor().await;
    visitor.opens("/forgot-password").await.fills("Email", "grace@example.org").presses("Send Reset Link").await;
    let reset = world.message("grace@example.org", "Reset your password").await;

    grace.opens("/account").await.follows("Profile").await.follows("Delete this Account").await;
    grace.is_at("/account/deletion").is_titled("Delete the account grace?").reads("cannot be restored");
    grace.reads("You leave Acme, and your access to its private projects ends.");
    grace.reads("The open invitation of marie@example.org, which grace sent, ends.").reads("You leave Nimbus");
    grace.reads("You are signed out everywhere: 2 sessions.").reads("grace@example.org, navy@example.org");
    grace.reads("1 passkey and the password can no longer be used to sign in.").reads("authenticator app");
    grace.reads("Nobody can use the username grace for 90 days").may("Cancel");
    assert_eq!(
        world.number("SELECT count(*) AS number FROM accounts WHERE username = 'grace'"),
        1,
        "asking deletes nothing"
    );
    world.ignores_emails();
    world.post().await;
    let before = world.mail.all().len();
    grace.presses("Yes").await.is_at("/account/deletion/farewell").is_titled("Your account is deleted");
    grace.may_not("Sign Out").opens("/dashboard").await.is_at("/sign-in");

    // Signed out elsewhere at the next click, and no way back in: by no name, no address, no old link.
    phone.opens("/acme").await.is_at("/sign-in");
    for login in ["grace", "grace@example.org", "navy@example.org"] {
        phone.signs_in(login).await.status(422).reads("The name or the password is not right.");
    }
    visitor.opens_link(&reset).await.status(404).reads("This link is not valid");
    visitor.opens_link(&open).await.status(404).reads("This link is not valid");

    // The others see that they left; what they made stays.
    ada.opens("/acme/members").await.lists(["ada", "joan"]).does_not_read("marie@example.org").reads("2 people belong");
    ada.opens("/acme/mill").await.status(200).opens("/acme/activity").await.reads("grace left the organization");
    ada.reads("grace created the project Mill").reads("ended the invitation of marie@example.org");
    ada.opens("/nimbus/members")
        .await
        .lists(["ada"])
        .opens("/nimbus/activity")
        .await
        .reads("grace left the organization");
    world.post().await;
    let mut emails: Vec<String> =
        world.mail.all()[before..].iter().map(|message| format!("{} {}", message.to, message.subject)).collect();
    emails.sort();
    assert_eq!(
        emails,
        [
            "ada@example.org grace left Acme on Roster",
            "ada@example.org grace left Nimbus on Roster",
            "grace@example.org Your account at Roster was deleted"
        ]
    );
    let farewell = world.message("grace@example.org", "Your account at Roster was deleted").await;
    farewell.reads("The account grace was deleted").reads("You left 2 organizations: Acme, Nimbus.");

    // What still names the account names nobody: history, and who made or invited what.
    assert_eq!(
        columns_with(&world, &id),
        [
            "history.account_id",
            "history.actor_id",
            "memberships.invited_by",
            // Emails are forgotten in their time.
            "outbox.actor",
            "projects.created_by"
        ]
    );
    let told = world.texts(
        "SELECT actor_name || ' ' || (account_id = actor_id) AS text FROM history WHERE kind = 'account_deleted'",
    );
    assert_eq!(told, ["grace true"]);
}

/// The address is free at once, for anyone who can read its mail; the name after 90 days.
#[actix_web::test]
async fn the_address_is_free_at_once_and_the_name_after_90_days() {
    let world = World::new().await;
    let grace = world.person("grace").await;
    grace.opens("/account/profile").await.fills("Username", "hopper").presses("Save Changes").await;
    world.email_to("grace@example.org").await.reads("from grace to hopper");
    world.clock.days(30);
    grace.signs_in("hopper").await;
    deletes(&grace).await;
    world.email_to("grace@example.org").await.reads("Your account at Roster was deleted").does_not_read("You left");

    let again = world.visitor().await;
    let asks = async |username: &str| {
        again.asks_for_account("grace@example.org", username).await;
    };
    // Both names, the one in use and the one given up before, are held from the deletion on.
    for held in ["hopper", "grace"] {
        asks(held).await;
        again.status(422).reads_beside("Username", "This username is taken.");
    }
    asks("amazing").await;
    again.opens_link(&world.email_to("grace@example.org").await).await.creates_with_password(PASSWORD).await;
    again.may("Sign Out").opens("/account").await.reads("grace@example.org");
    world.clock.days(89);
    again.opens("/create-account").await.is_at("/create-account");
    asks("hopper").await;
    let visitor = world.visitor().await;
    for (days, status) in [(0, 422), (2, 200)] {
        world.clock.days(days);
        visitor.asks_for_account("new@example.org", "hopper").await.status(status);
    }
    world.email_to("new@example.org").await.reads("Confirm your address");
}

/// MEM-19: an account on which an organization rests is not deleted; the page says which, and the ways out.
#[actix_web::test]
async fn mem_19_a_primary_owner_hands_over_or_deletes_first() {
    let world = World::new().await;
    let (ada, alan) = (world.person("ada").await, world.person("alan").await);
    world.organization("Acme", &[("ada", "owner"), ("alan", "owner")]);
    world.organization("Nimbus", &[("ada", "owner")]);
    world.organization("Harvard", &[("alan", "owner"), ("ada", "member")]);
    ada.opens("/account/profile")
        .await
        .follows("Delete this Account")
        .await
        .is_titled("You cannot delete your account yet");
    ada.reads("2 organizations rest on you").lists(["Acme", "Nimbus"]).may_not("Yes").does_not_read("Harvard");
    ada.reads_in("Nimbus", "the only owner").may_in("Nimbus", "Hand Over").may_in("Nimbus", "Delete this Organization");
    let kept = world.everything_kept();
    ada.posts("/account/deletion", &[]).await.status(422).reads("You cannot delete your account yet");
    assert_eq!(world.everything_kept(), kept);

    ada.follows_in("Acme", "Hand Over")
        .await
        .chooses("alan")
        .presses("Yes")
        .await
        .reads("alan is now the primary owner");
    ada.opens("/account/deletion")
        .await
        .reads("An organization rests on you: you are its primary owner.")
        .lists(["Nimbus"]);
    ada.follows_in("Nimbus", "Delete this Organization").await.is_titled("Delete Nimbus?").presses("Yes").await;
    // Deleted, and with nobody else to restore it: it goes with the account, which says so.
    ada.opens("/account/deletion").await.is_titled("Delete the account ada?");
    ada.reads("Nimbus, which you deleted and could restore until").reads("is erased: nobody else owns it.");
    ada.reads("You leave Acme").reads("You leave Harvard").presses("Yes").await.is_titled("Your account is deleted");
    assert_eq!(world.texts("SELECT name AS text FROM organizations ORDER BY 1"), ["Acme", "Harvard"]);
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind = 'organization_erased'"), 1);
    assert_eq!(world.number("SELECT sum(member_count) AS number FROM organizations"), 2);
    alan.opens("/acme/members").await.lists(["alan"]);
    world.ignores_emails();
}

/// What can still be restored by others is not taken from them by the one on whom it rests.
#[actix_web::test]
async fn what_others_can_restore_is_not_erased_with_an_account() {
    let world = World::new().await;
    world.ignores_emails();
    let (ada, alan, grace) = (world.person("ada").await, world.person("alan").await, world.person("grace").await);
    world.organization("Acme", &[("ada", "owner"), ("alan", "owner"), ("grace", "member")]);
    ada.posts("/acme/deletion", &[]).await.status(303);
    let link = world.message("alan@example.org", "Acme was deleted").await;
    ada.opens("/account/deletion").await.is_titled("You cannot delete your account yet");
    ada.reads_in("Acme", "It was deleted, and until").reads_in("Acme", "its other owners can restore it.");
    ada.may_not_in("Acme", "Hand Over").posts("/account/deletion", &[]).await.status(422);

    // A person who is only a member of it goes in peace, and is not counted when it comes back.
    world.post().await;
    let before = world.mail.all().len();
    grace
        .opens("/account/deletion")
        .await
        .does_not_read("Acme")
        .presses("Yes")
        .await
        .is_titled("Your account is deleted");
    world.post().await;
    assert_eq!(world.mail.all().len(), before + 1, "nobody is told of what nobody sees");
    alan.opens_link(&link).await.presses("Restore").await.is_at("/acme").opens("/acme/members").await;
    alan.lists(["ada", "alan"]).reads("2 people belong to Acme.");
    alan.opens("/acme/activity").await.reads("grace left the organization");

    // When the time is over, nobody was promised anything any more.
    ada.posts("/acme/deletion", &[]).await.status(303);
    world.clock.days(14);
    ada.signs_in("ada").await;
    deletes(&ada).await;
    assert_eq!(world.number("SELECT count(*) AS number FROM organizations"), 0);
    assert_eq!(erase_due(&world.db).await.unwrap(), 0);
    alan.signs_in("alan").await.may("Sign Out");
}

/// MEM-15: an unattended browser deletes nothing.
#[actix_web::test]
async fn deleting_an_account_asks_for_the_password_again() {
    let world = World::new().await;
    let grace = world.person("grace").await;
    grace.opens("/account/deletion").await;
    world.clock.minutes(31);
    grace.presses("Yes").await.is_titled("Confirm your password");
    grace.fills("Password", "not the password").presses("Continue").await.status(422);
    grace.opens("/account/profile").await.follows("Delete this Account").await.is_titled("Confirm your password");
    assert_eq!(world.number("SELECT count(*) AS number FROM accounts"), 1);
    grace.fills("Password", PASSWORD).presses("Continue").await.is_at("/account/deletion").presses("Yes").await;
    grace.is_titled("Your account is deleted");
    assert_eq!(world.number("SELECT count(*) AS number FROM accounts"), 0);
    world.email_to("grace@example.org").await.reads("Your account at Roster was deleted");
}

/// ACC-13, ACC-28: nothing of the account is left in the browser, and its cookie opens nothing.
#[actix_web::test]
async fn nothing_is_left_in_the_browser() {
    let world = World::new().await;
    let grace = world.person("grace").await;
    let copied = grace.cookies();
    grace.opens("/account/deletion/farewell").await.is_at("/account");
    for headers in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
        let forged = world.raw("POST", "/account/deletion").header("cookie", &copied).header(headers.0, headers.1);
        forged.form(&[]).sends().await.status(403);
    }
    grace.posts("/account/deletion", &[("account", "1")]).await.status(400);
    let answer = grace.posts("/account/deletion", &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/account/deletion/farewell"));
    assert_eq!(answer.header("clear-site-data"), "\"cache\", \"storage\"");
    // Pressed twice, it is done once.
    assert!(grace.posts("/account/deletion", &[]).await.status(303).location().starts_with("/sign-in"));
    let thief = world.visitor().await;
    thief.plants(&copied).opens("/account").await.is_at("/sign-in").may_not("Sign Out");
    world.email_to("grace@example.org").await;
}
