//! A real browser: headless Chromium, driven as a person drives it.

use std::io::{BufRead, BufReader};
use std::panic::AssertUnwindSafe;
use std::process::{Command, Stdio};
use std::sync::{OnceLock, mpsc};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::prelude::*;

use crate::shared::{PASSWORD, World};

/// How long something that a script does may take, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(15);

/// How often it is looked at.
const GLANCE: Duration = Duration::from_millis(25);

/// Collects what goes wrong on any page of a session: errors, and what the policy of the page forbids.
const WATCH: &str = r"
    const note = (what) => {
        const all = JSON.parse(sessionStorage.getItem('amiss') || '[]');
        all.push(location.pathname + ': ' + what);
        sessionStorage.setItem('amiss', JSON.stringify(all));
    };
    addEventListener('error', (event) => note('error ' + (event.message || event.target?.src || event.target?.href)), true);
    // A browser may leave out the fading from page to page, and says so.
    const faded = (reason) => /Transition was (aborted|skipped)/.test(reason);
    addEventListener('unhandledrejection', (event) => faded(event.reason) || note('rejection ' + event.reason));
    addEventListener('securitypolicyviolation', (event) => note('policy ' + event.violatedDirective + ' ' + event.blockedURI));
    console.error = (...said) => note('console ' + said.join(' '));
    console.warn = (...said) => note('console ' + said.join(' '));
";

/// The port of the one driver of this process.
fn port() -> u16 {
    static PORT: OnceLock<u16> = OnceLock::new();
    *PORT.get_or_init(|| {
        let (tell, told) = mpsc::channel();
        // The system stops the driver when the thread that started it ends: so it never ends by itself.
        std::thread::spawn(move || {
            let mut driver = Command::new("setpriv")
                .args(["--pdeathsig", "TERM", "--", "chromedriver", "--port=0"])
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("a chromedriver: bin/test installs it");
            for line in BufReader::new(driver.stdout.take().expect("its words")).lines().map_while(Result::ok) {
                let port = line.strip_prefix("ChromeDriver was started successfully on port ");
                if let Some(Ok(port)) = port.map(|port| port.trim_end_matches('.').parse()) {
                    tell.send(port).expect("somebody who waits");
                }
            }
            // It has shut its mouth: it ends, too.
            let _ = driver.wait();
        });
        told.recv_timeout(Duration::from_secs(60)).expect("a chromedriver that listens")
    })
}

/// One window of its own, with nothing in it from before.
pub struct Screen {
    driver: WebDriver,
    origin: String,
}

/// Lets a story happen on a screen of its own, and fails if anything was amiss in the browser.
pub async fn on_screen(world: &World, story: impl AsyncFnOnce(&Screen)) {
    let profile = TempDir::with_prefix("roster-chromium-").expect("a folder");
    let mut wishes = DesiredCapabilities::chrome();
    for wish in [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-default-apps",
        "--disable-extensions",
        // Each page runs the judge's script for the first time: compiled at once, it is through sooner than
        // interpreted.
        "--js-flags=--always-sparkplug",
        "--window-size=1280,900",
    ] {
        wishes.add_arg(wish).expect("a wish");
    }
    wishes.add_arg(&format!("--user-data-dir={}", profile.path().display())).expect("a wish");
    let driver = WebDriver::new(format!("http://127.0.0.1:{}", port()), wishes).await.expect("a window");
    let watch = json!({ "source": WATCH });
    driver.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", watch).await.expect("a watch");
    // Whichever of several windows the system gives the focus to: each has a person of its own before it.
    let focus = json!({ "enabled": true });
    driver.cdp().send_raw("Emulation.setFocusEmulationEnabled", focus).await.expect("a focus");

    let screen = Screen { driver: driver.clone(), origin: world.site.origin() };
    let told = AssertUnwindSafe(story(&screen)).catch_unwind().await;
    let violations = screen.runs("return sessionStorage.getItem('amiss')").await;
    let page = screen.text().await;
    // Whatever happened, the window is shut; one that does not shut dies with the driver.
    let _ = driver.quit().await;
    if let Err(panic) = told {
        println!("--- the page at last\n{page}\n---");
        std::panic::resume_unwind(panic);
    }
    assert_eq!(violations, Value::Null, "amiss in the browser");
}

impl Screen {
    // Going somewhere.

    /// Opens a path.
    pub async fn opens(&self, path: &str) -> &Self {
        self.driver.goto(format!("{}{path}", self.origin)).await.expect("a page");
        self
    }

    /// Shows a document that has no address here: a letter.
    pub async fn shows(&self, html: &str) -> &Self {
        self.driver.goto(format!("data:text/html;base64,{}", STANDARD.encode(html))).await.expect("a document");
        self
    }

    /// Signs in by the page.
    pub async fn signs_in(&self, username: &str) -> &Self {
        self.opens("/sign-in").await.fills("Username or Email", username).await.fills("Password", PASSWORD).await;
        self.presses("Sign In").await.sees("Your Dashboard").await
    }

    /// Presses the button or follows the link of this name.
    pub async fn presses(&self, name: &str) -> &Self {
        self.named(name).await.click().await.expect("a press");
        self
    }

    /// Presses the button or follows the link of this name in the row that says a text.
    pub async fn presses_in(&self, row: &str, name: &str) -> &Self {
        let row = format!("//*[self::li or self::tr][contains(normalize-space(.), {})]", quoted(row));
        self.shown(&format!("({row}){}", named(name))).await.click().await.expect("a press");
        self
    }

    /// Types into the field with this label, in place of what is there.
    pub async fn fills(&self, label: &str, text: &str) -> &Self {
        let field = self.field(label).await;
        field.clear().await.expect("an empty field");
        field.send_keys(text).await.expect("a field to type into");
        self
    }

    /// Types further into the field with this label.
    pub async fn types(&self, label: &str, text: &str) -> &Self {
        self.field(label).await.send_keys(text).await.expect("a field to type into");
        self
    }

    /// Presses a key, wherever the focus is.
    pub async fn strikes(&self, key: Key) -> &Self {
        self.focused().await.send_keys(key.value().to_string()).await.expect("a key");
        self
    }

    /// Presses Tab, wherever the focus is, and be it on a field for files.
    pub async fn strikes_tab(&self) -> &Self {
        // The focus moves when the key goes down.
        let key = json!({ "type": "rawKeyDown", "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9 });
        self.tells("Input.dispatchKeyEvent", key).await;
        self
    }

    /// Types wherever the focus is, on whatever it is.
    pub async fn writes(&self, keys: &str) -> &Self {
        self.focused().await.send_keys(keys).await.expect("keys");
        self
    }

    /// Presses the browser's own back button.
    pub async fn goes_back(&self) -> &Self {
        self.driver.back().await.expect("a page before");
        self
    }

    /// Gives the browser a device that keeps passkeys, knows its owner, and says yes to everything. Answers its name.
    pub async fn has_device(&self) -> String {
        let device = json!({ "options": {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": true,
            "hasUserVerification": true,
            "isUserVerified": true,
            "automaticPresenceSimulation": true,
        } });
        self.cdp("WebAuthn.enable", json!({})).await;
        let added = self.cdp("WebAuthn.addVirtualAuthenticator", device).await;
        added["authenticatorId"].as_str().expect("a device").to_owned()
    }

    /// Says something to the browser in its own language.
    pub async fn cdp(&self, command: &str, details: Value) -> Value {
        self.driver.cdp().send_raw(command, details).await.expect("an answer of the browser")
    }

    /// The cookies as they are sent.
    pub async fn cookies(&self) -> String {
        let cookies = self.driver.get_all_cookies().await.expect("cookies");
        cookies.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect::<Vec<_>>().join("; ")
    }

    /// Makes the window as wide as a small telephone's.
    pub async fn is_narrow(&self) -> &Self {
        self.is_wide(320).await
    }

    /// Makes the window this wide; up to the width of a telephone it is touched with fingers.
    pub async fn is_wide(&self, width: u32) -> &Self {
        let is_telephone = width < 600;
        let metrics = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": is_telephone });
        self.tells("Emulation.setDeviceMetricsOverride", metrics).await;
        self.tells("Emulation.setTouchEmulationEnabled", json!({ "enabled": is_telephone })).await;
        self
    }

    /// Wishes for light or dark pages, on which nothing moves.
    pub async fn wishes_for(&self, theme: &str) -> &Self {
        self.wishes(&[("prefers-color-scheme", theme), ("prefers-reduced-motion", "reduce")], "").await
    }

    /// Wishes for this and nothing else, on a medium: the screen where none is named.
    pub async fn wishes(&self, wishes: &[(&str, &str)], medium: &str) -> &Self {
        let features: Vec<Value> = wishes.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        self.tells("Emulation.setEmulatedMedia", json!({ "media": medium, "features": features })).await;
        // What fades from one look to the other is judged once it has faded.
        self.runs("return Promise.allSettled(document.getAnimations().map((one) => one.finished)).then(() => true)")
            .await;
        self
    }

    /// Has the cookies of another browser from here on, and no others.
    pub async fn has_cookies(&self, cookies: &str) -> &Self {
        self.tells("Network.clearBrowserCookies", json!({})).await;
        for (name, value) in cookies.split("; ").filter_map(|cookie| cookie.split_once('=')) {
            let cookie = json!({ "url": self.origin, "name": name, "value": value, "httpOnly": true });
            self.tells("Network.setCookie", cookie).await;
        }
        self
    }

    /// Runs a script in every page before its own.
    pub async fn brings(&self, script: &str) -> &Self {
        self.tells("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
        self
    }

    /// Tells the browser something in its own protocol.
    pub async fn tells(&self, command: &str, what: Value) -> Value {
        self.driver.cdp().send_raw(command, what).await.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// What was amiss on the pages of this session since this was asked last.
    pub async fn takes_amiss(&self) -> Vec<String> {
        let taken =
            self.runs("const all = sessionStorage.getItem('amiss'); sessionStorage.removeItem('amiss'); return all;");
        taken.await.as_str().and_then(|all| serde_json::from_str(all).ok()).unwrap_or_default()
    }

    // Seeing.

    /// Waits until the page says this.
    pub async fn sees(&self, words: &str) -> &Self {
        self.until(&format!("{words:?} to be seen"), async || self.text().await.contains(words)).await
    }

    /// Waits until the page says this no more.
    pub async fn sees_no_more(&self, words: &str) -> &Self {
        self.until(&format!("{words:?} to be gone"), async || !self.text().await.contains(words)).await
    }

    /// Waits until this is the path.
    pub async fn is_at(&self, path: &str) -> &Self {
        self.until(&format!("to be at {path}"), async || self.runs("return location.pathname").await == path).await
    }

    /// Waits until an expression of the page's own language is true.
    pub async fn finds(&self, expression: &str) -> &Self {
        let script = format!("return Boolean({expression})");
        self.until(expression, async || self.runs(&script).await == true).await
    }

    /// Waits until the field with this label holds a text.
    pub async fn holds(&self, label: &str, text: &str) -> &Self {
        let field = self.field(label).await;
        let holds = async || field.prop("value").await.ok().flatten().as_deref() == Some(text);
        self.until(&format!("{label:?} to hold {text:?}"), holds).await
    }

    /// What a reader sees now.
    pub async fn text(&self) -> String {
        self.runs("return document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    /// Runs a script in the page, and answers what it returns. While a page changes there is none.
    pub async fn runs(&self, script: &str) -> Value {
        let returned = self.driver.execute(script, Vec::new()).await;
        returned.map(|returned| returned.json().clone()).unwrap_or(Value::Null)
    }

    async fn until(&self, what: &str, mut holds: impl AsyncFnMut() -> bool) -> &Self {
        let begun = Instant::now();
        while !holds().await {
            assert!(begun.elapsed() < PATIENCE, "waited in vain for {what}\n{}", self.text().await);
            tokio::time::sleep(GLANCE).await;
        }
        self
    }

    /// What has the focus. A field of a dialog that was just shut keeps it until the browser draws again, and takes no
    /// keys.
    async fn focused(&self) -> WebElement {
        self.finds("document.activeElement?.checkVisibility()").await;
        self.driver.active_element().await.expect("a focus")
    }

    async fn named(&self, name: &str) -> WebElement {
        self.shown(&named(name)).await
    }

    async fn field(&self, label: &str) -> WebElement {
        self.shown(&format!("//*[@id = //label[normalize-space(.) = {}]/@for]", quoted(label))).await
    }

    /// The last that can be seen of what a path finds: a dialog is behind the page it covers.
    async fn shown(&self, path: &str) -> WebElement {
        let begun = Instant::now();
        loop {
            for element in self.driver.find_all(By::XPath(path)).await.unwrap_or_default().into_iter().rev() {
                if element.is_displayed().await.unwrap_or(false) {
                    return element;
                }
            }
            assert!(begun.elapsed() < PATIENCE, "nothing can be seen of {path}\n{}", self.text().await);
            tokio::time::sleep(GLANCE).await;
        }
    }
}

/// What is pressed by this name; beside it may stand a picture.
fn named(name: &str) -> String {
    let name = quoted(name);
    format!(
        "//*[self::a or self::button or self::summary][normalize-space(.) = {name} or span[normalize-space(.) = {name}]]"
    )
}

/// A text as XPath has it, which knows no escapes.
fn quoted(text: &str) -> String {
    if text.contains('"') { format!("'{text}'") } else { format!("\"{text}\"") }
}
