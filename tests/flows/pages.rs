//! Every page that a person can reach by its links, as somebody who cannot see it meets it: nothing is
//! offered that does not open, and everything has its name.

use std::collections::{BTreeSet, VecDeque};

use crate::shared::page::Page;
use crate::shared::{Browser, World};

/// What is wrong with the page that is open.
fn faults(page: &Page) -> Vec<String> {
    let mut wrong = Vec::new();
    if page.status != 200 {
        wrong.push(format!("came with status {}", page.status));
    }
    if page.all("h1").len() != 1 {
        wrong.push(format!("has {} headings of the first rank", page.all("h1").len()));
    }
    if page.all("main").len() != 1 || page.all("html[lang]").len() != 1 {
        wrong.push("has no main part, or no language".to_owned());
    }
    if !page.title().ends_with("· Roster") || page.title().starts_with('·') {
        wrong.push(format!("is titled {:?}", page.title()));
    }
    let mut ids = BTreeSet::new();
    for id in page.all("[id]").iter().filter_map(|element| element.attr("id")) {
        if !ids.insert(id) {
            wrong.push(format!("has two of #{id}"));
        }
    }
    for attribute in ["for", "aria-describedby", "aria-labelledby", "data-slug-of"] {
        for element in page.all(&format!("[{attribute}]")) {
            for id in element.attr(attribute).unwrap_or_default().split_whitespace() {
                if !ids.contains(id) {
                    wrong.push(format!("{attribute} names #{id}, which is not there"));
                }
            }
        }
    }
    for link in page.all("a[href^='#']") {
        if !ids.contains(link.attr("href").unwrap_or_default().trim_start_matches('#')) {
            wrong.push(format!("leads to {:?}, which is not there", link.attr("href")));
        }
    }
    for field in page.all("input:not([type=hidden]), select, textarea") {
        let id = field.attr("id").unwrap_or_default();
        let labelled = page.all("label[for]").iter().any(|label| label.attr("for") == Some(id));
        if !labelled && field.attr("aria-label").is_none() {
            wrong.push(format!("the field {:?} has no label", field.attr("name")));
        }
    }
    for control in page.all("a, button, summary") {
        let words: String = control.text().collect();
        if words.trim().is_empty() && control.attr("aria-label").is_none() {
            wrong.push(format!("has a nameless {}", control.value().name()));
        }
    }
    for element in page.all("*") {
        let inline = element.value().attrs().any(|(name, _)| name == "style" || name.starts_with("on"));
        if inline || element.value().name() == "style" {
            wrong.push(format!("has style or script inside {}", element.value().name()));
        }
    }
    let mut rank = 0;
    for heading in page.all("h1, h2, h3, h4") {
        let this = heading.value().name().trim_start_matches('h').parse::<u8>().unwrap_or(1);
        if this > rank + 1 {
            wrong.push(format!("goes from a heading of rank {rank} to one of rank {this}"));
        }
        rank = this;
    }
    if page.body.len() > 30_000 {
        wrong.push(format!("has {} bytes", page.body.len()));
    }
    wrong
}

/// Follows every link there is, and answers where it came by.
pub async fn walks(browser: &Browser, from: &str) -> BTreeSet<String> {
    let (mut seen, mut ahead) = (BTreeSet::new(), VecDeque::from([from.to_owned()]));
    let mut wrong = Vec::new();
    while let Some(path) = ahead.pop_front() {
        if !seen.insert(path.clone()) {
            continue;
        }
        browser.opens(&path).await;
        let page = browser.page();
        wrong.extend(faults(&page).into_iter().map(|fault| format!("{path} {fault}")));
        let links = page.all("a[href]").into_iter().filter_map(|link| page.address.join(link.attr("href")?).ok());
        ahead.extend(links.filter(|link| link.origin() == page.address.origin()).map(|mut link| {
            link.set_fragment(None);
            link[url::Position::BeforePath..].to_owned()
        }));
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    seen
}

#[actix_web::test]
async fn every_link_of_a_visitor_opens() {
    let world = World::new().await;
    let seen = walks(&world.visitor().await, "/sign-in").await;
    assert!(seen.len() >= 3, "{seen:?}");
}

#[actix_web::test]
async fn every_link_of_an_owner_opens() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    world.account("grace").await;
    world.organization("Nimbus Systems", &[("ada", "owner"), ("grace", "owner")]);
    ada.opens("/analytical-engines/members").await.fills("Email", "alan@example.org").presses("Send Invite").await;
    let seen = walks(&ada, "/dashboard").await;
    assert!(seen.len() >= 15, "{seen:?}");
    world.ignores_emails();
}

#[actix_web::test]
async fn every_link_of_a_member_opens() {
    let world = World::new().await;
    let grace = world.person("grace").await;
    world.account("ada").await;
    world.organization("Analytical Engines", &[("ada", "owner"), ("grace", "member")]);
    let seen = walks(&grace, "/dashboard").await;
    assert!(seen.contains("/analytical-engines/members"), "{seen:?}");
    assert!(!seen.contains("/analytical-engines/settings"), "{seen:?}");
}
