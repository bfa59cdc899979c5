//! The mailbag of a world: letters as people receive them.

use std::collections::HashSet;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use roster::mail::transports::{DeliveryError, OutgoingEmail, Transport};

/// An email that arrived.
#[derive(Clone, Debug)]
pub struct EmailTemplate {
    /// Where it arrived.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its text part.
    pub text: String,
    /// Its HTML part.
    pub html: String,
    /// Which kind of letter it is.
    pub kind: String,
    origin: String,
}

impl EmailTemplate {
    /// The link of the one thing to do.
    #[track_caller]
    pub fn link(&self) -> &str {
        let mut links = self.text.lines().filter(|line| {
            line.strip_prefix(&self.origin).is_some_and(|rest| rest.len() > 1) && !line.contains(char::is_whitespace)
        });
        links.next().unwrap_or_else(|| panic!("no link in this letter\n{}", self.text))
    }

    /// Fails unless both parts say this.
    #[track_caller]
    pub fn reads(&self, words: &str) -> &Self {
        let html = super::words::readable(&self.html);
        assert!(self.subject.contains(words) || self.text.contains(words), "no {words:?} in\n{}", self.text);
        assert!(self.subject.contains(words) || html.contains(words), "no {words:?} in the HTML part\n{html}");
        self
    }

    /// Fails if either part says this.
    #[track_caller]
    pub fn does_not_read(&self, words: &str) -> &Self {
        for part in [&self.subject, &self.text, &self.html] {
            assert!(!part.contains(words), "{words:?} stands in\n{part}");
        }
        self
    }
}

/// Takes letters and keeps them.
#[derive(Clone)]
pub struct DevMailbox {
    origin: String,
    finish_authentication: Arc<Mutex<Vec<(EmailTemplate, bool)>>>,
    refusing: Arc<Mutex<HashSet<String>>>,
    delaying: Arc<Mutex<HashSet<String>>>,
}

impl DevMailbox {
    /// An empty one, for a Roster at an origin.
    pub fn new(origin: String) -> Self {
        Self { origin, finish_authentication: Arc::default(), refusing: Arc::default(), delaying: Arc::default() }
    }

    /// From now on the mail server refuses emails to this address for good.
    pub fn refuses(&self, address: &str) {
        self.refusing.lock().expect("the addresses").insert(address.to_owned());
    }

    /// From now on the mail server takes no email to this address for the time being.
    pub fn delays(&self, address: &str) {
        self.delaying.lock().expect("the addresses").insert(address.to_owned());
    }

    /// From now on the mail server takes emails to this address again.
    pub fn takes_again(&self, address: &str) {
        self.delaying.lock().expect("the addresses").remove(address);
        self.refusing.lock().expect("the addresses").remove(address);
    }

    /// The newest letter that fits and was not read yet; it is read now.
    pub fn take(&self, fits: impl Fn(&EmailTemplate) -> bool) -> Option<EmailTemplate> {
        let mut finish_authentication = self.finish_authentication.lock().expect("the letters");
        let (message, read) = finish_authentication.iter_mut().rev().find(|(message, read)| !read && fits(message))?;
        *read = true;
        Some(message.clone())
    }

    /// All that arrived, read or not.
    pub fn all(&self) -> Vec<EmailTemplate> {
        self.finish_authentication.lock().expect("the letters").iter().map(|(message, _)| message.clone()).collect()
    }

    /// What nobody has read.
    pub fn unread(&self) -> Vec<EmailTemplate> {
        let finish_authentication = self.finish_authentication.lock().expect("the letters");
        finish_authentication.iter().filter(|(_, read)| !read).map(|(message, _)| message.clone()).collect()
    }
}

impl Transport for DevMailbox {
    fn carry<'a>(
        &'a self,
        message: &'a OutgoingEmail,
    ) -> Pin<Box<dyn Future<Output = Result<(), DeliveryError>> + Send + 'a>> {
        if self.refusing.lock().expect("the addresses").contains(&message.to) {
            return Box::pin(ready(Err(DeliveryError::Refused("550 no such mailbox".to_owned()))));
        }
        if self.delaying.lock().expect("the addresses").contains(&message.to) {
            return Box::pin(ready(Err(DeliveryError::NotNow("450 try later".to_owned()))));
        }
        let finish_authentication = EmailTemplate {
            to: message.to.clone(),
            subject: message.written.subject.clone(),
            text: message.written.text.clone(),
            html: message.written.html.clone(),
            kind: message.kind.clone(),
            origin: self.origin.clone(),
        };
        self.finish_authentication.lock().expect("the letters").push((finish_authentication, false));
        Box::pin(ready(Ok(())))
    }
}
