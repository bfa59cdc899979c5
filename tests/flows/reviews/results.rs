//! What came of a review: read, printed and exported.

use serde_json::Value;

use super::{acme, begins};

#[actix_web::test]
async fn the_result_is_printed_and_exported() {
    let (world, ada, _) = acme().await;
    world.ignores_emails();
    begins(&ada).await;
    let path = ada.path();
    ada.presses_in("ada", "Keep").await.follows_in("grace", "Remove").await.presses("Yes").await;
    ada.follows("Results so Far").await.reads("Nobody yet").reads_in("mary", "Not reviewed").follows("Go On").await;
    ada.posts(&format!("{path}/completion"), &[]).await.status(303);
    ada.opens(&format!("{path}/result")).await.reads_in("grace", "Removed").reads_in("alan", "Not reviewed");
    ada.follows("Not reviewed").await.reads("mary").does_not_read("grace");
    ada.follows("Removed").await.reads("grace").does_not_read("mary");
    ada.follows("Everyone")
        .await
        .follows("Print")
        .await
        .reads("Print this page with your browser")
        .reads_in("grace", "Removed");
    ada.reads("Begun by").reads("Finished by").follows("Back to the Result").await.is_at(&format!("{path}/result"));
    ada.presses("Export as CSV").await.status(200);
    assert!(
        ada.page().body.contains("username,role_then,decision,new_role,decided_by,decided_at,undone_at"),
        "{}",
        ada.page().body
    );

    let answer = ada.posts(&format!("{path}/export"), &[("format", "csv")]).await;
    let named = answer.status(200).header("content-disposition").to_owned();
    assert!(named.starts_with("attachment; filename=\"acme-access-review-") && named.ends_with(".csv\""), "{named}");
    let csv = answer.body_text();
    assert_eq!(csv.lines().count(), 5, "{csv}");
    assert!(csv.contains("\r\ngrace,Member,removed,,ada,2"), "{csv}");
    assert!(csv.contains("\r\nmary,Viewer,not reviewed,,,,"), "{csv}");
    let answer = ada.posts(&format!("{path}/export"), &[("format", "json")]).await;
    let told: Value = serde_json::from_slice(&answer.status(200).body).unwrap();
    let told = told.as_array().unwrap();
    assert_eq!(
        told.iter().map(|row| row["username"].as_str().unwrap()).collect::<Vec<_>>(),
        ["ada", "alan", "grace", "mary"]
    );
    assert_eq!((&told[2]["decision"], &told[2]["decided_by"]), (&"removed".into(), &"ada".into()));
    ada.posts(&format!("{path}/export"), &[("format", "xlsx")]).await.status(400);
    ada.opens("/acme/activity").await.reads("ada exported an access review as CSV").reads("as JSON");

    // The export of the whole organization has all of them.
    begins(&ada).await;
    let answer = ada.posts("/acme/settings/export", &[]).await;
    let whole: Value = serde_json::from_slice(&answer.status(200).body).unwrap();
    assert_eq!(whole["access_reviews"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&whole["access_reviews"][0]["removed"], &whole["access_reviews"][1]["finished_at"]),
        (&1.into(), &Value::Null)
    );
    let decided = whole["access_review_decisions"].as_array().unwrap();
    assert_eq!(decided.len(), 4 + 3);
    assert_ne!(decided[0]["review_begun_at"], decided[6]["review_begun_at"]);
}

/// However long, an export comes in pieces, each row once and none of another review.
#[actix_web::test]
async fn a_long_result_comes_whole() {
    let (world, ada, _) = acme().await;
    world.ignores_emails();
    world.runs(
        "WITH people AS (INSERT INTO accounts (id, username, password_hash) \
            SELECT gen_random_uuid(), 'person-' || lpad(n::text, 4, '0'), '$argon2id$' FROM generate_series(0, 2499) n RETURNING id) \
         INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, people.id, 'member' FROM people, organizations; \
         UPDATE organizations SET member_count = 2504",
    );
    for _ in 0..2 {
        begins(&ada).await;
        ada.posts(&format!("{}/completion", ada.path()), &[]).await.status(303);
    }
    let answer = ada.posts(&format!("{}/export", ada.path()), &[("format", "json")]).await;
    let told: Value = serde_json::from_slice(&answer.status(200).body).unwrap();
    let names: std::collections::BTreeSet<&str> =
        told.as_array().unwrap().iter().map(|row| row["username"].as_str().unwrap()).collect();
    assert_eq!((told.as_array().unwrap().len(), names.len()), (2504, 2504));
    let answer = ada.posts("/acme/settings/export", &[]).await;
    let whole: Value = serde_json::from_slice(&answer.status(200).body).unwrap();
    assert_eq!(whole["access_review_decisions"].as_array().unwrap().len(), 2 * 2504);
}
