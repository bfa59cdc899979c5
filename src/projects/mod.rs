//! What an organization works on.
//!
//! A project has a name, a description, perhaps a web address, and is private or public. Members of the
//! organization create and change projects; owners delete them. Its page is open to those who see the
//! projects of the organization and, when it is public, to anybody who has the address, signed in or
//! not: that is [`Onlooker`], a scope of this feature's own. A private project answers whoever may not
//! see it exactly as one that does not exist, those of the organization included.
//!
//! Its URL comes from its name and moves with it; the old one goes on leading there. A name and a URL
//! are given once: those of a deleted project are never reused ([`addresses`], and in the database
//! `project_addresses_belong_to_one_project_for_ever` and `project_addresses_give_a_name_once`).

pub mod addresses;
mod forms;
mod pages;
pub mod rules;
mod scope;
mod store;

use crate::act;
use crate::authority::{Act, Permission, WithinOrganization};
use crate::db::{Asking, Change, DbError, Verdict, Work};
use crate::history::Happened;
use crate::ids::{AccountId, FormKey, ProjectId};
use crate::members::Within;
use crate::text::{Slug, Title};
use crate::web::Routes;
use crate::web::paging::Cursor;
use rules::{ChangeRefusal, CreateRefusal, DeleteRefusal, Details, NameRefusal};
pub use scope::Onlooker;
pub use store::{Lately, LatelyPage};

act! {
    /// Opening an organization: the projects are behind it, for those who see them.
    pub OpenOrganization: Within, Permission::SeeOrganization
}
act! {
    /// Looking at one project.
    pub SeeProject: Onlooker, ()
}
act! {
    /// Creating a project.
    pub NewProject: Within, Permission::WorkOnProjects
}
act! {
    /// Changing a project.
    pub ChangeProject: Within, Permission::WorkOnProjects
}
act! {
    /// Deleting a project.
    pub DeleteProject: Within, Permission::DeleteProjects
}

/// Mounts the pages.
pub fn routes(routes: &mut Routes) {
    pages::routes(routes);
}

/// Creates a project, and answers where it is and by which name. The same form sent twice makes one,
/// and both answers lead to it.
pub fn create(
    work: &mut Work<NewProject>,
    form_key: FormKey,
    details: &Details,
) -> Verdict<Change<(Slug, Title)>, CreateRefusal> {
    let (organization, account) = (work.scope().organization_id(), work.scope().me().account());
    if let Some(made) = store::find_by_form(work.connection(), organization, account, form_key)? {
        return Ok(Ok(Change::already(made)));
    }
    let slug = match address(work, &details.name, None)? {
        Err(refusal) => return Ok(Err(CreateRefusal::Name(refusal))),
        Ok(slug) => slug,
    };
    let Some(project) = store::create(work.connection(), organization, account, form_key, details)? else {
        return Ok(Err(CreateRefusal::FormUsed));
    };
    let name = details.name.clone();
    store::give_address(work.connection(), organization, project, &slug, &addresses::key(&name))?;
    Ok(Ok(Change::recorded((slug, name.clone()), Happened::ProjectCreated { name })))
}

/// The URL that a name gets here, for a new project or for one that changes its name.
fn address<A>(work: &mut Work<A>, name: &Title, own: Option<ProjectId>) -> Verdict<Slug, NameRefusal>
where
    A: Act<Scope = Within>,
{
    let organization = work.scope().organization_id();
    let (key, beginning) = (addresses::key(name), addresses::beginning(name));
    let given = store::given(work.connection(), organization, &key, &beginning)?;
    Ok(addresses::address(name, &given, own))
}

/// Changes what is said of a project, unless somebody did after the form was opened. A new name moves
/// the URL.
fn change(
    work: &mut Work<ChangeProject>,
    slug: &Slug,
    version: i32,
    details: &Details,
) -> Verdict<Change<Slug>, ChangeRefusal> {
    let organization = work.scope().organization_id();
    let Some(project) = store::find(work.connection(), organization, slug)? else {
        return Ok(Err(ChangeRefusal::NotHere));
    };
    if project.details == *details {
        return Ok(Ok(Change::already(project.slug)));
    }
    if project.version != version {
        return Ok(Err(ChangeRefusal::Stale(Box::new(project))));
    }
    let (from, to) = (project.details.name.clone(), details.name.clone());
    let mut slug = project.slug;
    let mut happened = Vec::new();
    if from != to {
        slug = match address(work, &to, Some(project.id))? {
            Err(refusal) => return Ok(Err(ChangeRefusal::Name(refusal))),
            Ok(slug) => slug,
        };
        store::retire_address(work.connection(), project.id)?;
        store::give_address(work.connection(), organization, project.id, &slug, &addresses::key(&to))?;
        happened.push(Happened::ProjectRenamed { from: from.clone(), to: to.clone() });
    }
    if (Details { name: to.clone(), ..project.details }) != *details {
        happened.push(Happened::ProjectChanged { name: to });
    }
    store::change(work.connection(), project.id, details)?;
    Ok(Ok(happened.into_iter().fold(Change::already(slug), Change::and)))
}

/// Deletes a project for good. What was deleted already stays so.
fn delete(work: &mut Work<DeleteProject>, slug: &Slug) -> Verdict<Change<()>, DeleteRefusal> {
    let organization = work.scope().organization_id();
    let Some(project) = store::find(work.connection(), organization, slug)? else {
        return Ok(match store::was_deleted(work.connection(), organization, slug)? {
            true => Ok(Change::already(())),
            false => Err(DeleteRefusal::NotHere),
        });
    };
    store::delete(work.connection(), project.id)?;
    Ok(Ok(Change::recorded((), Happened::ProjectDeleted { name: project.details.name })))
}

/// The last modified projects of all organizations an account belongs to.
pub fn lately_modified<Q: Asking>(asking: &mut Q, account: AccountId, limit: i64) -> Result<Vec<Lately>, DbError> {
    store::lately_modified(asking.connection(), account, None, limit)
}

/// The same, all of them, a page at a time.
pub fn lately_modified_page<Q: Asking>(
    asking: &mut Q,
    account: AccountId,
    after: Option<Cursor>,
) -> Result<LatelyPage, DbError> {
    store::lately_modified_page(asking.connection(), account, after)
}
