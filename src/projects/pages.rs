//! What is shown about projects.

mod settings;

use askama::Template;

use super::forms::ProjectForm;
use super::rules::{CreateRefusal, Project, Visibility, WebAddress};
use super::{NewProject, OpenOrganization, ProjectViewer, SeeProject, store};
use crate::authority::{May, OrganizationScope, Permission, Scope};
use crate::db::{Db, Queries};
use crate::members::pages::OrganizationLayout;
use crate::web::paging::Asked;
use crate::web::show::{Moment, Picture};
use crate::web::{Form, Layout, Page, Query, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/{organization}", index)
        .get("/{organization}/new-project", new)
        .post("/{organization}/projects", create)
        .get("/{organization}/{project}", show)
        .get("/{organization}/{project}/settings", settings::edit)
        .post("/{organization}/{project}/settings", settings::update)
        .get("/{organization}/{project}/deletion", settings::new_deletion)
        .post("/{organization}/{project}/deletion", settings::create_deletion);
}

#[derive(Template)]
#[template(path = "projects/index.html")]
struct Index {
    layout: Layout,
    organization_layout: OrganizationLayout,
    new: Option<String>,
    rows: Vec<Row>,
    /// Where the list begins, on a later page.
    first: Option<String>,
    next: Option<String>,
    previous: Option<String>,
}

/// A project in a list.
struct Row {
    name: String,
    href: String,
    visibility: &'static str,
    about: String,
    modified: Moment,
}

/// `GET /{organization}`: where every link to an organization leads. A person who sees no projects is taken on to
/// the people.
async fn index(by: May<OpenOrganization>, asked: Query<Asked>, db: Db, respond: Responder) -> Page {
    if !by.may(Permission::SeeProjects) {
        return respond.redirect(by.link("members")).without_notice();
    }
    let (organization, after, clock, now) = (by.organization_id(), asked.after(), by.clock(), by.now());
    let page = db.read(&by, move |read| store::projects(read.connection(), organization, after)).await?;
    let rows = page.projects.iter().map(|project| Row {
        name: project.details.name.to_string(),
        href: by.link(project.slug.as_str()),
        visibility: project.details.visibility.label(),
        about: project.details.description.as_str().lines().next().unwrap_or_default().to_owned(),
        modified: clock.seen(project.modified_at, now),
    });
    respond.render(&Index {
        layout: respond.layout("Projects"),
        organization_layout: OrganizationLayout::of(&by, "Projects"),
        new: by.may(Permission::WorkOnProjects).then(|| by.link("new-project")),
        rows: rows.collect(),
        first: after.map(|_| by.link("")),
        next: page.next.map(|next| format!("{}?after={}", by.link(""), next.written())),
        previous: None,
    })
}

/// One of several to choose from, with what it means.
struct Choice {
    value: &'static str,
    label: &'static str,
    hint: &'static str,
}

fn visibilities() -> Vec<Choice> {
    let choice = |one: Visibility| Choice { value: one.key(), label: one.label(), hint: one.meaning() };
    Visibility::ALL.into_iter().map(choice).collect()
}

#[derive(Template)]
#[template(path = "projects/new.html")]
struct New {
    layout: Layout,
    organization_layout: OrganizationLayout,
    form: ProjectForm,
    visibilities: Vec<Choice>,
    action: String,
    back: String,
}

impl New {
    fn page(by: &May<NewProject>, form: ProjectForm, respond: &Responder) -> Self {
        Self {
            layout: respond.layout("New Project"),
            organization_layout: OrganizationLayout::of(by, "Projects"),
            form,
            visibilities: visibilities(),
            action: by.link("projects"),
            back: by.link(""),
        }
    }
}

/// `GET /{organization}/new-project`
async fn new(by: May<NewProject>, respond: Responder) -> Page {
    respond.render(&New::page(&by, ProjectForm::blank(), &respond))
}

/// `POST /{organization}/projects`
async fn create(by: May<NewProject>, Form(mut form): Form<ProjectForm>, db: Db, respond: Responder) -> Page {
    let form_key = form.key()?;
    let Some(details) = form.read() else {
        return respond.render_invalid(&New::page(&by, form, &respond));
    };
    match db.write(&by, move |tx| super::create(tx, form_key, &details)).await? {
        Ok((slug, name)) => respond.redirect(by.link(slug.as_str())).notice(format!("{name} is ready.")),
        Err(CreateRefusal::Name(refusal)) => {
            form.name.add_error(refusal.to_string());
            respond.render_invalid(&New::page(&by, form, &respond))
        }
        Err(CreateRefusal::FormUsed) => respond
            .redirect(by.link("new-project"))
            .warning("That form had made another project already. Here is a new one."),
    }
}

#[derive(Template)]
#[template(path = "projects/show.html")]
struct Show {
    layout: Layout,
    organization_layout: OrganizationLayout,
    sight: Sight,
    settings: Option<String>,
}

#[derive(Template)]
#[template(path = "projects/show_to_others.html")]
struct ShowToOthers {
    layout: Layout,
    organization: String,
    picture: Picture,
    sight: Sight,
}

/// A project as its page tells of it.
struct Sight {
    name: String,
    visibility: &'static str,
    seen_by: String,
    paragraphs: Vec<Vec<String>>,
    web_address: Option<(String, String)>,
    created: Moment,
    modified: Moment,
}

impl Sight {
    fn of(by: &ProjectViewer) -> Self {
        let Project { details, created_at, modified_at, .. } = by.project();
        let web_address = &details.web_address;
        Self {
            name: details.name.to_string(),
            visibility: details.visibility.label(),
            seen_by: match details.visibility {
                Visibility::Private => format!("The people of {}", by.organization_name()),
                Visibility::Public => "Anybody".to_owned(),
            },
            paragraphs: details.description.paragraphs(),
            web_address: (*web_address != WebAddress::default())
                .then(|| (web_address.as_str().to_owned(), web_address.short().to_owned())),
            created: by.clock().day(*created_at),
            modified: by.clock().seen(*modified_at, by.now()),
        }
    }
}

/// `GET /{organization}/{project}`
async fn show(by: May<SeeProject>, respond: Responder) -> Page {
    let (name, slug) = (by.organization_name(), by.organization_slug());
    let picture = Picture::of(name.as_str()).showing(by.organization_picture());
    let layout = respond.layout(by.project().details.name.as_str());
    let sight = Sight::of(&by);
    match by.standing() {
        Some(standing) => respond.render(&Show {
            layout,
            organization_layout: OrganizationLayout::around(name, picture, slug, standing, "Projects"),
            sight,
            settings: by.may(Permission::WorkOnProjects).then(|| format!("/{slug}/{}/settings", by.project().slug)),
        }),
        None => respond.render(&ShowToOthers { layout, organization: name.to_string(), picture, sight }),
    }
}
