//! What is shown about organizations: founding one, and its settings. Going and coming back are in
//! [`endings`], looking back is in [`activity`].

mod activity;
mod endings;
mod picture;

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::forms::{NewForm, SettingsForm};
use super::{
    BillingFacts, CreateOrganization, CreateOrganizationError, DeletionMode, ManageSettings, SeeSettings,
    SettingsRefusal, TellsBilling, settings,
};
use crate::accounts::pages::{AccountTab, account_links};
use crate::authority::{Action, May, OrganizationScope, Permission, Scope};
use crate::db::{Db, Queries};
use crate::members::OrganizationMember;
use crate::members::changed::{LastChange, SettingsPart};
use crate::members::pages::OrganizationLayout;
use crate::pictures::PictureForm;
use crate::web::show::count;
use crate::web::{Form, Layout, Page, PageError, Responder, Routes};

/// What is said of a URL that some organization has or had. Whose it is, is nobody's business.
const TAKEN: &str = "This URL is taken. Choose another one.";

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/account/organizations/new", new)
        .post("/account/organizations", create)
        .get("/{organization}/settings", edit)
        .post("/{organization}/settings", update);
    endings::routes(routes);
    activity::routes(routes);
    picture::routes(routes);
}

#[derive(Template)]
#[template(path = "organizations/new.html")]
struct New {
    layout: Layout,
    links: Vec<AccountTab>,
    form: NewForm,
    prefix: String,
}

impl New {
    fn page(respond: &Responder, form: NewForm) -> Self {
        Self {
            layout: respond.layout("Create a New Organization"),
            links: account_links("/account/organizations"),
            form,
            prefix: respond.site().address("/"),
        }
    }
}

/// `GET /account/organizations/new`
async fn new(_by: May<CreateOrganization>, respond: Responder) -> Page {
    respond.render(&New::page(&respond, NewForm::fresh()))
}

/// `POST /account/organizations`
async fn create(by: May<CreateOrganization>, Form(mut form): Form<NewForm>, db: Db, respond: Responder) -> Page {
    let key = form.key().ok_or(PageError::Malformed("no key of a form"))?;
    let Some(new) = form.read(key) else {
        return respond.render_invalid(&New::page(&respond, form));
    };
    match db.write(&by, move |tx| super::create(tx, &new)).await? {
        Ok((slug, name)) => respond
            .redirect(format!("/{slug}/members"))
            .notice(format!("{name} is ready. Invite the people who belong to it.")),
        Err(CreateOrganizationError::Taken) => {
            form.slug.add_error(TAKEN);
            respond.render_invalid(&New::page(&respond, form))
        }
        Err(CreateOrganizationError::FormUsed) => {
            form.renew();
            form.slug
                .add_error("What this form made was deleted. Choose a URL that was never used, and send it again.");
            respond.render_invalid(&New::page(&respond, form))
        }
        Err(CreateOrganizationError::TooMany(rate_limited)) => Err(PageError::TooMany {
            seconds: rate_limited.seconds(by.now()),
            told: format!("You created too many organizations. Try again {}.", rate_limited.wait(by.now())),
        }),
    }
}

#[derive(Template)]
#[template(path = "organizations/settings.html")]
struct Edit {
    layout: Layout,
    organization_layout: OrganizationLayout,
    picture: PictureForm,
    action: String,
    /// The name and the URL, for those who may change them.
    form: Option<SettingsForm>,
    /// Who has changed it, in a sentence.
    conflict: Option<String>,
    prefix: String,
    /// Where the billing details are changed.
    billing: String,
    billed: Option<BillingFacts>,
    /// Where all of it is exported, for those who may.
    export: Option<String>,
    /// Where it is deleted, for those who may.
    deletion: Option<String>,
    /// What deleting means here.
    deleting: String,
}

/// Who can tell who pays, where somebody is registered.
type Billing = Option<web::Data<dyn TellsBilling>>;

impl Edit {
    async fn page<A: Action<Scope = OrganizationMember>>(
        by: &May<A>,
        form: SettingsForm,
        db: &Db,
        billing: Billing,
        respond: &Responder,
    ) -> Result<Self, PageError> {
        let billed = match billing.map(web::Data::into_inner) {
            None => None,
            Some(billing) => {
                let (billing, organization) = (Arc::clone(&billing), by.organization_id());
                db.read(by, move |read| billing.tell(read.connection(), organization)).await?
            }
        };
        let people = match by.member_count() {
            1 => "for you".to_owned(),
            people => format!("for all {people} people in it"),
        };
        let deleting = match DeletionMode::after(respond.site().restore_days) {
            DeletionMode::Erased => format!("It is erased at once {people}, and cannot be restored."),
            DeletionMode::Hidden { days } => format!(
                "It disappears at once {people}. For {} an owner can restore it in Account Settings; then it is erased.",
                count(days.into(), "day")
            ),
        };
        Ok(Self {
            layout: respond.layout("Settings"),
            organization_layout: OrganizationLayout::of(by, "Settings"),
            picture: PictureForm::of(by.picture(), by.link("settings/picture")),
            action: by.link("settings"),
            form: by.may(Permission::ManageSettings).then_some(form),
            conflict: None,
            prefix: respond.site().address("/"),
            billing: by.link("settings/billing"),
            billed,
            export: by.may(Permission::Export).then(|| by.link("settings/export")),
            deletion: by.may(Permission::DeleteOrganization).then(|| by.link("deletion")),
            deleting,
        })
    }
}

/// `GET /{organization}/settings`
async fn edit(by: May<SeeSettings>, db: Db, billing: Billing, respond: Responder) -> Page {
    let form = SettingsForm::of(&settings(&by));
    respond.render(&Edit::page(&by, form, &db, billing, &respond).await?)
}

/// `POST /{organization}/settings`
async fn update(
    by: May<ManageSettings>,
    Form(mut form): Form<SettingsForm>,
    db: Db,
    billing: Billing,
    respond: Responder,
) -> Page {
    let version = form.version().ok_or(PageError::Malformed("no version of the settings"))?;
    let Some(wished) = form.read(by.slug(), version) else {
        return respond.render_invalid(&Edit::page(&by, form, &db, billing, &respond).await?);
    };
    match db.write(&by, move |tx| super::change_settings(tx, &wished)).await? {
        Ok(settings) => respond.redirect(format!("/{}/settings", settings.slug)).notice("The settings are saved."),
        Err(SettingsRefusal::Taken) => {
            form.slug.add_error(TAKEN);
            respond.render_invalid(&Edit::page(&by, form, &db, billing, &respond).await?)
        }
        Err(SettingsRefusal::TooMany(rate_limited)) => {
            form.slug.add_error(format!("The URL was changed too often. Try again {}.", rate_limited.wait(by.now())));
            respond.render_invalid(&Edit::page(&by, form, &db, billing, &respond).await?)
        }
        Err(SettingsRefusal::ChangedMeanwhile { stands, last }) => {
            form.conflict(&stands);
            let told = LastChange::told(last.as_ref(), SettingsPart::Settings, by.clock());
            let mut page = Edit::page(&by, form, &db, billing, &respond).await?;
            page.conflict = Some(format!(
                "{told} Your changes were not saved. They are below, with the current value under each field that differs. Press Save again to replace it."
            ));
            respond.render_with_status(StatusCode::CONFLICT, &page)
        }
    }
}
