//! Finding what one knows the name of, and going where one works.
//!
//! **Search** looks through one's organizations, the projects and the people in them, the pages of Roster
//! that one may open, and the topics of the manual. It finds what begins as was typed, or holds a word that does. What
//! may be seen of an organization is asked of the one policy, for each organization by itself, before anything is
//! looked for in it; so nothing of another organization can be among what is looked through, and an address finds its
//! person only for the person who sees it on the Members tab. Public projects of others are not looked through: nowhere
//! does Roster list them, and their address is how they are shared.
//!
//! It asks two questions beside the one about authority: where one belongs, and what is found there. Names of
//! projects and people are kept as words of their organization (see the migration), so the second reads
//! rows by index in one's organizations alone. All of them together share one budget of rows (`BUDGET` in `store`), so
//! a search costs the same however many they are and however large. One person searches [`gate::AT_ONCE`] times at
//! once, and not without end.
//!
//! **Your Organizations** are listed as they were used, the last first, which is known to the hour: see
//! `memberships.last_active_at`. To know it to the minute, every page of an organization would have to write.
//!
//! Both are pages that work alone. Where scripts run, `static/js/palette.js` and `static/js/switch.js` fetch them
//! and show in place what is on them; so there is one search, and no page pays for what nobody opens.

mod gate;
mod pages;
mod places;
pub(crate) mod rules;
mod store;

use crate::accounts::CurrentAccount;
use crate::action;
use crate::authority::{Action, Permission};
use crate::db::{DbError, Queries};
use crate::web::Routes;
use rules::Wanted;
use store::{Reach, SearchResults, SearchableOrganization};

pub use gate::SearchLimiter;

action! {
    /// Searching through what one may see.
    pub Search: CurrentAccount, ()
}
action! {
    /// Going to one of one's organizations.
    pub Switch: CurrentAccount, ()
}

/// Mounts the pages.
pub fn routes(routes: &mut Routes) {
    pages::routes(routes);
}

/// The names of the projects and of the people that are found.
pub fn names_found<Q>(tx: &mut Q, typed: &str) -> Result<Vec<String>, DbError>
where
    Q: Queries<Action: Action<Scope = CurrentAccount>>,
{
    let (_, found) = look_for(tx, &Wanted::read(typed))?;
    let projects = found.projects.iter().map(|project| project.name.to_string());
    Ok(projects.chain(found.people.iter().map(|person| person.username.to_string())).collect())
}

/// The organizations of the person who asks, those used last first.
fn lately_used<Q>(tx: &mut Q) -> Result<Vec<SearchableOrganization>, DbError>
where
    Q: Queries<Action: Action<Scope = CurrentAccount>>,
{
    let account = tx.scope().account();
    store::mine(tx.connection(), account)
}

/// Where the person who asks belongs, and what is found there; nothing is looked for where nothing is wanted.
fn look_for<Q>(tx: &mut Q, wanted: &Wanted) -> Result<(Vec<SearchableOrganization>, SearchResults), DbError>
where
    Q: Queries<Action: Action<Scope = CurrentAccount>>,
{
    let mine = lately_used(tx)?;
    if wanted.is_nothing() || mine.is_empty() {
        return Ok((mine, SearchResults::default()));
    }
    let allowing = |permission: Permission| {
        let allowing = mine.iter().filter(|one| one.standing.allows(permission));
        allowing.map(|one| one.organization).collect()
    };
    let reach = Reach {
        projects: allowing(Permission::SeeProjects),
        people: allowing(Permission::SeeOrganization),
        addresses: allowing(Permission::SeeAddresses),
    };
    let found = store::found(tx.connection(), wanted, &reach)?;
    Ok((mine, found))
}
