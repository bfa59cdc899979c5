//! People at work, and what they were answered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::task::JoinHandle;

use super::site::{Person, Site, until};

/// What people did, as far as they were answered.
#[derive(Default)]
pub struct Done {
    /// Addresses whose invitation was answered with success.
    pub invited: Mutex<BTreeSet<String>>,
    /// The role that each member was last given; none where the last request was not answered.
    pub roles: Mutex<BTreeMap<String, Option<&'static str>>>,
    /// Whether each of those who come and go belongs here; none where the last request was not answered.
    pub seats: Mutex<BTreeMap<String, Option<bool>>>,
    invitations: AtomicUsize,
    changes: AtomicUsize,
    acceptances: AtomicUsize,
    removals: AtomicUsize,
    refused: AtomicUsize,
}

impl Done {
    /// Invitations that were refused, or not answered.
    pub fn refusals(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }

    /// The changes that were answered, in words.
    pub fn told(&self) -> String {
        let number = |number: &AtomicUsize| number.load(Ordering::Relaxed);
        format!(
            "{} invitations, {} acceptances, {} removals and {} role changes answered",
            number(&self.invitations),
            number(&self.acceptances),
            number(&self.removals),
            number(&self.changes)
        )
    }
}

/// Everybody whom a crowd needs, signed in.
#[derive(Clone)]
pub struct People {
    /// The primary owner.
    pub ada: Person,
    /// Another owner.
    pub alan: Person,
    /// Who comes and goes.
    guests: Vec<(String, Person)>,
}

impl People {
    /// Signs them in.
    pub async fn of(site: &Site) -> Self {
        let (ada, alan) = (site.person("ada").await, site.person("alan").await);
        let mut guests = Vec::new();
        for name in ["person8", "person9"] {
            guests.push((name.to_owned(), site.person(name).await));
        }
        Self { ada, alan, guests }
    }
}

/// People at work until they are asked to stop.
pub struct Crowd {
    done: Arc<Done>,
    stops: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<()>>,
}

/// Each form is posted once.
static FORMS: AtomicUsize = AtomicUsize::new(0);

impl Crowd {
    /// Three who invite, one who changes roles, and two who are removed and come back.
    pub fn works(people: &People, done: &Arc<Done>) -> Self {
        let stops = Arc::new(AtomicBool::new(false));
        let mut tasks = Vec::new();
        for owner in [&people.ada, &people.alan, &people.alan] {
            tasks.push(actix_web::rt::spawn(invites(owner.clone(), Arc::clone(done), Arc::clone(&stops))));
        }
        tasks.push(actix_web::rt::spawn(changes_roles(people.ada.clone(), Arc::clone(done), Arc::clone(&stops))));
        for (name, guest) in people.guests.clone() {
            let (owner, done, stops) = (people.ada.clone(), Arc::clone(done), Arc::clone(&stops));
            tasks.push(actix_web::rt::spawn(comes_and_goes(owner, name, guest, done, stops)));
        }
        Self { done: Arc::clone(done), stops, tasks }
    }

    /// Waits until so many more were invited.
    pub async fn goes_on_for(&self, more: usize) {
        let before = self.done.invitations.load(Ordering::Relaxed);
        until("people are answered", async || self.done.invitations.load(Ordering::Relaxed) >= before + more).await;
    }

    /// Waits until so many more invitations were refused, or not answered.
    pub async fn is_refused(&self, more: usize) {
        let before = self.done.refused.load(Ordering::Relaxed);
        until("people are refused", async || self.done.refused.load(Ordering::Relaxed) >= before + more).await;
    }

    /// Waits until everybody has done what they were at.
    pub async fn ends(self) {
        self.stops.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.expect("somebody who works in peace");
        }
    }
}

/// Sends an invitation. Answers whether that was answered with success.
async fn invite(owner: &Person, email: &str) -> bool {
    let key = format!("01900000-0000-7000-8000-{:012}", FORMS.fetch_add(1, Ordering::Relaxed));
    let form = [("email", email), ("role", "member"), ("form_key", &key)];
    owner.posts("/acme/invitations", &form).await == Some(303)
}

async fn invites(owner: Person, done: Arc<Done>, stops: Arc<AtomicBool>) {
    static ADDRESSES: AtomicUsize = AtomicUsize::new(0);
    while !stops.load(Ordering::Relaxed) {
        let email = format!("invitee{}@example.org", ADDRESSES.fetch_add(1, Ordering::Relaxed));
        if invite(&owner, &email).await {
            done.invited.lock().unwrap().insert(email);
            done.invitations.fetch_add(1, Ordering::Relaxed);
        } else {
            done.refused.fetch_add(1, Ordering::Relaxed);
        }
    }
}

async fn changes_roles(owner: Person, done: Arc<Done>, stops: Arc<AtomicBool>) {
    for number in (0..8).cycle() {
        if stops.load(Ordering::Relaxed) {
            break;
        }
        let person = format!("person{number}");
        let before = done.roles.lock().unwrap().get(&person).copied().flatten();
        let role = if before == Some("viewer") { "member" } else { "viewer" };
        done.roles.lock().unwrap().insert(person.clone(), None);
        let form = [("role", role), ("confirmed", "true")];
        if owner.posts(&format!("/acme/members/{person}/role"), &form).await == Some(303) {
            done.roles.lock().unwrap().insert(person, Some(role));
            done.changes.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Removes somebody, invites them, and lets them accept, over and over. Where a request was not answered, both are
/// tried: one of them finds nothing to do.
async fn comes_and_goes(owner: Person, name: String, guest: Person, done: Arc<Done>, stops: Arc<AtomicBool>) {
    let notes = |seat| done.seats.lock().unwrap().insert(name.clone(), seat);
    while !stops.load(Ordering::Relaxed) {
        notes(None);
        if owner.posts(&format!("/acme/members/{name}/removal"), &[]).await == Some(303) {
            notes(Some(false));
            done.removals.fetch_add(1, Ordering::Relaxed);
        }
        if stops.load(Ordering::Relaxed) {
            break;
        }
        notes(None);
        invite(&owner, &format!("{name}@example.org")).await;
        let Some(page) = guest.reads("/dashboard").await else { continue };
        let Some((_, rest)) = page.split_once("/invitations/") else { continue };
        let id: String = rest.chars().take_while(|sign| sign.is_ascii_hexdigit() || *sign == '-').collect();
        if guest.lands(&format!("/invitations/{id}/acceptance")).await.as_deref() == Some("/acme") {
            notes(Some(true));
            done.acceptances.fetch_add(1, Ordering::Relaxed);
        }
    }
}
