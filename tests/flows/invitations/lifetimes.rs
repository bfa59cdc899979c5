//! How long an invitation lasts is chosen when it is sent.

use roster::config::Lifetimes;

use super::invites;
use crate::shared::World;

/// The whole lifetime of the one open invitation, in hours.
fn hours_left(world: &World) -> i64 {
    world.number("SELECT round(extract(epoch FROM expires_at - sent_at) / 3600)::bigint AS number FROM invitations WHERE ended_at IS NULL")
}

/// INV-17: what was chosen is what it lasts, and what Resend renews.
#[actix_web::test]
async fn a_lifetime_is_chosen_and_renewed_as_a_whole() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    ada.opens("/analytical-engines/members").await.holds("Expires After", "7 days");
    ada.fills("Email", "grace@example.org").chooses("14 days").presses("Send Invite").await;
    ada.reads_in("grace@example.org", "Expires in 14 days");
    let message = world.email_to("grace@example.org").await;
    assert_eq!(hours_left(&world), 14 * 24);

    world.clock.days(10);
    let grace = world.visitor().await;
    grace.opens_link(&message).await.is_titled("You've been invited");
    ada.signs_in("ada").await.opens("/analytical-engines/members").await;
    ada.presses_in("grace@example.org", "Resend").await;
    world.email_to("grace@example.org").await;
    assert_eq!(hours_left(&world), 14 * 24, "the whole lifetime that was chosen");
    world.clock.days(13);
    grace.opens_link(&message).await.is_titled("You've been invited");
    world.clock.days(2);
    grace.opens_link(&message).await.status(404);
}

/// The operator says what is usual and what is the most; nothing beyond it is taken from a form, and what was
/// sent under another most lasts no longer when it is sent again.
#[actix_web::test]
async fn the_operator_bounds_what_can_be_chosen() {
    let world = World::with(|app_state| app_state.site.invitation_days = Lifetimes { usual: 3, most: 5 }).await;
    let ada = world.founder("ada", "Analytical Engines").await;
    ada.opens("/analytical-engines/members").await.holds("Expires After", "3 days");
    let key = ("form_key", "01900000-0000-7000-8000-000000000001");
    for days in ["0", "6", "-1", "5.0", "a week"] {
        let fields = [("email", "grace@example.org"), ("role", "member"), ("days", days), key];
        let answer = ada.posts("/analytical-engines/invitations", &fields).await;
        answer.status(422).reads("Choose 1 to 5 days.");
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM invitations"), 0);
    invites(&ada, "grace@example.org", "Member").await;
    world.email_to("grace@example.org").await;
    assert_eq!(hours_left(&world), 3 * 24);
    world.runs("UPDATE invitations SET lifetime_days = 30");
    ada.opens("/analytical-engines/members").await.presses_in("grace@example.org", "Resend").await;
    world.email_to("grace@example.org").await;
    assert_eq!(hours_left(&world), 5 * 24, "no longer than the operator allows now");
}
