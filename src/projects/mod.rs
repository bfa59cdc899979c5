//! What an organization works on.
//!
//! A project has a name, a description, perhaps a web address, and is private or public. Members of the
//! organization create and change projects; owners delete them. Its page is open to those who see the
//! projects of the organization and, when it is public, to anybody who has the address, signed in or
//! not: that is [`ProjectViewer`], a scope of this feature's own. A private project answers anyone who may not
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

use crate::action;
use crate::audit_log::EventKind;
use crate::authority::{Action, OrganizationScope, Permission};
use crate::db::{Change, DbError, Queries, Verdict, WriteTx};
use crate::ids::{AccountId, FormKey, ProjectId};
use crate::members::OrganizationMember;
use crate::text::{Slug, Title};
use crate::web::Routes;
use crate::web::paging::Cursor;
use rules::{ChangeRefusal, CreateRefusal, DeleteProjectError, NameRefusal, ProjectDetails};
pub use scope::ProjectViewer;
pub use store::{Lately, LatelyPage};

action! {
    /// Opening an organization: the projects are behind it, for those who see them.
    pub OpenOrganization: OrganizationMember, Permission::SeeOrganization
}
action! {
    /// Looking at one project.
    pub SeeProject: ProjectViewer, ()
}
action! {
    /// Creating a project.
    pub NewProject: OrganizationMember, Permission::WorkOnProjects
}
action! {
    /// Changing a project.
    pub ChangeProject: OrganizationMember, Permission::WorkOnProjects
}
action! {
    /// Deleting a project.
    pub DeleteProject: OrganizationMember, Permission::DeleteProjects
}

/// Mounts the pages.
pub fn routes(routes: &mut Routes) {
    pages::routes(routes);
}

/// Creates a project, and answers where it is and by which name. The same form sent twice makes one,
/// and both answers lead to it.
pub fn create(
    tx: &mut WriteTx<NewProject>,
    form_key: FormKey,
    details: &ProjectDetails,
) -> Verdict<Change<(Slug, Title)>, CreateRefusal> {
    let (organization, account) = (tx.scope().organization_id(), tx.scope().me().account());
    if let Some(made) = store::find_by_form(tx.connection(), organization, account, form_key)? {
        return Ok(Ok(Change::unchanged(made)));
    }
    let slug = match address(tx, &details.name, None)? {
        Err(refusal) => return Ok(Err(CreateRefusal::Name(refusal))),
        Ok(slug) => slug,
    };
    let Some(project) = store::create(tx.connection(), organization, account, form_key, details)? else {
        return Ok(Err(CreateRefusal::FormUsed));
    };
    let name = details.name.clone();
    store::give_address(tx.connection(), organization, project, &slug, &addresses::key(&name))?;
    Ok(Ok(Change::recorded((slug, name.clone()), EventKind::ProjectCreated { name })))
}

/// The URL that a name gets here, for a new project or for one that changes its name.
fn address<A>(tx: &mut WriteTx<A>, name: &Title, own: Option<ProjectId>) -> Verdict<Slug, NameRefusal>
where
    A: Action<Scope = OrganizationMember>,
{
    let organization = tx.scope().organization_id();
    let (key, beginning) = (addresses::key(name), addresses::beginning(name));
    let given = store::given(tx.connection(), organization, &key, &beginning)?;
    Ok(addresses::address(name, &given, own))
}

/// Changes what is said of a project, unless somebody did after the form was opened. A new name moves
/// the URL.
fn change(
    tx: &mut WriteTx<ChangeProject>,
    slug: &Slug,
    version: i32,
    details: &ProjectDetails,
) -> Verdict<Change<Slug>, ChangeRefusal> {
    let organization = tx.scope().organization_id();
    let Some(project) = store::find(tx.connection(), organization, slug)? else {
        return Ok(Err(ChangeRefusal::NotHere));
    };
    if project.details == *details {
        return Ok(Ok(Change::unchanged(project.slug)));
    }
    if project.version != version {
        return Ok(Err(ChangeRefusal::Stale(Box::new(project))));
    }
    let (from, to) = (project.details.name.clone(), details.name.clone());
    let mut slug = project.slug;
    let mut event = Vec::new();
    if from != to {
        slug = match address(tx, &to, Some(project.id))? {
            Err(refusal) => return Ok(Err(ChangeRefusal::Name(refusal))),
            Ok(slug) => slug,
        };
        store::retire_address(tx.connection(), project.id)?;
        store::give_address(tx.connection(), organization, project.id, &slug, &addresses::key(&to))?;
        event.push(EventKind::ProjectRenamed { from: from.clone(), to: to.clone() });
    }
    if (ProjectDetails { name: to.clone(), ..project.details }) != *details {
        event.push(EventKind::ProjectChanged { name: to });
    }
    store::change(tx.connection(), project.id, details)?;
    Ok(Ok(event.into_iter().fold(Change::unchanged(slug), Change::and)))
}

/// Deletes a project for good. What was deleted already stays so.
fn delete(tx: &mut WriteTx<DeleteProject>, slug: &Slug) -> Verdict<Change<()>, DeleteProjectError> {
    let organization = tx.scope().organization_id();
    let Some(project) = store::find(tx.connection(), organization, slug)? else {
        return Ok(match store::was_deleted(tx.connection(), organization, slug)? {
            true => Ok(Change::unchanged(())),
            false => Err(DeleteProjectError::NotHere),
        });
    };
    store::delete(tx.connection(), project.id)?;
    Ok(Ok(Change::recorded((), EventKind::ProjectDeleted { name: project.details.name })))
}

/// The last modified projects of all organizations an account belongs to.
pub fn lately_modified<Q: Queries>(tx: &mut Q, account: AccountId, limit: i64) -> Result<Vec<Lately>, DbError> {
    store::lately_modified(tx.connection(), account, None, limit)
}

/// The same, all of them, a page at a time.
pub fn lately_modified_page<Q: Queries>(
    tx: &mut Q,
    account: AccountId,
    after: Option<Cursor>,
) -> Result<LatelyPage, DbError> {
    store::lately_modified_page(tx.connection(), account, after)
}
