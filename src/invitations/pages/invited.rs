//! What is shown to the person who was invited.

use actix_web::{FromRequest, web};
use askama::Template;

use super::super::acceptance::{
    self, AcceptInvitation, AcceptRefusal, DeclineInvitation, InvitationEnded, JoinWithAddress, OpenAccount, OpenLink,
    SeeInvitation, Welcome,
};
use super::super::forms::{JoinForm, NoFields};
use super::super::rules::LinkSource;
use super::super::scope::{Invitee, dead, keep_opened, mail_proof, opened};
use crate::accounts::addresses::MOST;
use crate::accounts::pages::{allowed, leave_for, log_beginning, new_session};
use crate::accounts::password::Hasher;
use crate::accounts::{OpenRefusal, SignOut};
use crate::audit_log::Proof;
use crate::authority::{May, Scope};
use crate::db::{Db, DbError};
use crate::ids::InvitationId;
use crate::signed_links::Purpose;
use crate::web::show::{Moment, Picture};
use crate::web::{Form, Layout, Page, PageError, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/invitations/{key}", show)
        .post("/invitations/{invitation}/acceptance", create_acceptance)
        .post("/invitations/{invitation}/refusal", create_refusal)
        .post("/invitations/{invitation}/address", create_address)
        .post("/invitations/{invitation}/departure", create_departure)
        .get("/invitations/{invitation}/account", new_account)
        .post("/invitations/{invitation}/account", create_account);
}

/// What is said of an invitation wherever it is shown.
struct Card {
    organization: String,
    organization_picture: Picture,
    inviter: String,
    /// As the inviter wishes to be called. The username is first: anybody may be called anything.
    inviter_called: Option<String>,
    inviter_picture: Picture,
    role: &'static str,
    email: String,
    expires: Moment,
    /// The last day of the membership, in words, if it ends.
    until: Option<String>,
}

impl Card {
    fn of(by: &Invitee) -> Self {
        Self {
            organization: by.name().to_string(),
            organization_picture: by.picture(),
            inviter: by.inviter_name().to_string(),
            inviter_called: by.inviter_called().map(ToString::to_string),
            inviter_picture: by.inviter_picture(),
            role: by.role().label(),
            email: by.email().to_string(),
            expires: by.clock().seen(by.expires_at(), by.now()),
            until: by.last_day().map(|day| format!("Until {}", by.clock().calendar(day.day()))),
        }
    }
}

/// To a visitor.
#[derive(Template)]
#[template(path = "invitations/show_to_visitor.html")]
struct ShowToVisitor {
    layout: Layout,
    card: Card,
    sign_in: String,
    create_account: String,
    /// Whether an account can be made here, without another confirmation.
    is_newcomer: bool,
    decline: String,
}

/// To a person. What they cannot do here is absent.
#[derive(Template)]
#[template(path = "invitations/show.html")]
struct Show {
    layout: Layout,
    card: Card,
    username: String,
    /// Whether the invited address is one of the account.
    is_addressed: bool,
    accept: Option<String>,
    join_with_address: Option<String>,
    sign_in_as_someone_else: Option<String>,
    decline: String,
}

fn here(id: InvitationId) -> String {
    format!("/invitations/{id}")
}

/// Signing in, and back to the invitation. An id needs no escaping in an address.
fn sign_in(id: InvitationId) -> String {
    format!("/sign-in?back={}", here(id))
}

/// The answer to the person who was too late: the one for every link that opens nothing.
async fn too_late(error: DbError, by: &Invitee, respond: &Responder) -> PageError {
    match error {
        DbError::NotFound => dead(respond.request(), Some(by.id())).await,
        error => error.into(),
    }
}

/// `GET /invitations/{key}`: a link out of an email, which is remembered and left behind; or the clean
/// page it leads to. Neither changes anything (INV-30).
async fn show(_by: May<OpenLink>, key: web::Path<String>, db: Db, respond: Responder) -> Page {
    if InvitationId::parse(&key).is_none() {
        return open_link(&key, &db, &respond).await;
    }
    let by = May::<SeeInvitation>::extract(respond.request()).await?;
    let (layout, card, id) = (respond.layout("You've been invited"), Card::of(&by), by.id());
    let rest = |what: &str| format!("{}/{what}", here(id));
    let is_newcomer = by.has_mailbox() || by.is_handed();
    let Some(me) = by.me() else {
        return respond.render(&ShowToVisitor {
            layout,
            card,
            sign_in: sign_in(id),
            create_account: if is_newcomer { rest("account") } else { "/create-account".to_owned() },
            is_newcomer,
            decline: rest("refusal"),
        });
    };
    let is_addressed = by.is_addressed();
    let accepts = is_addressed || by.is_handed();
    respond.render(&Show {
        layout,
        card,
        username: me.username().to_string(),
        accept: accepts.then(|| rest("acceptance")),
        is_addressed,
        join_with_address: (!is_addressed && by.has_mailbox()).then(|| rest("address")),
        sign_in_as_someone_else: (!is_addressed).then(|| rest("departure")),
        decline: rest("refusal"),
    })
}

/// The token is judged by its MAC alone, before anything is asked of the database (INV-08); what the
/// invitation is worth, the clean page tells.
async fn open_link(token: &str, db: &Db, respond: &Responder) -> Page {
    let read = respond.site().links.open(Purpose::Invitation, token);
    let Some((id, way)) = read.and_then(|(id, generation)| Some((id, LinkSource::of(generation)?))) else {
        return Err(dead(respond.request(), None).await);
    };
    let id = InvitationId::from(id);
    let mut links = opened(respond.session());
    links.keep(id, way.at_most(mail_proof(respond.site())), db.approximate_now());
    keep_opened(respond.session(), &links)?;
    respond.redirect(here(id)).without_notice()
}

/// Where accepting leads.
async fn welcomed(by: &Invitee, accepted: Result<Welcome, AcceptRefusal>, respond: &Responder) -> Page {
    let home = format!("/{}", by.slug());
    match accepted {
        Ok(Welcome::Joined) => respond.redirect(home).notice(format!("You joined {} as {}.", by.name(), by.role())),
        Ok(Welcome::Already) => respond.redirect(home).notice(format!("You belong to {} already.", by.name())),
        Err(AcceptRefusal::SignedOut) => Err(PageError::SignInFirst { back: here(by.id()) }),
        Err(AcceptRefusal::AnotherAddress) => respond
            .redirect(here(by.id()))
            .warning(format!("The invitation is for {}, which is no address of this account.", by.email())),
        Err(AcceptRefusal::AddressTaken) => respond
            .redirect(here(by.id()))
            .warning(format!("{} belongs to another account. Sign in with that one to accept.", by.email())),
        Err(AcceptRefusal::AddressesFull) => respond.redirect(here(by.id())).warning(format!(
            "Your account has {MOST} addresses already, counting those that wait for their link. Delete one in Account Settings first."
        )),
        Err(AcceptRefusal::Ended) => Err(dead(respond.request(), Some(by.id())).await),
    }
}

/// `POST /invitations/{invitation}/acceptance`
async fn create_acceptance(
    by: May<AcceptInvitation>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    respond: Responder,
) -> Page {
    let accepted = match db.write(&by, acceptance::accept).await {
        Ok(accepted) => accepted,
        Err(error) => return Err(too_late(error, &by, &respond).await),
    };
    welcomed(&by, accepted, &respond).await
}

/// `POST /invitations/{invitation}/address`
async fn create_address(
    by: May<JoinWithAddress>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    respond: Responder,
) -> Page {
    let accepted = match db.write(&by, acceptance::join_with_address).await {
        Ok(accepted) => accepted,
        Err(error) => return Err(too_late(error, &by, &respond).await),
    };
    welcomed(&by, accepted, &respond).await
}

/// `POST /invitations/{invitation}/refusal`
async fn create_refusal(
    by: May<DeclineInvitation>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    respond: Responder,
) -> Page {
    let declined = match db.write(&by, acceptance::decline).await {
        Ok(declined) => declined,
        Err(error) => return Err(too_late(error, &by, &respond).await),
    };
    match declined {
        Ok(()) => {
            let next = if by.me().is_some() { "/dashboard" } else { "/sign-in" };
            respond.redirect(next).notice(format!("You declined the invitation to {}.", by.name()))
        }
        Err(InvitationEnded) => Err(dead(respond.request(), Some(by.id())).await),
    }
}

/// `POST /invitations/{invitation}/departure`: signs out, and keeps the opened link for the person who signs in
/// next.
async fn create_departure(
    by: May<SignOut>,
    path: web::Path<String>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    respond: Responder,
) -> Page {
    let Some(id) = InvitationId::parse(&path) else { return Err(dead(respond.request(), None).await) };
    leave_for(&by, sign_in(id), &db, &respond).await
}

#[derive(Template)]
#[template(path = "invitations/account.html")]
struct NewAccount {
    layout: Layout,
    card: Card,
    form: JoinForm,
    /// Whether the link has proven the address.
    has_mailbox: bool,
    action: String,
    sign_in: String,
}

impl NewAccount {
    fn page(by: &Invitee, form: JoinForm, respond: &Responder) -> Self {
        Self {
            layout: respond.layout("Create an Account"),
            card: Card::of(by),
            form,
            has_mailbox: by.has_mailbox(),
            action: format!("{}/account", here(by.id())),
            sign_in: sign_in(by.id()),
        }
    }
}

/// `GET /invitations/{invitation}/account`
async fn new_account(by: May<OpenAccount>, respond: Responder) -> Page {
    if by.me().is_some() {
        return respond.redirect(here(by.id())).without_notice();
    }
    respond.render(&NewAccount::page(&by, JoinForm::default(), &respond))
}

/// `POST /invitations/{invitation}/account`
async fn create_account(
    by: May<OpenAccount>,
    Form(mut form): Form<JoinForm>,
    db: Db,
    hasher: web::Data<Hasher>,
    respond: Responder,
) -> Page {
    if by.me().is_some() {
        return respond.redirect(here(by.id())).without_notice();
    }
    let counted = allowed(&db, "new password", &respond.site().source(respond.request())).await?;
    let Some((username, password)) = form.read(by.email(), &hasher, &counted).await? else {
        return respond.render_invalid(&NewAccount::page(&by, form, &respond));
    };
    let password_hash = hasher.hash(password).await?;
    let session = new_session(&respond, Proof::Password)?;
    let told = session.clone();
    let opening = db.write(&by, move |tx| acceptance::open_account(tx, &username, &password_hash, &session));
    let opened = match opening.await {
        Ok(opened) => opened,
        Err(error) => return Err(too_late(error, &by, &respond).await),
    };
    match opened {
        Ok(()) => {
            log_beginning(&respond, None, &told);
            respond.redirect(here(by.id())).notice("Your account is ready.")
        }
        Err(OpenRefusal::UsernameTaken) => {
            form.username.add_error("This username is taken.");
            respond.render_invalid(&NewAccount::page(&by, form, &respond))
        }
        Err(OpenRefusal::AddressKnown) => respond
            .redirect(sign_in(by.id()))
            .warning(format!("{} has an account already. Sign in to answer the invitation.", by.email())),
    }
}
