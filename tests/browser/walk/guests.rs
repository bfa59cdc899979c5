//! Who walks through the house, and where each of them begins.

mod careful;
mod reviewer;

use std::collections::BTreeSet;

use roster::accounts::password::{Cost, Hasher};
use roster::db::Db;
use roster::mail::dev_mailbox::DevMailbox;
use roster::{app, seed};
use scraper::{Html, Selector};
use tempfile::TempDir;

use crate::shared::world::site;
use crate::shared::{Browser, World};

/// Somebody who walks.
pub struct Visitor {
    /// What they are called in what is informed about the walk.
    pub name: &'static str,
    /// Their browser, signed in or not.
    pub browser: Browser,
    /// Where they begin.
    pub starts: Vec<String>,
    /// Whether they follow the links of a page, or only look at where they begin.
    pub follows: bool,
    /// Whether their pages are looked at even where others have seen the like: nothing is in them
    /// yet, or what is there is as long as it may be.
    pub is_extreme: bool,
}

/// The demonstration, with its emails to be read, and everybody who walks through it.
pub struct AppState {
    /// The Roster.
    pub world: World,
    /// Who walks.
    pub guests: Vec<Visitor>,
    /// Where the letters of the demonstration are kept.
    pub emails: TempDir,
}

/// Where everybody begins.
const DOORS: [&str; 14] = [
    "/",
    "/dashboard",
    "/account",
    "/sign-in",
    "/create-account",
    "/create-account/sent",
    "/forgot-password",
    "/forgot-password/sent",
    "/invitations/requests",
    "/dev/mail",
    "/dev/kit",
    "/account/deletion/farewell",
    "/no-such-organization",
    "/nothing/answers/at/such/an/address",
];

/// As wide as a character gets.
const WIDEST: &str = "W";

impl AppState {
    /// Opens the house, and lets everybody in.
    pub async fn opens() -> Self {
        let mut app_state = Self::furnished().await;
        app_state.invites_guests().await;
        app_state
    }

    /// The house with nobody in it yet.
    pub async fn furnished() -> Self {
        let emails = TempDir::with_prefix("roster-letters-").expect("a folder");
        let folder = emails.path().to_owned();
        let world = World::with(|app_state| {
            // By a name, for passkeys belong to one.
            let port = app_state.site.url.port().expect("a port");
            app_state.site = site(&format!("http://localhost:{port}"));
            app_state.site.shows_mail = true;
            app_state.mailbag = Some(DevMailbox { folder: folder.clone(), emails: app::emails() });
        })
        .await;
        world.ignores_emails();
        let hasher = Hasher::new(Cost::Least).expect("a hasher");
        // Its clock goes through two months: nobody else looks at it.
        let db = Db::connect(&world.database_url(), 4).expect("a connection");
        seed::fill(db, world.site.clone(), hasher, folder).await.expect("a demonstration");
        Self { world, guests: Vec::new(), emails }
    }

    async fn invites_guests(&mut self) {
        let emails = self.emails().await;
        let links = |to: &[&str]| -> Vec<String> {
            let for_them =
                emails.iter().filter(|(address, _)| to.iter().any(|who| address.starts_with(&format!("{who}@"))));
            for_them.map(|(_, link)| link.clone()).collect()
        };
        // Sofia has no account, Luigi's invitation has expired, and Mary opens an email that is not hers.
        for (name, username, whose) in [
            ("visitor", "", ["sofia", "luigi", "alan", "hypatia"].as_slice()),
            ("member", "mary", &["sofia"]),
            ("owner", "ada", &["ada"]),
            ("another owner", "grace", &[]),
            ("newcomer", "newcomer", &["newcomer"]),
            ("owner of what was deleted", "charles", &["charles"]),
        ] {
            let browser = self.signed_in(username).await;
            self.add(name, browser, &links(whose));
        }
        // A form that is no link leads there.
        for owner in self.guests.iter_mut().filter(|guest| guest.name == "owner") {
            owner.starts.push("/analytical-engines/members/several?do=remove&person=alan&person=grace".to_owned());
        }
        let ordinary = self.guests.len();
        let beginner = self.world.person("beginner").await;
        self.add("beginner", beginner, &[]);
        let founder = self.world.founder("founder", "Fresh Start").await;
        founder.opens("/fresh-start/invitations/several").await;
        founder.fills("Addresses", "one@example.org, founder@example.org, nobody").presses("Preview").await.status(200);
        self.add("founder", founder, &[]);
        let long = self.long_winded().await;
        self.add("long-winded", long, &[]);
        for guest in &mut self.guests[ordinary..] {
            guest.is_extreme = true;
        }
        self.adds_late_owner().await;
        self.adds_careful().await;
        self.adds_reviewer().await;
    }

    fn add(&mut self, name: &'static str, browser: Browser, links: &[String]) {
        let doors = DOORS.iter().map(|door| (*door).to_owned());
        let starts = doors.chain(links.iter().cloned()).collect();
        self.guests.push(Visitor { name, browser, starts, follows: true, is_extreme: false });
    }

    /// Somebody who looks at these pages and goes nowhere else.
    fn looks_only(&mut self, name: &'static str, browser: Browser, starts: &[&str]) {
        let starts = starts.iter().map(|start| (*start).to_owned()).collect();
        self.guests.push(Visitor { name, browser, starts, follows: false, is_extreme: false });
    }

    async fn signed_in(&self, username: &str) -> Browser {
        let browser = self.world.visitor().await;
        if !username.is_empty() {
            browser.signs_in(username).await.reads("Your Dashboard");
        }
        browser
    }

    /// Somebody who gave the password too long ago for what is sensitive.
    async fn adds_late_owner(&mut self) {
        let browser = self.signed_in("ada").await;
        self.world.runs(
            "UPDATE sessions SET password_given_at = password_given_at - interval '2 hours' \
             WHERE id = (SELECT id FROM sessions ORDER BY created_at DESC, id DESC LIMIT 1)",
        );
        self.looks_only("late owner", browser, &["/analytical-engines/deletion"]);
    }

    /// Somebody whose every name is as long as it may be, without a place to break.
    async fn long_winded(&self) -> Browser {
        let username = "w".repeat(40);
        let name = WIDEST.repeat(80);
        let browser = self.world.person(&username).await;
        self.world.founds(&browser, &name).await;
        let address = format!("{}@{}.example.org", "w".repeat(60), "w".repeat(60));
        browser.fills("Email", &address).presses("Send Invite").await.status(200);
        browser
            .follows("Invite Several")
            .await
            .fills("Addresses", &format!("{address}\nw{address}\n{}", "w".repeat(200)));
        browser.presses("Preview").await.presses("Send Invites").await.status(200).follows("Members").await;
        browser.follows("Projects").await.follows("New Project").await;
        browser.fills("Project Name", &name).fills("Description", &"w".repeat(400));
        browser.fills("Web Address", &format!("https://example.org/{}", "w".repeat(300)));
        browser.presses("Create Project").await.status(200);
        browser
    }

    /// The links in letters, with the address they were sent to: what opens nothing any more among them.
    async fn emails(&self) -> Vec<(String, String)> {
        let visitor = self.signed_in("").await;
        visitor.opens("/forgot-password").await.fills("Email", "alan@example.org").presses("Send Reset Link").await;
        visitor.opens("/create-account").await.creates_account("hypatia").await;
        self.world.post().await;
        let fresh = self.world.mail.all().into_iter().map(|message| (message.to, message.html));
        let mut emails: Vec<(String, String)> = fresh.collect();
        let list = visitor.gets("/dev/mail").await.body_text();
        for message in links(&list).iter().filter(|link| link.starts_with("/dev/mail/")) {
            let page = visitor.gets(message).await.body_text();
            let to = words(&page, "dd").into_iter().next().unwrap_or_default();
            emails.push((to, visitor.gets(&format!("{message}/html")).await.body_text()));
        }
        let origin = self.world.site.origin();
        let mut found = BTreeSet::new();
        for (to, message) in &emails {
            let links = links(message);
            let paths = links.iter().filter_map(|link| link.strip_prefix(&origin));
            found.extend(paths.map(|path| (to.clone(), path.to_owned())));
        }
        found.into_iter().collect()
    }
}

/// Where the links of a page lead, as they are written.
fn links(page: &str) -> Vec<String> {
    let link = Selector::parse("a[href]").expect("a selector");
    let page = Html::parse_document(page);
    page.select(&link).filter_map(|link| link.attr("href")).map(str::to_owned).collect()
}

/// The words of the elements of one kind.
fn words(page: &str, kind: &str) -> Vec<String> {
    let kind = Selector::parse(kind).expect("a selector");
    Html::parse_document(page).select(&kind).map(|element| element.text().collect()).collect()
}
