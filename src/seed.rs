//! A lived-in demonstration: four months of an imaginary neighbourhood, played through with the very
//! domain functions the pages use, so that its history, its letters and its numbers are what they would be.
//!
//! The clock of the database is set back for each step ([`Db::set_clock`]); [`story`] tells the steps.

mod drawing;
mod story;

use std::collections::HashMap;
use std::fmt::Debug;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use crate::accounts::password::Hasher;
use crate::accounts::picture::change_picture;
use crate::accounts::profile::{Profile, change_display_name};
use crate::accounts::{self, session};
use crate::app;
use crate::authority::{Action, May, Role};
use crate::billing;
use crate::db::{Change, Db, DbError, Lockable, Verdict, WriteTx};
use crate::ids::{FormKey, InvitationId};
use crate::invitations::{self, Invitee, acceptance, rules::Recipient};
use crate::mail::transports::{DeliveryError, Folder, OutgoingEmail, Transport};
use crate::mail::worker::{PATIENCE, Worker};
use crate::members::{self, OrganizationMember};
use crate::organizations::{self, DeletionMode, NewOrganization};
use crate::pictures::rules::Image;
use crate::projects::{self, rules::ProjectDetails};
use crate::reviews;
use crate::text::{EmailAddress, FieldError, PersonName, Secret, Slug, Title, Username};
use crate::web::{PageError, Site};
use drawing::Drawing;
use story::{Bill, STORY, Step};

/// Everybody's password in the demonstration.
pub const PASSWORD: &str = "correct horse battery staple";

/// Why there is no demonstration.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// Somebody lives here.
    #[error("this database is not empty: a demonstration is only put into an empty one")]
    NotEmpty,
    /// The machine could not do its part.
    #[error(transparent)]
    DbError(#[from] DbError),
    /// The house refused a step of the story: the story and the rules have come apart.
    #[error("the story cannot be told: {0}")]
    Refused(String),
}

impl From<PageError> for SeedError {
    fn from(error: PageError) -> Self {
        Self::Refused(error.to_string())
    }
}

/// Fills an empty database. `mail` is the folder of emails. Answers who can sign in, with a word on
/// each.
pub async fn fill(
    db: Db,
    site: Site,
    hasher: Hasher,
    mail: PathBuf,
) -> Result<Vec<(&'static str, &'static str)>, SeedError> {
    let stage = Stage::new(db, site, hasher, mail);
    if accounts::is_anybody_here(&stage.db).await? {
        return Err(SeedError::NotEmpty);
    }
    let mut invitations = HashMap::new();
    let mut earlier = f64::INFINITY;
    for (days_ago, step) in STORY {
        debug_assert!(*days_ago <= earlier, "the story goes back in time at {step:?}");
        earlier = *days_ago;
        #[expect(clippy::cast_possible_truncation, reason = "a few million seconds")]
        stage.db.set_clock(TimeDelta::seconds((-days_ago * 86_400.0) as i64));
        stage.plays(step, &mut invitations).await?;
        while stage.worker.deliver_due().await? > 0 {}
    }
    stage.db.set_clock(TimeDelta::zero());
    Ok(story::PEOPLE.to_vec())
}

/// Where the story is played.
struct Stage {
    db: Db,
    site: Site,
    hasher: Hasher,
    worker: Worker,
    dependents: members::MembershipDependents,
}

/// The invitations of the story, by the URL of the organization and the address.
type Invitations = HashMap<(&'static str, String), InvitationId>;

impl Stage {
    fn new(db: Db, site: Site, hasher: Hasher, mail: PathBuf) -> Self {
        let worker = Worker {
            db: db.clone(),
            site: site.clone(),
            emails: app::emails(),
            carrier: Arc::new(Postman(Folder(mail))),
            patience: PATIENCE,
        };
        Self { db, site, hasher, worker, dependents: app::membership_dependents() }
    }

    async fn plays(&self, step: &'static Step, invitations: &mut Invitations) -> Result<(), SeedError> {
        let dependents = self.dependents.clone();
        match step {
            Step::Arrives(who) => {
                let email = address(who)?;
                accounts::seed(&self.db, &self.hasher, &username(who)?, &email, PASSWORD).await?;
            }
            Step::IsCalled { who, name } => {
                let (username, display_name) = (username(who)?, Some(parsed(PersonName::parse(name))?));
                let wished = Profile { display_name, username: username.clone(), version: 1 };
                let by =
                    self.db.without_authorization(move |connection| session::for_seed(connection, &username)).await?;
                let by = by.ok_or_else(|| SeedError::Refused(format!("{who} has not arrived")))?;
                self.does(&by, move |tx| change_display_name(tx, &wished)).await?;
            }
            Step::Uploads { who, what } => {
                let (username, image) = (username(who)?, drawn(*what)?);
                let by =
                    self.db.without_authorization(move |connection| session::for_seed(connection, &username)).await?;
                let by = by.ok_or_else(|| SeedError::Refused(format!("{who} has not arrived")))?;
                self.does(&by, move |tx| change_picture(tx, &image)).await?;
            }
            Step::Decorates { who, at, with } => {
                let (by, image) = (self.within(who, at).await?, drawn(*with)?);
                self.does(&by, move |tx| organizations::change_picture(tx, &image)).await?;
            }
            Step::Founds { who, name, slug } => {
                let founding = NewOrganization { name: title(name)?, slug: slug_of(slug)?, form_key: FormKey::fresh() };
                let username = username(who)?;
                let by =
                    self.db.without_authorization(move |connection| session::for_seed(connection, &username)).await?;
                let by = by.ok_or_else(|| SeedError::Refused(format!("{who} has not arrived")))?;
                self.does(&by, move |tx| organizations::create(tx, &founding)).await?;
            }
            Step::Invites { who, to, email, role } => {
                let email = if email.contains('@') { (*email).to_owned() } else { address(email)?.to_string() };
                let invitee = Recipient { email: parsed(EmailAddress::parse(&email))?, role: *role };
                let terms = invitations::Terms {
                    form: FormKey::fresh(),
                    days: self.site.invitation_days.usual,
                    last_day: None,
                };
                let by = self.within(who, to).await?;
                let sent = self.does(&by, move |tx| invitations::invite(tx, &invitee, &terms)).await?;
                invitations.insert((to, email), sent.id);
            }
            Step::Accepts { who, to } => {
                let by = self.invited(who, to, invitations).await?;
                self.does(&by, acceptance::accept).await?;
            }
            Step::Declines { who, to } => {
                let by = self.invited(who, to, invitations).await?;
                self.does(&by, acceptance::decline).await?;
            }
            Step::Cancels { who, to, email } => {
                let id = *invitations
                    .get(&(*to, (*email).to_owned()))
                    .ok_or_else(|| SeedError::Refused(format!("{step:?}")))?;
                let by = self.within(who, to).await?;
                self.does(&by, move |tx| invitations::cancel(tx, id)).await?;
            }
            Step::Promotes { who, at, whom } => {
                let (by, whom) = (self.within(who, at).await?, username(whom)?);
                self.does(&by, move |tx| members::change_role(tx, &dependents, &whom, Role::Owner, true)).await?;
            }
            Step::Removes { who, from, whom } => {
                let (by, whom) = (self.within(who, from).await?, username(whom)?);
                self.does(&by, move |tx| members::remove(tx, &dependents, &whom)).await?;
            }
            Step::Suspends { who, at, whom } => {
                let (by, whom) = (self.within(who, at).await?, username(whom)?);
                self.does(&by, move |tx| members::suspension::suspend(tx, &dependents, &whom)).await?;
            }
            Step::Reviews { who, at, keeps, gives, finishes } => {
                let owner: May<reviews::ReviewAccess> = self.within(who, at).await?;
                let review = self.does(&owner, reviews::begin).await?;
                let by: May<members::ManageMembers> = self.within(who, at).await?;
                let kept = keeps.iter().map(|whom| username(whom)).collect::<Result<Vec<_>, _>>()?;
                self.does(&by, move |tx| reviews::keep(tx, review, &kept)).await?;
                for (whom, role) in *gives {
                    let (whom, role, dependents) = (username(whom)?, *role, dependents.clone());
                    self.does(&by, move |tx| reviews::change_role(tx, &dependents, review, &whom, role, true)).await?;
                }
                if *finishes {
                    self.does(&owner, move |tx| reviews::finish(tx, review)).await?;
                }
            }
            Step::Leaves { who, from } => {
                let by = self.within(who, from).await?;
                self.does(&by, move |tx| members::leave(tx, &dependents)).await?;
            }
            Step::HandsOver { who, what, to } => {
                let (by, to) = (self.within(who, what).await?, username(to)?);
                self.does(&by, move |tx| members::hand_over(tx, &to)).await?;
            }
            Step::Creates { who, at, name, about, web, visibility } => {
                let details = ProjectDetails {
                    name: title(name)?,
                    description: parsed(projects::rules::Description::parse(about))?,
                    web_address: parsed(projects::rules::WebAddress::parse(web))?,
                    visibility: *visibility,
                };
                let by = self.within(who, at).await?;
                self.does(&by, move |tx| projects::create(tx, FormKey::fresh(), &details)).await?;
            }
            Step::Renames { who, what, name, slug } => {
                let by: May<organizations::ManageSettings> = self.within(who, what).await?;
                let wished = organizations::OrganizationSettings {
                    name: title(name)?,
                    slug: slug_of(slug)?,
                    version: by.version(),
                };
                self.does(&by, move |tx| organizations::change_settings(tx, &wished)).await?;
            }
            Step::Pays { who, at, bill } => {
                let by: May<billing::ManageBilling> = self.within(who, at).await?;
                let details = bill.details()?;
                let card = Bill::card(crate::authority::Scope::now(&*by))?;
                self.does(&by, move |tx| billing::save(tx, 0, &details, Some(&card))).await?;
            }
            Step::Deletes { who, what } => {
                let by = self.within(who, what).await?;
                let fate = DeletionMode::after(self.site.restore_days);
                self.does(&by, move |tx| organizations::delete(tx, fate)).await?;
            }
        }
        Ok(())
    }

    /// Somebody in an organization, if the policy lets them do the action.
    async fn within<A: Action<Scope = OrganizationMember>>(&self, who: &str, at: &str) -> Result<May<A>, SeedError> {
        let (username, slug) = (username(who)?, slug_of(at)?);
        let by =
            self.db.without_authorization(move |connection| members::for_seed(connection, &username, &slug)).await?;
        by.ok_or_else(|| SeedError::Refused(format!("{who} may not do this at {at}")))
    }

    /// Somebody at an invitation to their address.
    async fn invited<A: Action<Scope = Invitee>>(
        &self,
        who: &str,
        to: &'static str,
        invitations: &Invitations,
    ) -> Result<May<A>, SeedError> {
        let refused = || SeedError::Refused(format!("{who} is not invited to {to}"));
        let id = *invitations.get(&(to, address(who)?.to_string())).ok_or_else(refused)?;
        let username = username(who)?;
        let by =
            self.db.without_authorization(move |connection| invitations::for_seed(connection, &username, id)).await?;
        by.ok_or_else(refused)
    }

    /// Does an action of the story, which no rule may refuse.
    async fn does<A, T, R>(
        &self,
        by: &May<A>,
        verb: impl Fn(&mut WriteTx<A>) -> Verdict<Change<T>, R> + Send + 'static,
    ) -> Result<T, SeedError>
    where
        A: Action<Scope: Lockable>,
        T: Send + 'static,
        R: Debug + Send + 'static,
    {
        self.db.write(by, verb).await?.map_err(|refusal| SeedError::Refused(format!("{refusal:?}")))
    }
}

impl Bill {
    fn details(&self) -> Result<billing::BillingDetails, SeedError> {
        let line = |text| parsed(billing::AddressLine::parse_optional(text));
        Ok(billing::BillingDetails {
            cardholder: line(self.cardholder)?,
            address_line_1: line(self.address)?,
            address_line_2: line("")?,
            city: line(self.city)?,
            region: line("")?,
            postal_code: line(self.postal_code)?,
            country: parsed(billing::countries::Country::parse(self.country))?,
            contact_email: parsed(EmailAddress::parse(self.contact))?,
        })
    }

    /// A card that payment providers give away for trying: it charges nobody. It ends soon, so that the
    /// overview of an organization shows how that is shown.
    fn card(now: DateTime<Utc>) -> Result<billing::cards::Card, SeedError> {
        let secret = |text: &str| Secret::new(text.to_owned());
        let expires = now + TimeDelta::days(64);
        let expires = format!("{:02}/{:02}", expires.month(), expires.year() % 100);
        billing::cards::Card::read(&secret("4242 4242 4242 4242"), &expires, &secret("123"), now)
            .map_err(|errors| SeedError::Refused(format!("{errors:?}")))
    }
}

/// Takes the letters of the story: all but one, so that the demonstration shows what a letter that
/// could not be delivered looks like.
struct Postman(Folder);

/// Whose letters come back.
const NO_SUCH_MAILBOX: &str = "ghost@example.org";

impl Transport for Postman {
    fn carry<'a>(
        &'a self,
        message: &'a OutgoingEmail,
    ) -> Pin<Box<dyn Future<Output = Result<(), DeliveryError>> + Send + 'a>> {
        if message.to == NO_SUCH_MAILBOX {
            return Box::pin(std::future::ready(Err(DeliveryError::Refused("no such mailbox".to_owned()))));
        }
        self.0.carry(message)
    }
}

fn parsed<T>(judged: Result<T, FieldError>) -> Result<T, SeedError> {
    judged.map_err(|error| SeedError::Refused(error.into_owned()))
}

fn drawn(what: Drawing) -> Result<Image, SeedError> {
    let file = what.file().map_err(|error| SeedError::Refused(error.to_string()))?;
    Image::read(&file).map_err(|unfit| SeedError::Refused(unfit.told().to_owned()))
}

fn username(who: &str) -> Result<Username, SeedError> {
    parsed(Username::parse(who))
}

fn address(who: &str) -> Result<EmailAddress, SeedError> {
    parsed(EmailAddress::parse(&format!("{who}@example.org")))
}

fn title(name: &str) -> Result<Title, SeedError> {
    parsed(Title::parse(name))
}

fn slug_of(slug: &str) -> Result<Slug, SeedError> {
    parsed(Slug::parse(slug))
}
