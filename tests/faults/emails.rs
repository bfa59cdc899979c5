//! Emails that cannot be written, and those that leave while the process ends.

use std::sync::Arc;

use diesel::pg::PgConnection;
use roster::app;
use roster::db::DbError;
use roster::mail::transports::Transport;
use roster::mail::worker::{PATIENCE, Worker};
use roster::mail::{Draft, EmailTemplate};
use roster::web::Site;
use roster::web::clock::Clock;
use serde::{Deserialize, Serialize};

use crate::shared::World;

/// An email whose author made a mistake.
#[derive(Serialize, Deserialize)]
struct Broken {
    at: String,
}

impl EmailTemplate for Broken {
    const KIND: &'static str = "broken";

    fn draft(&self, _: &Site, _: Clock) -> Draft {
        assert!(self.at != "draft", "a draft that panics");
        Draft::new("Fine after all").paragraph("It is fine.")
    }

    fn still_true(&self, _: &mut PgConnection) -> Result<bool, DbError> {
        assert!(self.at != "judge", "a question that panics");
        Ok(true)
    }
}

fn worker(world: &World) -> Worker {
    let carrier: Arc<dyn Transport> = Arc::new(world.mail.clone());
    let mut worker = world.worker_of(carrier, PATIENCE);
    worker.emails = app::emails().with::<Broken>();
    worker
}

/// Puts an email into the outbox, due in this order.
fn posts(world: &World, at: &str, recipient: &str, bundle: &str) {
    world.runs(&format!(
        "INSERT INTO outbox (id, kind, facts, recipient, bundle, created_at, next_attempt_at) \
         SELECT gen_random_uuid(), 'broken', '{{\"at\": \"{at}\"}}', '{recipient}', {bundle}, moment, moment \
         FROM (SELECT roster_now() - interval '1 hour' + count(*) * interval '1 second' AS moment FROM outbox) AS latest"
    ));
}

fn states(world: &World) -> Vec<String> {
    world.texts("SELECT recipient || ' ' || state AS text FROM outbox ORDER BY created_at")
}

/// An email that panics keeps no other, and ends after ten times.
#[actix_web::test]
async fn loss_2_an_email_that_panics_blocks_no_other() {
    let world = World::new().await;
    world.ignores_emails();
    let worker = worker(&world);
    posts(&world, "draft", "one@example.org", "NULL");
    posts(&world, "judge", "two@example.org", "NULL");
    posts(&world, "fine", "three@example.org", "NULL");
    while worker.deliver_due().await.unwrap() > 0 {}
    assert_eq!(states(&world), ["one@example.org queued", "two@example.org queued", "three@example.org sent"]);
    for _ in 0..12 {
        world.clock.hours(4);
        while worker.deliver_due().await.unwrap() > 0 {}
    }
    assert_eq!(states(&world), ["one@example.org failed", "two@example.org failed", "three@example.org sent"]);
    assert_eq!(world.texts("SELECT DISTINCT failures::text AS text FROM task_failures"), ["10"]);
    assert_eq!(world.mail.all().len(), 1);
}

/// Neither does one that leaves with others as one email.
#[actix_web::test]
async fn loss_2_an_email_that_panics_blocks_none_that_leave_with_it() {
    let world = World::new().await;
    world.ignores_emails();
    let worker = worker(&world);
    let bundle = "'01900000-0000-7000-8000-000000000009'";
    // Nobody owns that organization: what can be judged is for nobody any more, and ends.
    posts(&world, "fine", "ada@example.org", bundle);
    posts(&world, "judge", "ada@example.org", bundle);
    while worker.deliver_due().await.unwrap() > 0 {}
    let states: Vec<String> = states(&world);
    assert!(states.iter().all(|state| state == "ada@example.org dropped"), "{states:?}");
}
