//! A person at a screen. It knows only what the page shows, and sends what a browser sends.
//!
//! Every method answers the browser itself, so that a story reads as one sentence. One that is not
//! possible on this page fails with the page's text, at the line of the story.

use std::cell::{Ref, RefCell};
use std::future::Future;
use std::sync::{Arc, Mutex};

use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use url::Url;

use super::emails::EmailTemplate;
use super::log;
use super::multipart;
use super::page::{Page, Step};
use super::raw::Answer;
use super::world::PASSWORD;

/// Failures of the server that nobody expected, of all browsers of a world.
pub type Faults = Arc<Mutex<Vec<String>>>;

/// A browser follows no more redirects than this, one after another.
const REDIRECTS: usize = 10;

/// What is posted.
struct Body {
    kind: String,
    bytes: Vec<u8>,
}

impl Body {
    fn fields(fields: &[(&str, &str)]) -> Self {
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Self { kind: "application/x-www-form-urlencoded".to_owned(), bytes: text.into_bytes() }
    }

    fn files(bytes: Vec<u8>) -> Self {
        Self { kind: multipart::content_type(), bytes }
    }
}

/// A person at a screen.
pub struct Browser {
    client: Client,
    jar: Arc<Jar>,
    origin: Url,
    page: RefCell<Page>,
    faults: Faults,
}

impl Browser {
    /// A new one, that shows nothing yet.
    pub fn new(origin: Url, faults: Faults) -> Self {
        Self::sending(origin, faults, &[])
    }

    /// A new one that sends these headers, too, whatever it does.
    pub fn sending(origin: Url, faults: Faults, headers: &[(&'static str, &str)]) -> Self {
        let header = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"))
        };
        let jar = Arc::new(Jar::default());
        let client = Client::builder()
            .cookie_provider(Arc::clone(&jar))
            .redirect(Policy::none())
            .timeout(std::time::Duration::from_secs(30))
            // Long before a server shuts an idle connection: a form sent at that very moment would be lost.
            .pool_idle_timeout(std::time::Duration::from_secs(1))
            .no_proxy()
            .user_agent("Mozilla/5.0 (X11; Linux x86_64) Roster/Stories")
            .default_headers(headers.iter().map(header).collect())
            .build()
            .expect("a client");
        let page = RefCell::new(Page::new(origin.clone(), 0, HeaderMap::new(), String::new()));
        Self { client, jar, origin, page, faults }
    }

    // Going somewhere.

    /// Opens a page: a path is typed by hand, anything else is the name of a link, here or on the
    /// dashboard.
    #[track_caller]
    pub fn opens(&self, what: &str) -> impl Future<Output = &Self> {
        let typed = what.starts_with('/');
        let step = if typed {
            Some(Step::Open(self.origin.join(what).expect("a path")))
        } else {
            let page = self.page.borrow();
            page.has_link(what).then(|| page.link(what))
        };
        let what = what.to_owned();
        async move {
            let step = match step {
                Some(step) => step,
                None => {
                    self.goes(Step::Open(self.origin.join("/dashboard").expect("a path")), "none").await;
                    self.page.borrow().link(&what)
                }
            };
            self.goes(step, if typed { "none" } else { "same-origin" }).await
        }
    }

    /// Follows the link of this name.
    #[track_caller]
    pub fn follows(&self, link: &str) -> impl Future<Output = &Self> {
        let step = self.page.borrow().link(link);
        self.goes(step, "same-origin")
    }

    /// Follows the link of this name in the row that says a text.
    #[track_caller]
    pub fn follows_in(&self, row: &str, link: &str) -> impl Future<Output = &Self> {
        let step = self.page.borrow().link_in(row, link);
        self.goes(step, "same-origin")
    }

    /// Presses the button of this name, and sends its form as it is filled.
    #[track_caller]
    pub fn presses(&self, button: &str) -> impl Future<Output = &Self> {
        let step = self.page.borrow().button(button);
        self.goes(step, "same-origin")
    }

    /// Presses the button of this name in the row that says a text.
    #[track_caller]
    pub fn presses_in(&self, row: &str, button: &str) -> impl Future<Output = &Self> {
        let step = self.page.borrow().button_in(row, button);
        self.goes(step, "same-origin")
    }

    /// Opens the link of an email.
    #[track_caller]
    pub fn opens_link(&self, message: &EmailTemplate) -> impl Future<Output = &Self> {
        let link = Url::parse(message.link()).expect("a link");
        assert_eq!(link.origin(), self.origin.origin(), "the letter leads elsewhere");
        self.goes(Step::Open(link), "none")
    }

    /// Loads the page again.
    pub fn reloads(&self) -> impl Future<Output = &Self> {
        self.goes(Step::Open(self.page.borrow().address.clone()), "same-origin")
    }

    /// Signs in by a name or an address, with everybody's password.
    pub async fn signs_in(&self, login: &str) -> &Self {
        self.opens("/sign-in").await.signs_in_here(login, PASSWORD).await
    }

    /// Fills and sends the page Sign In, where it is open already.
    pub async fn signs_in_here(&self, login: &str, password: &str) -> &Self {
        self.fills("Username or Email", login).fills("Password", password).presses("Sign In").await
    }

    /// Signs out by the menu.
    pub async fn signs_out(&self) -> &Self {
        self.presses("Sign Out").await
    }

    /// Sends the form of the page that is open, or of its link Create an Account: with the address, where that is
    /// asked for; with the password, where a link has proven the address.
    pub async fn creates_account(&self, username: &str) -> &Self {
        if !self.page.borrow().has_button("Create Account") {
            self.follows("Create an Account").await;
        }
        self.fills("Username", username);
        if self.page.borrow().has_field("Email") {
            return self.fills("Email", &format!("{username}@example.org")).presses("Create Account").await;
        }
        self.creates_with_password(PASSWORD).await
    }

    /// Asks for an account with an address and a username.
    pub async fn asks_for_account(&self, email: &str, username: &str) -> &Self {
        self.opens("/create-account").await.fills("Email", email).fills("Username", username);
        self.presses("Create Account").await
    }

    /// Chooses the password of a new account on the page of the link that has proven its address.
    pub async fn creates_with_password(&self, password: &str) -> &Self {
        self.fills("Password", password).fills("Confirm Password", password).presses("Create Account").await
    }

    // Filling forms.

    /// Types into the field with this label, in place of what is there.
    #[track_caller]
    pub fn fills(&self, label: &str, text: &str) -> &Self {
        self.page.borrow_mut().fill(label, None, text);
        self
    }

    /// Types into the field with this label in the row that says a text.
    #[track_caller]
    pub fn fills_in(&self, row: &str, label: &str, text: &str) -> &Self {
        self.page.borrow_mut().fill(label, Some(row), text);
        self
    }

    /// Chooses an option, or ticks the box with this label.
    #[track_caller]
    pub fn chooses(&self, option: &str) -> &Self {
        self.page.borrow_mut().choose(option, None);
        self
    }

    /// Chooses an option, or ticks a box, in the row that says a text.
    #[track_caller]
    pub fn chooses_in(&self, row: &str, option: &str) -> &Self {
        self.page.borrow_mut().choose(option, Some(row));
        self
    }

    /// Chooses a file in the field with this label.
    #[track_caller]
    pub fn chooses_file(&self, label: &str, name: &str, bytes: &[u8]) -> &Self {
        self.page.borrow_mut().choose_file(label, (name.to_owned(), bytes.to_vec()));
        self
    }

    /// Unticks the box with this label.
    #[track_caller]
    pub fn unticks(&self, label: &str) -> &Self {
        self.page.borrow_mut().untick(label);
        self
    }

    // Reading.

    /// Fails unless the page says this.
    #[track_caller]
    pub fn reads(&self, words: &str) -> &Self {
        let page = self.page.borrow();
        if !page.says(words) {
            page.fail(&format!("{words:?} does not stand here"));
        }
        drop(page);
        self
    }

    /// Fails if the page says this.
    #[track_caller]
    pub fn does_not_read(&self, words: &str) -> &Self {
        let page = self.page.borrow();
        if page.says(words) {
            page.fail(&format!("{words:?} stands here"));
        }
        drop(page);
        self
    }

    /// Fails unless this is beside the field with this label, as its error or hint.
    #[track_caller]
    pub fn reads_beside(&self, label: &str, words: &str) -> &Self {
        let page = self.page.borrow();
        let beside = page.beside(label);
        if !beside.contains(words) {
            page.fail(&format!("beside {label:?} stands {beside:?}, not {words:?}"));
        }
        drop(page);
        self
    }

    /// Fails unless the row that says the first text says the second, too.
    #[track_caller]
    pub fn reads_in(&self, row: &str, words: &str) -> &Self {
        let page = self.page.borrow();
        let said = page.row(row);
        if !said.contains(words) {
            page.fail(&format!("the row of {row:?} says {said:?}, not {words:?}"));
        }
        drop(page);
        self
    }

    /// Fails unless the field with this label holds this text, or shows this option.
    #[track_caller]
    pub fn holds(&self, label: &str, text: &str) -> &Self {
        let page = self.page.borrow();
        let held = page.holds(label);
        if held != text {
            page.fail(&format!("{label:?} holds {held:?}, not {text:?}"));
        }
        drop(page);
        self
    }

    /// What the field with this label holds.
    #[track_caller]
    pub fn holds_value(&self, label: &str) -> String {
        self.page.borrow().holds(label)
    }

    /// Fails unless the box or the choice with this label is ticked.
    #[track_caller]
    pub fn has_chosen(&self, label: &str) -> &Self {
        let page = self.page.borrow();
        if !page.is_chosen(label) {
            page.fail(&format!("{label:?} is not chosen"));
        }
        drop(page);
        self
    }

    /// Fails unless a link or a button of this name can be seen.
    #[track_caller]
    pub fn may(&self, what: &str) -> &Self {
        let page = self.page.borrow();
        if !(page.has_link(what) || page.has_button(what)) {
            page.fail(&format!("neither a link nor a button {what:?}"));
        }
        drop(page);
        self
    }

    /// Fails if a link or a button of this name can be seen.
    #[track_caller]
    pub fn may_not(&self, what: &str) -> &Self {
        let page = self.page.borrow();
        if page.has_link(what) || page.has_button(what) {
            page.fail(&format!("{what:?} is offered"));
        }
        drop(page);
        self
    }

    /// Fails unless the row that says a text offers a link or a button of this name.
    #[track_caller]
    pub fn may_in(&self, row: &str, what: &str) -> &Self {
        let page = self.page.borrow();
        if !page.row_offers(row, what) {
            page.fail(&format!("the row of {row:?} does not offer {what:?}"));
        }
        drop(page);
        self
    }

    /// Fails if the row that says a text offers a link or a button of this name.
    #[track_caller]
    pub fn may_not_in(&self, row: &str, what: &str) -> &Self {
        let page = self.page.borrow();
        if page.row_offers(row, what) {
            page.fail(&format!("the row of {row:?} offers {what:?}"));
        }
        drop(page);
        self
    }

    /// Fails unless some list of the page has just these rows in this order, each given by a part of it.
    #[track_caller]
    pub fn lists<const N: usize>(&self, rows: [&str; N]) -> &Self {
        self.lists_where(None, &rows)
    }

    /// Fails unless the list under a heading has just these rows in this order.
    #[track_caller]
    pub fn lists_under<const N: usize>(&self, heading: &str, rows: [&str; N]) -> &Self {
        self.lists_where(Some(heading), &rows)
    }

    #[track_caller]
    fn lists_where(&self, under: Option<&str>, rows: &[&str]) -> &Self {
        let page = self.page.borrow();
        let lists = page.lists(under);
        let fits = |list: &Vec<String>| {
            list.len() == rows.len() && list.iter().zip(rows).all(|(there, expected)| there.contains(expected))
        };
        let nothing_is_fine = rows.is_empty() && lists.iter().all(Vec::is_empty);
        if !nothing_is_fine && !lists.iter().any(fits) {
            page.fail(&format!("no list of {rows:?} among {lists:#?}"));
        }
        drop(page);
        self
    }

    /// Fails unless the page came with this status.
    #[track_caller]
    pub fn status(&self, expected: u16) -> &Self {
        let page = self.page.borrow();
        if page.status != expected {
            page.fail(&format!("not the status {expected}"));
        }
        drop(page);
        self
    }

    /// Fails unless this is where the browser is; without a query here, any query will do.
    #[track_caller]
    pub fn is_at(&self, path: &str) -> &Self {
        let page = self.page.borrow();
        let whole = &page.address[url::Position::BeforePath..url::Position::AfterQuery];
        if path != whole && path != page.address.path() {
            page.fail(&format!("not at {path}"));
        }
        drop(page);
        self
    }

    /// Fails unless the first heading says this.
    #[track_caller]
    pub fn is_titled(&self, heading: &str) -> &Self {
        let page = self.page.borrow();
        let heads: Vec<String> = page.all("h1").iter().map(|head| head.text().collect::<String>()).collect();
        if !heads.iter().any(|head| head.split_whitespace().collect::<Vec<_>>().join(" ").contains(heading)) {
            page.fail(&format!("the headings are {heads:?}"));
        }
        drop(page);
        self
    }

    // What a person does not see, for those who check more than a person does.

    /// The page, for looking closer.
    pub fn page(&self) -> Ref<'_, Page> {
        self.page.borrow()
    }

    /// The path and query of the page.
    pub fn path(&self) -> String {
        self.page.borrow().address[url::Position::BeforePath..url::Position::AfterQuery].to_owned()
    }

    /// The cookies as they are sent.
    pub fn cookies(&self) -> String {
        self.jar.cookies(&self.origin).and_then(|sent| sent.to_str().map(str::to_owned).ok()).unwrap_or_default()
    }

    /// Puts a cookie in, as somebody who copied it would.
    pub fn plants(&self, cookie: &str) -> &Self {
        self.jar.add_cookie_str(&format!("{cookie}; Path=/"), &self.origin);
        self
    }

    /// What a press would send now, without sending it: where, and which fields.
    #[track_caller]
    pub fn would_send(&self, button: &str) -> (String, Vec<(String, String)>) {
        match self.page.borrow().button(button) {
            Step::Send(to, fields) => (to.path().to_owned(), fields),
            Step::Upload(to, _) | Step::Open(to) => (to.path().to_owned(), Vec::new()),
        }
    }

    /// Asks for a path with this browser's cookies, leaves its page as it is, and follows nothing.
    pub async fn gets(&self, path: &str) -> Answer {
        let url = self.origin.join(path).expect("a path");
        self.asks(Method::GET, url, "same-origin", None).await
    }

    /// Posts fields to a path as a page of ours would, whatever the open page offers, leaves its page
    /// as it is, and follows nothing: a tab that is still open, or a tampered form.
    pub async fn posts(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let url = self.origin.join(path).expect("a path");
        self.asks(Method::POST, url, "same-origin", Some(Body::fields(fields))).await
    }

    /// Posts a file to a path as a page of ours would, in the only field of a form; leaves the page as it is.
    pub async fn posts_file(&self, path: &str, field: &str, file: &[u8]) -> Answer {
        let url = self.origin.join(path).expect("a path");
        let body = multipart::body(&[], &[(field.to_owned(), ("chosen".to_owned(), file.to_vec()))]);
        self.asks(Method::POST, url, "same-origin", Some(Body::files(body))).await
    }

    /// Goes on until a page is shown.
    async fn goes(&self, step: Step, site: &'static str) -> &Self {
        let (mut method, mut url, mut body) = match step {
            Step::Open(url) => (Method::GET, url, None),
            Step::Send(url, fields) => {
                let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                (Method::POST, url, Some(Body::fields(&fields)))
            }
            Step::Upload(url, body) => (Method::POST, url, Some(Body::files(body))),
        };
        assert_eq!(url.origin(), self.origin.origin(), "a way out of Roster: {url}");
        for _ in 0..REDIRECTS {
            let answer = self.asks(method, url.clone(), site, body.take()).await;
            if !matches!(answer.status, 301..=303) {
                let page = Page::new(url, answer.status, answer.headers.clone(), answer.body_text());
                self.page.replace(page);
                return self;
            }
            url = url.join(answer.location()).expect("a location");
            assert_eq!(url.origin(), self.origin.origin(), "sent out of Roster: {url}");
            method = Method::GET;
        }
        panic!("sent from page to page without an end, lastly to {url}")
    }

    async fn asks(&self, method: Method, url: Url, site: &'static str, body: Option<Body>) -> Answer {
        let mut request = self
            .client
            .request(method, url.clone())
            .header("accept", "text/html,application/xhtml+xml")
            .header("sec-fetch-site", site)
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document");
        if let Some(body) = body {
            request = request.header("content-type", body.kind).header("origin", self.sent_origin()).body(body.bytes);
        }
        let answer = Answer::of(request.send().await.expect("an answer")).await;
        if answer.status >= 500 {
            self.note_fault(&url, &answer);
        }
        answer
    }

    /// A page that sends no referrer sends no origin with its forms either: so says the Fetch standard.
    fn sent_origin(&self) -> HeaderValue {
        let page = self.page.borrow();
        match page.headers.get("referrer-policy").map(HeaderValue::as_bytes) {
            Some(b"no-referrer") => HeaderValue::from_static("null"),
            _ => HeaderValue::from_str(&self.origin.origin().ascii_serialization()).expect("an origin"),
        }
    }

    fn note_fault(&self, url: &Url, answer: &Answer) {
        let text = answer.text();
        let reference = text.lines().find_map(|line| line.strip_prefix("Reference ")).unwrap_or_default();
        let causes = if reference.is_empty() { Vec::new() } else { log::lines_with(reference) };
        let told = format!("{} at {}: {}", answer.status, url.path(), causes.join("; "));
        self.faults.lock().expect("the faults").push(told);
    }
}
