//! Deciding once: by whom first, about whom, and what is undone.

use super::{acme, assert_counted, begins, decisions};

/// Of two who decide about the same person the first one does, and the other reads so.
#[actix_web::test]
async fn the_first_who_decides_does() {
    let (world, ada, alan) = acme().await;
    world.ignores_emails();
    begins(&ada).await;
    let path = ada.path();
    alan.opens(&path).await;
    ada.presses_in("grace", "Keep").await;
    // From a page that still shows her.
    alan.presses_in("grace", "Keep").await.reads("ada was first: grace was kept. Nothing was changed now.");
    alan.opens(&format!("{path}/people/grace/removal")).await.presses("Yes").await;
    alan.is_at(&path).reads("ada was first: grace was kept.");
    alan.posts(&format!("{path}/people/grace/role"), &[("role", "owner")]).await.status(303);
    alan.opens(&path).await.reads("ada was first: grace was kept.");
    assert_eq!(decisions(&world)[2], "grace kept ada");
    assert_eq!(world.number("SELECT count(*) AS number FROM memberships"), 4);
    // The same once more is no complaint, and does nothing.
    ada.posts(&format!("{path}/decisions"), &[("people", "grace")]).await.status(303);
    ada.opens(&path).await.reads("grace was kept.").does_not_read("first");
    ada.opens(&format!("{path}/people/mary/removal")).await.presses("Yes").await.reads("mary was removed");
    ada.posts(&format!("{path}/people/mary/removal"), &[]).await.status(303);
    ada.opens(&path).await.reads("mary was removed from Acme.");
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind = 'removed'"), 1);
    // All of a page, of which one was decided.
    ada.posts(&format!("{path}/decisions"), &[("people", "ada alan grace mary")]).await.status(303);
    ada.opens(&path).await.reads("2 people were kept. 2 people already had a decision, which was not changed.");
    // A finished review is decided about no more.
    ada.posts(&format!("{path}/completion"), &[]).await.status(303);
    for (rest, fields) in [
        ("/decisions", [("people", "alan")].as_slice()),
        ("/people/alan/removal", &[]),
        ("/people/alan/role", &[("role", "member"), ("confirmed", "yes")]),
    ] {
        ada.posts(&format!("{path}{rest}"), fields).await.status(303);
        ada.opens(&path).await.reads("This review is finished and can no longer be changed.");
    }
    assert_eq!(decisions(&world), ["ada kept ada", "alan kept ada", "grace kept ada", "mary removed ada"]);
    assert_eq!(world.number("SELECT count(*) AS number FROM memberships"), 3);
    assert_counted(&world);
}

/// What ends with a role or a membership is shown before, as on the Members tab, and ends with it.
#[actix_web::test]
async fn what_ends_with_it_is_told_before() {
    let (world, ada, alan) = acme().await;
    world.ignores_emails();
    alan.opens("/acme/members").await.fills("Email", "marie@example.org").presses("Send Invite").await;
    begins(&ada).await;
    let path = ada.path();
    ada.follows_in("alan", "Remove").await.reads("The open invitation of marie@example.org, which alan sent, ends.");
    ada.follows("Cancel").await.is_at(&path).follows_in("alan", "Change Role").await.chooses("Member");
    ada.presses("Change Role")
        .await
        .is_titled("Make alan a member?")
        .reads("marie@example.org, which alan sent, ends.");
    assert_eq!(decisions(&world)[1], "alan", "nothing is decided by being asked");
    ada.presses("Yes").await.is_at(&path).reads("alan is now a member of Acme.").reads("1 of 4 people reviewed");
    assert_eq!(decisions(&world)[1], "alan changed member ada");
    assert_eq!(world.number("SELECT count(*) AS number FROM invitations WHERE ended_at IS NULL"), 0);
    ada.presses("Undo").await;
    assert_eq!(
        (
            decisions(&world)[1].as_str(),
            world.number("SELECT count(*) AS number FROM invitations WHERE ended_at IS NULL")
        ),
        ("alan", 1)
    );
    assert_counted(&world);
}

/// MEM: oneself and the primary owner can only be kept, by whichever way it is tried.
#[actix_web::test]
async fn oneself_and_the_primary_owner_are_only_kept() {
    let (world, ada, alan) = acme().await;
    world.ignores_emails();
    begins(&alan).await;
    let path = alan.path();
    for (whom, told) in [("ada", "ada is the primary owner"), ("alan", "Nobody changes their own access in a review.")]
    {
        alan.may_not_in(whom, "Remove").may_not_in(whom, "Change Role");
        alan.posts(&format!("{path}/people/{whom}/removal"), &[]).await.status(303);
        alan.opens(&path).await.reads(told);
        alan.posts(&format!("{path}/people/{whom}/role"), &[("role", "member"), ("confirmed", "yes")])
            .await
            .status(303);
        alan.opens(&path).await.reads(told);
    }
    assert_eq!(decisions(&world), ["ada", "alan", "grace", "mary"]);
    // A person who has the role already is kept; strangers are nobody here.
    ada.posts(&format!("{path}/people/grace/role"), &[("role", "member")]).await.status(303);
    ada.opens(&path).await.reads("grace is a member already, and was kept.");
    world.account("katherine").await;
    for stranger in ["katherine", "nobody-at-all", "%00"] {
        ada.posts(&format!("{path}/people/{stranger}/removal"), &[]).await.status(404);
        ada.gets(&format!("{path}/people/{stranger}/removal")).await.status(404);
    }
    ada.posts(&format!("{path}/decisions"), &[("people", "katherine")]).await.status(404);
    ada.posts(&format!("{path}/decisions"), &[("people", "/")]).await.status(303);
    ada.posts(&format!("{path}/people/mary/role"), &[("role", "emperor")]).await.status(400);
    ada.posts(&format!("{path}/people/mary/role"), &[]).await.status(422);
    assert_eq!(decisions(&world), ["ada", "alan", "grace kept ada", "mary"]);
    assert_counted(&world);
}

/// A person who goes by other means before anybody decided is gone: removed, left, or the account deleted.
#[actix_web::test]
async fn whoever_goes_meanwhile_is_gone() {
    let (world, ada, alan) = acme().await;
    world.ignores_emails();
    begins(&ada).await;
    let path = ada.path();
    let grace = world.visitor().await;
    grace.signs_in("grace").await;
    grace.opens("/account/organizations").await.follows_in("Acme", "Leave").await.presses("Yes").await;
    // From the page that still shows her.
    ada.presses_in("grace", "Keep").await.reads("grace is no longer a member. Nothing was changed now.");
    ada.reads("1 of 4 people reviewed").does_not_read("Last active grace");
    let mary = world.visitor().await;
    mary.signs_in("mary").await;
    mary.opens("/account/deletion").await.presses("Yes").await;
    assert_eq!(world.number("SELECT count(*) AS number FROM accounts WHERE username = 'mary'"), 0);
    assert_eq!(decisions(&world), ["ada", "alan", "grace gone", "mary gone"]);
    // An owner removes alan from the Members tab, and has him back: he must be reviewed again.
    ada.opens("/acme/members").await.follows_in("alan", "Remove").await.presses("Yes").await;
    assert_eq!(decisions(&world)[1], "alan gone");
    ada.presses("Undo").await.reads("alan is an owner of Acme again.");
    assert_eq!(decisions(&world)[1], "alan");
    alan.opens(&path).await.reads("2 of 4 people reviewed").reads("alan");
    // Of what is erased no address and no name of choice stays; the username is as in the audit log.
    assert!(!world.texts("SELECT review_people::text AS text FROM review_people").concat().contains('@'));
    assert_counted(&world);
}

/// What is undone while the review is under way is open again; later, it is noted.
#[actix_web::test]
async fn what_is_undone_is_to_be_reviewed_again() {
    let (world, ada, _) = acme().await;
    world.ignores_emails();
    begins(&ada).await;
    let path = ada.path();
    ada.follows_in("mary", "Remove")
        .await
        .presses("Yes")
        .await
        .presses("Undo")
        .await
        .reads("mary is a viewer of Acme again.");
    ada.opens(&path).await.reads("0 of 4 people reviewed").follows_in("grace", "Change Role").await;
    ada.chooses("Owner").presses("Change Role").await.reads("grace is now an owner of Acme.").presses("Undo").await;
    assert_eq!(decisions(&world), ["ada", "alan", "grace", "mary"]);
    assert_counted(&world);
    // Once more, and the review is finished before it is undone.
    ada.opens(&path).await.follows_in("mary", "Remove").await.presses("Yes").await;
    ada.posts(&format!("{path}/completion"), &[]).await.status(303);
    ada.opens("/acme/activity")
        .await
        .follows("Undo")
        .await
        .presses("Undo")
        .await
        .reads("mary is a viewer of Acme again.");
    ada.opens(&format!("{path}/result")).await.reads_in("mary", "Removed").reads_in("mary", "Undone");
    assert_eq!(decisions(&world)[3], "mary removed ada");
    assert_counted(&world);
}
