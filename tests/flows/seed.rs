//! The demonstration is given by the features' own domain functions: if it can be shown, they agree.

use roster::accounts::password::{Cost, Hasher};
use roster::seed;

use crate::shared::World;

#[actix_web::test]
async fn the_demonstration_looks_alive() {
    let world = World::new().await;
    world.ignores_emails();
    let folder = tempfile::tempdir().unwrap();
    let fill = || {
        seed::fill(world.db.clone(), world.site.clone(), Hasher::new(Cost::Least).unwrap(), folder.path().to_owned())
    };
    let people = fill().await.expect("a demonstration");
    assert!(people.iter().all(|(username, why)| !username.is_empty() && !why.is_empty()));

    let ada = world.visitor().await;
    ada.signs_in("ada").await;
    ada.opens("/dashboard").await.reads("Analytical Engines").reads("Note G").reads("View Invitation");
    ada.opens("Analytical Engines").await.follows("Members").await;
    ada.reads("charles").reads("Sent").reads("Failed").reads("Expired");
    ada.follows("Activity")
        .await
        .reads("removed dionysius")
        .reads("declined an invitation")
        .reads("cancelled the invitation");
    ada.follows("Settings").await.reads("Visa").reads("4242").reads("Ada Lovelace");
    ada.follows("Overview").await.reads("The card expires soon").reads("1 invitation not delivered").reads("expired");
    ada.reads("without two-factor authentication")
        .reads("1 person has not been here for 90 days")
        .reads("Joseph Clement");
    ada.opens("/analytical-engines/reviews").await.reads("Finished by ada").may("Begin a Review");
    assert_eq!(
        world.number("SELECT count(*) AS number FROM reviews WHERE finished_at IS NULL"),
        1,
        "one to go on with"
    );
    for table in ["organizations", "projects", "invitations", "billing_details", "cards"] {
        assert!(world.number(&format!("SELECT count(*) AS number FROM {table}")) > 0, "no {table}");
    }
    // Weeks of it, and nothing in the future.
    assert!(world.number("SELECT count(*) AS number FROM history WHERE at < roster_now() - interval '50 days'") > 3);
    for (table, time) in
        [("history", "at"), ("memberships", "joined_at"), ("outbox", "created_at"), ("sessions", "created_at")]
    {
        let ahead = format!("SELECT count(*) AS number FROM {table} WHERE {time} > roster_now()");
        assert_eq!(world.number(&ahead), 0, "{table} in the future");
    }
    // The folder holds what the emails are written from, and no link that opens anything.
    let kept: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    assert!(kept.len() > 50, "{} letters", kept.len());
    assert!(kept.iter().all(|message| !message.contains("http")));

    let again = fill().await.unwrap_err();
    assert!(again.to_string().contains("not empty"), "{again}");
}

#[actix_web::test]
async fn everyone_named_can_sign_in() {
    let world = World::new().await;
    world.ignores_emails();
    let folder = tempfile::tempdir().unwrap();
    let hasher = Hasher::new(Cost::Least).unwrap();
    let people = seed::fill(world.db.clone(), world.site.clone(), hasher, folder.path().to_owned()).await.unwrap();
    for (username, _) in people {
        let browser = world.visitor().await;
        browser.opens("/sign-in").await.signs_in_here(username, seed::PASSWORD).await.is_titled("Your Dashboard");
    }
}
