//! What is a conflict, and what is an error of ours.

use roster::db::CONFLICTS;

use crate::shared::{World, log};

/// A constraint that nobody thought of is no conflict between two people: it is answered as our error, and logged.
#[actix_web::test]
async fn loss_8_only_a_known_constraint_is_a_conflict() {
    let world = World::new().await;
    world.expects_failures();
    let ada = world.person("ada").await;
    world
        .runs("ALTER TABLE organizations ADD CONSTRAINT organizations_are_not_called_that CHECK (name <> 'Forbidden')");
    let form = |name: &str, slug: &str| {
        [
            ("name", name.to_owned()),
            ("slug", slug.to_owned()),
            ("form_key", "01900000-0000-7000-8000-000000000001".to_owned()),
        ]
    };
    let posts = async |form: [(&'static str, String); 3]| {
        let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        ada.posts("/account/organizations", &fields).await
    };
    posts(form("Forbidden", "forbidden")).await.status(500);
    assert!(log::holds("organizations_are_not_called_that"));
    // A conflict by name stays one.
    world.runs(
        "ALTER TABLE organizations DROP CONSTRAINT organizations_are_not_called_that; \
         CREATE FUNCTION clashes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'twice' \
         USING ERRCODE = 'unique_violation', CONSTRAINT = 'organizations_one_per_form'; END $$; \
         CREATE TRIGGER clashes BEFORE INSERT ON organizations FOR EACH ROW EXECUTE FUNCTION clashes()",
    );
    posts(form("Acme", "acme")).await.status(409);
}

/// Every conflict that is known by name is there, and is one that two people can come to.
#[actix_web::test]
async fn loss_8_every_known_conflict_is_a_constraint() {
    let world = World::new().await;
    let there = world.texts(
        "SELECT conname::text AS text FROM pg_constraint WHERE contype IN ('u', 'p') OR condeferred \
         UNION SELECT indexrelid::regclass::text FROM pg_index WHERE indisunique",
    );
    let missing: Vec<_> = CONFLICTS.iter().filter(|name| !there.iter().any(|there| there == *name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
