//! Who is signed in.
//!
//! The cookie carries a random token, encrypted. It proves nothing by itself: each request finds the
//! session's row by the token's hash, so ending the row ends the session, wherever the cookie is
//! copied to (ACC-13).

use actix_session::{Session, SessionExt};
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::pg::PgConnection;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::password::Hasher;
use super::store;
pub use super::store::SessionRow;
use crate::authority::{Action, Actor, May, Scope, Source};
use crate::db::throttle::{Quota, consume, refund};
use crate::db::{Db, DbError, Lockable};
use crate::ids::{AccountId, PictureId, SessionId};
use crate::text::{PersonName, Secret, Username};
use crate::web::admission::database;
use crate::web::clock::Clock;
use crate::web::error::Reauthentication;
use crate::web::form::{FormData, PASSWORD_AGAIN};
use crate::web::log::reference;
use crate::web::responder::{Person, local_path};
use crate::web::{Authenticate, Field, PageError, Site};

/// The key of the token in the session's cookie.
const TOKEN: &str = "token";

/// The key of what was begun by a password in the session's cookie.
const BEGUN: &str = "begun";

/// How long a password given is enough for what is sensitive.
const FRESH: TimeDelta = TimeDelta::minutes(30);

/// Passwords that may be given again in a quarter of an hour.
const PASSWORDS_AGAIN: Quota = Quota::within_minutes(10, 15);

/// The person who is signed in.
#[derive(Debug)]
pub struct CurrentAccount {
    account: AccountId,
    username: Username,
    session: Option<SessionId>,
    source: Source,
    clock: Clock,
    picture: Option<PictureId>,
    /// When the password was last given in the session; none for seeds and the command line.
    password_given_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
}

impl CurrentAccount {
    /// Who.
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// By which name.
    pub const fn username(&self) -> &Username {
        &self.username
    }

    /// In which browser; none for seeds and the command line.
    pub const fn session(&self) -> Option<SessionId> {
        self.session
    }

    /// From which network address.
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// How they read dates and times.
    pub const fn clock(&self) -> Clock {
        self.clock
    }

    /// Where the picture they uploaded is.
    pub const fn picture(&self) -> Option<PictureId> {
        self.picture
    }

    /// Whether the password was given recently enough for what is sensitive.
    pub fn has_recent_password(&self) -> bool {
        self.password_given_at.is_none_or(|at| self.now - at <= FRESH)
    }

    /// Whether the password was given with this very request.
    pub fn gave_password_now(&self) -> bool {
        self.password_given_at == Some(self.now)
    }

    /// Stops what is sensitive by what it is about, and not by its address: the form waits, as it was filled.
    pub fn require_recent_password(&self) -> Result<(), DbError> {
        if self.has_recent_password() { Ok(()) } else { Err(DbError::ReauthenticationRequired) }
    }

    /// The same person at a later moment.
    pub(crate) fn at(&self, now: DateTime<Utc>) -> Self {
        Self {
            account: self.account,
            username: self.username.clone(),
            session: self.session,
            source: self.source.clone(),
            clock: self.clock,
            picture: self.picture,
            password_given_at: self.password_given_at,
            now,
        }
    }
}

impl Scope for CurrentAccount {
    type Need = ();

    fn actor(&self) -> Actor {
        Actor::person(self.account, &self.username, &self.source)
    }

    fn now(&self) -> DateTime<Utc> {
        self.now
    }
}

impl Authenticate for CurrentAccount {
    async fn authenticate(request: HttpRequest, (): (), requires_recent_password: bool) -> Result<Self, PageError> {
        let Some(hash) = token_hash(&request.get_session()) else { return Err(sign_in_first(&request)) };
        let session_row =
            database(&request).without_authorization(move |connection| store::find_session(connection, &hash)).await?;
        finish_authentication(&request, session_row, requires_recent_password).await
    }
}

impl Lockable for CurrentAccount {
    /// Locks the account's row.
    fn lock_and_reload(&self, (): (), connection: &mut PgConnection) -> Result<Self, DbError> {
        store::lock(connection, self.account, self.session)?.map(|now| self.at(now)).ok_or(DbError::SignedOut)
    }
}

/// A person who comes, signed in or not.
#[derive(Debug)]
pub struct OptionalAccount {
    me: Option<CurrentAccount>,
    source: Source,
    now: DateTime<Utc>,
}

impl OptionalAccount {
    /// The person, if one is signed in.
    pub const fn me(&self) -> Option<&CurrentAccount> {
        self.me.as_ref()
    }

    /// How the person who asks reads dates and times.
    pub fn clock(&self) -> Clock {
        self.me.as_ref().map(CurrentAccount::clock).unwrap_or_default()
    }
}

impl Scope for OptionalAccount {
    type Need = ();

    fn actor(&self) -> Actor {
        match &self.me {
            Some(me) => me.actor(),
            None => Actor::unknown(&self.source),
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.now
    }
}

impl Authenticate for OptionalAccount {
    async fn authenticate(request: HttpRequest, (): (), _: bool) -> Result<Self, PageError> {
        let me = current_account(&request, false).await?;
        let now = me.as_ref().map_or_else(|| database(&request).approximate_now(), |me| me.now);
        Ok(Self { me, source: Site::of(&request).source(&request), now })
    }
}

impl Lockable for OptionalAccount {
    fn lock_and_reload(&self, need: (), connection: &mut PgConnection) -> Result<Self, DbError> {
        let me = self.me.as_ref().map(|me| me.lock_and_reload(need, connection)).transpose()?;
        let now = match &me {
            Some(me) => me.now,
            None => crate::db::now(connection)?,
        };
        Ok(Self { me, source: self.source.clone(), now })
    }
}

/// The person behind a request, if one is signed in: for scopes that admit visitors, too.
pub async fn current_account(
    request: &HttpRequest,
    requires_recent_password: bool,
) -> Result<Option<CurrentAccount>, PageError> {
    let Some(hash) = token_hash(&request.get_session()) else { return Ok(None) };
    match database(request).without_authorization(move |connection| store::find_session(connection, &hash)).await? {
        None => Ok(None),
        session_row => finish_authentication(request, session_row, requires_recent_password).await.map(Some),
    }
}

/// The hash by which the row of a cookie's session is found.
pub fn token_hash(session: &Session) -> Option<Vec<u8>> {
    let token: String = session.get(TOKEN).ok()??;
    Some(Sha256::digest(token.as_bytes()).to_vec())
}

/// A new token, put into the cookie: by which a session's row is found. The cookie's old
/// contents stay (a link that was opened before signing in), its old token is gone.
pub(super) fn new_token(session: &Session) -> Result<Vec<u8>, PageError> {
    let token = Token::fresh()?;
    token.put_into(session)?;
    Ok(token.hash())
}

/// A token that no session has yet.
pub(super) struct Token(Zeroizing<String>);

impl Token {
    /// One that nobody can guess.
    pub(super) fn fresh() -> Result<Self, PageError> {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|error| PageError::Internal(error.to_string()))?;
        Ok(Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice()))))
    }

    /// By which the row of its session is found.
    pub(super) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }

    /// Puts it into the cookie, in place of the one that was there.
    pub(super) fn put_into(&self, session: &Session) -> Result<(), PageError> {
        session.renew();
        session.insert(TOKEN, self.0.as_str()).map_err(|error| PageError::Internal(error.to_string()))
    }
}

/// What a cookie carries while a code is owed: the token of what was begun, which opens nothing else,
/// and where the person wanted to go.
#[derive(Serialize, Deserialize)]
pub(super) struct PendingSignIn {
    token: String,
    pub back: String,
}

impl PendingSignIn {
    /// The hash by which its row is found.
    pub fn token_hash(&self) -> Vec<u8> {
        Sha256::digest(self.token.as_bytes()).to_vec()
    }
}

/// Turns the new token in the cookie into one of what was begun: nobody is signed in by it.
pub(super) fn require_second_factor(session: &Session, back: String) -> Result<(), PageError> {
    let broken = |error: &dyn std::fmt::Display| PageError::Internal(error.to_string());
    let token: Option<String> = session.get(TOKEN).map_err(|error| broken(&error))?;
    session.remove(TOKEN);
    session.insert(BEGUN, PendingSignIn { token: token.unwrap_or_default(), back }).map_err(|error| broken(&error))
}

/// What was begun in this browser, if anything.
pub(super) fn pending_sign_in(session: &Session) -> Option<PendingSignIn> {
    session.get(BEGUN).ok()?
}

/// Takes what was begun out of the cookie, once it has ended.
pub(super) fn forget_pending_sign_in(session: &Session) {
    session.remove(BEGUN);
}

/// Takes the token out of the cookie, once its session has ended. What else the cookie carries stays (a
/// link that was opened), so that someone else can sign in and go on with it.
pub fn forget_token(session: &Session) {
    session.renew();
    session.remove(TOKEN);
}

/// What a signed-out visitor is shown: sign in, and come back to the page they wanted.
pub fn sign_in_first(request: &HttpRequest) -> PageError {
    let back = match request.method().as_str() {
        "GET" | "HEAD" => request.uri().path_and_query().and_then(|path| local_path(path.as_str())),
        _ => None,
    };
    PageError::SignInFirst { back: back.unwrap_or_default() }
}

/// Completes the admission of a person whose session was found: the top-right menu knows them, the
/// session is marked as used, and for what is sensitive the password is asked for again.
pub async fn finish_authentication(
    request: &HttpRequest,
    session_row: Option<SessionRow>,
    requires_recent_password: bool,
) -> Result<CurrentAccount, PageError> {
    let Some(session_row) = session_row else { return Err(sign_in_first(request)) };
    let SessionRow {
        account_id: account,
        session_id: session,
        last_seen_at,
        password_given_at,
        picture_id: picture,
        now,
        ..
    } = session_row;
    let clock = Clock::stored(&session_row.time_zone, &session_row.time_format);
    let username = Username::stored(session_row.username);
    let display_name = session_row.display_name.map(PersonName::stored);
    request.extensions_mut().insert(Person::of(&username, display_name.as_ref(), picture));
    let db = database(request);
    if now - last_seen_at > TimeDelta::minutes(1) {
        db.without_authorization(move |connection| store::touch(connection, session)).await?;
    }
    let source = Site::of(request).source(request);
    let password_given_at = Some(password_given_at);
    let mut me =
        CurrentAccount { account, username, session: Some(session), source, clock, picture, password_given_at, now };
    if !me.has_recent_password() {
        // A form that waited for the password brings it along, whether or not its address is always sensitive.
        let fields = FormData::of(request);
        match fields.get(PASSWORD_AGAIN) {
            Some(typed) => {
                let typed = Secret::new(typed.to_owned());
                if let Some(error) = given_again(request, &db, &me, typed).await? {
                    let password = Field { text: String::new(), error: Some(error) };
                    return Err(PageError::Reauthenticate(Reauthentication {
                        action: request.uri().to_string(),
                        fields,
                        password,
                    }));
                }
                me.password_given_at = Some(now);
            }
            None if requires_recent_password => return Err(PageError::ReauthenticationRequired),
            None => {}
        }
    }
    Ok(me)
}

/// Compares the password that was given again. If it is right, the session goes on under another token
/// (ACC-14), and notes when it was given. Answers what is wrong with it.
pub(super) async fn given_again(
    request: &HttpRequest,
    db: &Db,
    me: &CurrentAccount,
    typed: Secret,
) -> Result<Option<String>, PageError> {
    if let Some(error) = compared(request, db, me, typed).await? {
        return Ok(Some(error));
    }
    // The row first: a cookie whose token no row knows would sign the person out.
    let (token, session) = (Token::fresh()?, me.session);
    let hash = token.hash();
    db.without_authorization(move |connection| store::credentials::renew_token(connection, session, &hash)).await?;
    token.put_into(&request.get_session())?;
    tracing::info!(reference = reference(request), source = %me.source, "password given again");
    Ok(None)
}

/// Compares a password with that of the person who is signed in, so often and no oftener. Answers what is wrong
/// with it.
pub(super) async fn compared(
    request: &HttpRequest,
    db: &Db,
    me: &CurrentAccount,
    typed: Secret,
) -> Result<Option<String>, PageError> {
    let (account, now) = (me.account, me.now);
    let whose = account.to_string();
    let allowed = db
        .without_authorization({
            let whose = whose.clone();
            move |connection| consume(connection, &["password again", &whose], PASSWORDS_AGAIN)
        })
        .await?;
    if let Err(rate_limited) = allowed {
        return Err(PageError::TooMany {
            seconds: rate_limited.seconds(now),
            told: format!("The password was given too often. Try again {}.", rate_limited.wait(now)),
        });
    }
    let hash = db.without_authorization(move |connection| store::password_hash(connection, account)).await?;
    let hasher = request.app_data::<Data<Hasher>>().ok_or_else(|| PageError::Internal("no hasher".to_owned()))?;
    if !hasher.verify(typed, hash).await? {
        tracing::info!(reference = reference(request), source = %me.source, "password again refused");
        return Ok(Some("This is not your password.".to_owned()));
    }
    db.without_authorization(move |connection| refund(connection, &["password again", &whose], PASSWORDS_AGAIN))
        .await?;
    Ok(None)
}

/// A person by name, for seeds and the operator's commands: the same checks as for a request, and
/// nothing more is allowed.
pub fn for_seed<A: Action<Scope = CurrentAccount>>(
    connection: &mut PgConnection,
    username: &Username,
) -> Result<Option<May<A>>, DbError> {
    Ok(person(connection, username)?.map(May::granted))
}

/// The scope behind [`for_seed`], for scopes that build on it.
pub(crate) fn person(connection: &mut PgConnection, username: &Username) -> Result<Option<CurrentAccount>, DbError> {
    let found = store::find_by_username(connection, username)?;
    Ok(found.map(|(account, now)| CurrentAccount {
        account,
        username: username.clone(),
        session: None,
        source: Source::default(),
        clock: Clock::default(),
        picture: None,
        password_given_at: None,
        now,
    }))
}
