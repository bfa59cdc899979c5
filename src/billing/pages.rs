//! What is shown about who pays.

use actix_web::http::StatusCode;
use askama::Template;

use super::cards::Card;
use super::countries::Country;
use super::forms::BillingForm;
use super::{ManageBilling, SaveRefusal, store};
use crate::authority::{May, OrganizationScope, Scope};
use crate::db::{Db, Queries};
use crate::members::changed::{LastChange, SettingsPart};
use crate::members::pages::OrganizationLayout;
use crate::web::{Form, Layout, Page, PageError, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/{organization}/settings/billing", edit).post("/{organization}/settings/billing", update);
}

#[derive(Template)]
#[template(path = "billing/edit.html")]
struct Edit {
    layout: Layout,
    organization_layout: OrganizationLayout,
    form: BillingForm,
    errors: Vec<(&'static str, String)>,
    countries: Vec<Choice>,
    /// What leaving the card's lines empty means.
    card_hint: String,
    /// Who has saved, in a sentence.
    conflict: Option<String>,
    action: String,
    back: String,
}

/// One of several to choose from.
struct Choice {
    value: &'static str,
    label: &'static str,
}

impl Edit {
    fn page(by: &May<ManageBilling>, form: BillingForm, card: Option<&Card>, respond: &Responder) -> Self {
        let countries = Country::all().iter().map(|one| Choice { value: one.code(), label: one.name() });
        Self {
            layout: respond.layout("Billing details"),
            organization_layout: OrganizationLayout::of(by, "Settings"),
            errors: form.errors(),
            form,
            countries: countries.collect(),
            card_hint: match card {
                Some(Card { brand, last_four, expiry }) => {
                    format!(
                        "Leave these lines empty to keep the {brand} card ending in {last_four}, valid to {expiry}."
                    )
                }
                None => "No card is kept yet. Leave these lines empty to go on without one.".to_owned(),
            },
            conflict: None,
            action: by.link("settings/billing"),
            back: by.link("settings"),
        }
    }

    /// The form with its errors, beside the card that is kept.
    async fn again(
        by: &May<ManageBilling>,
        form: BillingForm,
        db: &Db,
        respond: &Responder,
    ) -> Result<Self, PageError> {
        let organization = by.organization_id();
        let kept = db.read(by, move |read| store::find(read.connection(), organization)).await?;
        Ok(Self::page(by, form, kept.and_then(|kept| kept.card).as_ref(), respond))
    }
}

/// `GET /{organization}/settings/billing`
async fn edit(by: May<ManageBilling>, db: Db, respond: Responder) -> Page {
    let organization = by.organization_id();
    let kept = db.read(&by, move |read| store::find(read.connection(), organization)).await?;
    let card = kept.as_ref().and_then(|kept| kept.card.as_ref());
    respond.render(&Edit::page(&by, BillingForm::of(kept.as_ref()), card, &respond))
}

/// `POST /{organization}/settings/billing`
async fn update(by: May<ManageBilling>, Form(mut form): Form<BillingForm>, db: Db, respond: Responder) -> Page {
    let version = form.version()?;
    let Some((details, card)) = form.read(by.now()) else {
        return respond.render_invalid(&Edit::again(&by, form, &db, &respond).await?);
    };
    let has_card = card.is_some();
    match db.write(&by, move |tx| super::save(tx, version, &details, card.as_ref())).await? {
        Ok(()) => respond.redirect(by.link("settings")).notice("The billing details are saved."),
        Err(SaveRefusal::Stale { stands, last }) => {
            form.conflict(&stands, has_card);
            let told = LastChange::told(last.as_ref(), SettingsPart::Billing, by.clock());
            let conflict = Some(format!(
                "{told} Your changes were not saved. They are below, with the current value under each field that differs. Press Save again to replace it."
            ));
            let page = Edit { conflict, ..Edit::page(&by, form, stands.card.as_ref(), &respond) };
            respond.render_with_status(StatusCode::CONFLICT, &page)
        }
        Err(SaveRefusal::TooMany(rate_limited)) => Err(PageError::TooMany {
            seconds: rate_limited.seconds(by.now()),
            told: format!(
                "Too many cards were tried here. Nothing was saved; try again {}.",
                rate_limited.wait(by.now())
            ),
        }),
    }
}
