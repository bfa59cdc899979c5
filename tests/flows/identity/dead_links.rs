//! AUTH-12: a link that opens nothing is answered alike, to visitors as visitors and to people as people.

use roster::signed_links::Purpose;
use uuid::Uuid;

use crate::shared::World;

/// Every kind of link, and whether a visitor is shown the page instead of being asked to sign in.
const KINDS: [(Purpose, bool); 5] = [
    (Purpose::Confirmation, true),
    (Purpose::PasswordReset, true),
    (Purpose::Invitation, true),
    (Purpose::Restoration, false),
    (Purpose::AddressClaim, false),
];

/// A link that was never issued, one whose row is gone, and one of another kind, each opened signed in and signed out.
#[actix_web::test]
async fn auth_12_a_dead_link_knows_who_is_signed_in() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let visitor = world.visitor().await;
    for (purpose, is_open) in KINDS {
        let issued = world.site.link(purpose, Uuid::now_v7(), 1);
        let (home, token) = issued.rsplit_once('/').unwrap();
        let home = home.trim_start_matches(&world.site.origin()).to_owned();
        let changed = format!("{}{}", if token.starts_with('A') { 'B' } else { 'A' }, &token[1..]);
        let other = if purpose == Purpose::Restoration { Purpose::Confirmation } else { Purpose::Restoration };
        let foreign = world.site.links.token(other, Uuid::now_v7(), 1);
        let mut pages = Vec::new();
        for token in [token, &changed, &foreign, "x"] {
            let path = format!("{home}/{token}");
            ada.opens(&path).await.status(404).may("Sign Out").may("Your Dashboard");
            pages.push(ada.page().text().split("Reference").next().unwrap_or_default().to_owned());
            visitor.opens(&path).await.may_not("Sign Out");
            if is_open {
                visitor.status(404);
            } else {
                visitor.is_at("/sign-in");
            }
        }
        assert!(pages.iter().all(|page| *page == pages[0]), "{purpose:?}: {pages:?}");
    }
}
