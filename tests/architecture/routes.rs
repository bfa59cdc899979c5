//! No organization and no project can have an address that is a page of Roster's own.

use roster::app;

use crate::files::none_of;

#[test]
fn first_segments_are_reserved_for_us() {
    let mut wrong = Vec::new();
    for route in app::table() {
        let first = route.pattern.split('/').nth(1).unwrap_or_default();
        if !first.is_empty() && !first.starts_with('{') && !roster::organizations::is_reserved(first) {
            wrong.push(format!("an organization could be called {first}"));
        }
    }
    none_of(&wrong);
}

#[test]
fn pages_of_an_organization_are_reserved_among_its_projects() {
    let mut wrong = Vec::new();
    for route in app::table().iter().filter(|route| route.pattern.starts_with("/{organization}/")) {
        let second = route.pattern.split('/').nth(2).unwrap_or_default();
        if !second.starts_with('{') && !roster::projects::addresses::is_reserved(second) {
            wrong.push(format!("a project could be called {second}"));
        }
    }
    none_of(&wrong);
}

/// Addresses are nouns, in lower case, without an ending.
#[test]
fn addresses_are_plain_nouns() {
    let verbs = ["create", "update", "delete", "remove", "edit", "get", "set", "do", "add", "show", "list"];
    let mut wrong = Vec::new();
    for route in app::table() {
        for segment in route.pattern.split('/').filter(|segment| !segment.starts_with('{')) {
            let plain = segment.chars().all(|c| c.is_ascii_lowercase() || c == '-');
            if !plain || verbs.contains(&segment) {
                wrong.push(format!("{}: {segment}", route.pattern));
            }
        }
    }
    none_of(&wrong);
}

/// A page that asks before something happens is sensitive exactly when the deed is.
#[test]
fn a_question_is_as_grave_as_its_deed() {
    let table = app::table();
    let mut wrong = Vec::new();
    for deed in table.iter().filter(|route| route.requires_recent_password && route.method == "POST") {
        let page = table.iter().find(|route| route.method == "GET" && route.pattern == deed.pattern);
        if page.is_some_and(|page| !page.requires_recent_password && page.action == deed.action) {
            wrong.push(format!("{} {}", deed.pattern, deed.action));
        }
    }
    none_of(&wrong);
}

/// A person who is asked for the password again reads what for.
#[test]
fn the_password_is_asked_for_something() {
    let requires_recent_password = app::table().into_iter().filter(|route| route.requires_recent_password);
    let untold = requires_recent_password.filter(|route| roster::web::purpose::told(&route.pattern).is_none());
    let wrong: Vec<String> =
        untold.map(|route| format!("src/web/purpose.rs does not say what for at {}", route.pattern)).collect();
    none_of(&wrong);
}
