//! Requests that no honest browser makes.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};

/// A client that follows nothing and keeps nothing.
pub fn client() -> Client {
    Client::builder().redirect(Policy::none()).timeout(Duration::from_secs(30)).no_proxy().build().expect("a client")
}

/// A request to be sent as it is said here.
pub struct Raw {
    client: Client,
    method: Method,
    url: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Raw {
    /// A bare request.
    pub fn new(method: &str, url: String) -> Self {
        Self {
            client: client(),
            method: method.parse().expect("a method"),
            url,
            headers: HeaderMap::new(),
            body: Vec::new(),
        }
    }

    /// With a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().expect("a header");
        self.headers.append(name, HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
        self
    }

    /// With what a browser adds to a form of our own pages.
    #[allow(clippy::wrong_self_convention, reason = "it says where the request comes from")]
    pub fn from_our_page(self) -> Self {
        self.header("sec-fetch-site", "same-origin")
    }

    /// With a form.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.header("content-type", "application/x-www-form-urlencoded").body(body)
    }

    /// With any body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends it.
    pub async fn sends(self) -> Answer {
        let request = self.client.request(self.method, &self.url).headers(self.headers).body(self.body);
        Answer::of(request.send().await.expect("an answer")).await
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Reads an answer to its end.
    pub async fn of(answer: reqwest::Response) -> Self {
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Self { status, headers, body: answer.bytes().await.expect("a body").to_vec() }
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Where it sends the browser.
    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// The body as it came.
    pub fn body_text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as a reader sees it.
    pub fn text(&self) -> String {
        super::words::readable(&self.body_text())
    }

    /// Fails unless it has this status.
    #[track_caller]
    pub fn status(&self, expected: u16) -> &Self {
        assert_eq!(self.status, expected, "{}", self.text());
        self
    }

    /// Fails unless it says this.
    #[track_caller]
    pub fn reads(&self, words: &str) -> &Self {
        assert!(self.text().contains(words), "no {words:?} in\n{}", self.text());
        self
    }
}
