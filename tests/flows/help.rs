//! Help: it is open to everybody, each page leads to what is said about it, and what it says works.

mod account;
mod organizations;
mod people;
mod start;

use std::collections::BTreeSet;

use roster::help::topics;

use crate::shared::guide::{Deed, lists};
use crate::shared::{Browser, Guide, World};
use crate::two_factor::{App, shown_codes};

/// Somebody who reads the manual and does what it says.
struct Reader<'w> {
    world: &'w World,
    guide: Guide,
    app: Option<App>,
    codes: Vec<String>,
}

impl<'w> Reader<'w> {
    async fn of(world: &'w World, topic: &'static str) -> Self {
        world.ignores_emails();
        Self { world, guide: Guide::to(world, topic).await, app: None, codes: Vec::new() }
    }

    /// What the manual leaves open.
    fn knows<const N: usize>(&mut self, known: [(&'static str, &str); N]) -> &mut Self {
        self.guide.knows(known);
        self
    }

    /// Follows the next steps of the topic.
    async fn follows(&mut self, browser: &Browser) {
        for deed in self.guide.next() {
            self.does(browser, &deed).await;
            let page = browser.page();
            if page.status >= 400 {
                page.fail(&format!("{} leads to a fault", self.guide.topic()));
            }
            drop(page);
            let codes = shown_codes(browser);
            if !codes.is_empty() {
                self.codes = codes;
            }
        }
    }

    async fn does(&mut self, browser: &Browser, deed: &Deed) {
        let words = deed.words.as_str();
        match deed.what.as_str() {
            "open" => browser.opens(self.guide.answer(words)).await,
            "letter" => browser.opens_link(&self.world.email_to(self.guide.answer(words)).await).await,
            "follow" => browser.follows(words).await,
            "press" => browser.presses(words).await,
            "press-in-row" => browser.presses_in(self.guide.answer("row"), words).await,
            "fill" => {
                let typed = self.typed(browser, words).await;
                browser.fills(words, &typed)
            }
            "choose" => browser.chooses(words),
            "pick" => browser.chooses(self.guide.answer(words)),
            "read" => browser.reads(words),
            other => panic!("nobody knows how to {other:?}"),
        };
    }

    /// What is typed into a field: what the reader knows, or what the phone shows.
    async fn typed(&mut self, browser: &Browser, label: &str) -> String {
        match label {
            "Six-digit code" => {
                if !browser.page().all("svg.qr").is_empty() {
                    self.app = Some(App::scans(browser));
                }
                self.app.as_ref().expect("an app").shows_next(self.world).await
            }
            "Recovery Code" => self.codes.pop().expect("a code that was kept"),
            label => self.guide.answer(label).to_owned(),
        }
    }
}

#[actix_web::test]
async fn everybody_can_read_all_of_it() {
    let world = World::new().await;
    let visitor = world.visitor().await;
    visitor.opens("/sign-in").await.follows("Help: Signing in").await.is_titled("Signing in");
    visitor.follows("All topics").await.is_at("/help").is_titled("Help");
    for topic in topics::all() {
        visitor.opens("/help").await.reads(topic.summary).follows(topic.title).await;
        visitor.status(200).is_at(&topic.href()).is_titled(topic.title);
        for next in visitor.page().all("article a[href]") {
            let href = next.attr("href").expect("a link");
            assert!(href.strip_prefix("/help/").is_some_and(|slug| topics::find(slug).is_some()), "{href}");
        }
    }
    visitor.opens("/help/no-such-topic").await.status(404);
}

#[actix_web::test]
async fn each_page_leads_to_what_is_said_about_it() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    ada.follows("Help: The tab Members").await.is_at("/help/members");
    ada.opens("/account/two-factor").await.follows("Help: Two-factor authentication").await.status(200);
    ada.follows("Help: All topics").await.is_at("/help");
    // By the menu, too; and where something failed, to all topics or to the page that failed.
    ada.opens("/dashboard").await.follows("Help").await.is_at("/help");
    ada.opens("/nothing/answers/at/such/an/address").await.status(404).may("Help: All topics");
    // A form that comes back is about the same as before.
    ada.opens("/analytical-engines/members").await.presses("Send Invite").await.status(422);
    ada.may("Help: The tab Members");
}

/// The table that the page of permissions draws is the one drawn here.
#[actix_web::test]
async fn who_can_do_what_is_the_policy_itself() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    let table = |browser: &Browser| -> Vec<String> {
        browser.page().all("table").iter().map(scraper::ElementRef::html).collect()
    };
    ada.opens("/analytical-engines/permissions").await;
    let told = table(&ada);
    ada.opens("/help/roles").await;
    assert_eq!(told.len(), 1);
    assert_eq!(table(&ada), told);
}

#[actix_web::test]
async fn reading_it_asks_the_database_who_reads_and_nothing_else() {
    let world = World::new().await;
    let (visitor, ada) = (world.visitor().await, world.person("ada").await);
    for path in ["/help", "/help/roles"] {
        assert_eq!(world.queries_of(visitor.gets(path)).await, 0, "{path}");
        assert_eq!(world.queries_of(ada.gets(path)).await, 1, "{path}");
    }
}

/// The stories of this folder, and the one of the browser with a device, follow all there is to follow.
#[actix_web::test]
async fn every_topic_with_steps_is_followed() {
    let stories = [
        include_str!("help/account.rs"),
        include_str!("help/organizations.rs"),
        include_str!("help/people.rs"),
        include_str!("help/start.rs"),
        include_str!("../browser/help.rs"),
    ];
    let followed: BTreeSet<&str> = stories.iter().flat_map(|story| story.split('"').skip(1).step_by(2)).collect();
    let world = World::new().await;
    let visitor = world.visitor().await;
    let mut steps = 0;
    for topic in topics::all() {
        visitor.opens(&topic.href()).await;
        let lists = lists(&visitor.page());
        assert!(lists.is_empty() || followed.contains(topic.slug), "nobody follows {}", topic.slug);
        steps += lists.iter().map(Vec::len).sum::<usize>();
    }
    assert!(steps > 150, "{steps} things to do only");
}
