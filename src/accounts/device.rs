//! A browser in words.
//!
//! What a browser says of itself is long, and the person who sends it can write anything into it. What is kept
//! and mailed are words of this closed list alone: "Firefox on Linux".

use woothee::parser::Parser;

/// As much of what a browser says of itself is read.
const MOST: usize = 500;

/// Browsers, by what the parser calls them.
const BROWSERS: &[(&str, &str)] = &[
    ("Chrome", "Chrome"),
    ("Edge", "Edge"),
    ("Firefox", "Firefox"),
    ("Google Search App", "the Google app"),
    ("Internet Explorer", "Internet Explorer"),
    ("Opera", "Opera"),
    ("Safari", "Safari"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Sleipnir", "Sleipnir"),
    ("Vivaldi", "Vivaldi"),
    ("Webview", "an app"),
    ("Yandex Browser", "Yandex Browser"),
];

/// Systems, by how the parser's names for them begin.
const SYSTEMS: &[(&str, &str)] = &[
    ("Android", "Android"),
    ("BSD", "BSD"),
    ("ChromeOS", "ChromeOS"),
    ("Linux", "Linux"),
    ("Mac OSX", "macOS"),
    ("Windows", "Windows"),
    ("iOS", "iOS"),
    ("iPad", "iPad"),
    ("iPhone", "iPhone"),
    ("iPod", "iPod"),
];

/// The browser that says this of itself, in words: "Firefox on Linux".
pub fn in_words(agent: &str) -> String {
    let agent: String = agent.chars().take(MOST).collect();
    let parsed = Parser::new().parse(&agent).unwrap_or_default();
    let browser = BROWSERS.iter().find(|(name, _)| *name == parsed.name).map(|(_, word)| *word);
    let system = SYSTEMS.iter().find(|(name, _)| parsed.os.starts_with(name)).map(|(_, word)| *word);
    let words = match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("an unknown browser on {system}"),
        (None, None) => "an unknown browser".to_owned(),
    };
    let mut emails = words.chars();
    emails.next().map_or_else(String::new, |first| first.to_uppercase().chain(emails).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_in_words() {
        for (agent, words) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
                "Chrome on Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
                "Chrome on ChromeOS",
            ),
        ] {
            assert_eq!(in_words(agent), words);
        }
    }

    #[test]
    fn nothing_that_was_sent_is_repeated() {
        for agent in ["", "-", "Evil/1.0 http://evil.example", "<b>Firefox</b>", &"x".repeat(9_000)] {
            assert_eq!(in_words(agent), "An unknown browser", "{agent}");
        }
        let long = format!("Mozilla/5.0 (X11; Linux x86_64) {} Firefox/1.0 http://evil.example", "x".repeat(9_000));
        assert!(!in_words(&long).contains("evil"));
    }
}
