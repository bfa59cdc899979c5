//! The cookie that carries the session, and the keys it is encrypted under.
//!
//! The newest key encrypts; the ones before it still open, so that changing the key signs nobody out.
//! What reads the session knows one key only. So a cookie that opens under an older key is put into the
//! request again under the newest before the session is read ([`reencrypted`]), and the answer sets it
//! again ([`renewed`]): after one visit the older key is no longer needed.

use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_session::storage::CookieSessionStore;
use actix_session::{SessionExt, SessionMiddleware};
use actix_web::body::MessageBody;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, CookieJar, Key, SameSite};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};

use crate::web::Site;

/// The cookie that carries the session: encrypted, for this host alone, and by https alone where there
/// is https. On plain http the `__Host-` prefix cannot be used, so the name says what it is.
#[derive(Clone)]
pub struct SessionCookie {
    name: &'static str,
    is_secure: bool,
    hours: i64,
    newest: Key,
    older: Vec<Key>,
}

/// That the cookie of this request came under an older key.
struct Older;

impl SessionCookie {
    /// The cookie of a site, with its keys, the newest first.
    pub fn new(site: &Site, keys: &[Key]) -> Self {
        let is_secure = site.is_secure();
        // Settings hold one key at least; without any, nobody could stay signed in.
        let (newest, older) =
            keys.split_first().map_or_else(|| (Key::generate(), [].as_slice()), |(a, b)| (a.clone(), b));
        Self {
            name: if is_secure { "__Host-roster" } else { "roster-insecure" },
            is_secure,
            hours: site.session_hours.into(),
            newest,
            older: older.to_vec(),
        }
    }

    /// What reads the session from it and writes it back.
    pub fn session(&self) -> SessionMiddleware<CookieSessionStore> {
        SessionMiddleware::builder(CookieSessionStore::default(), self.newest.clone())
            .cookie_name(self.name.to_owned())
            .cookie_secure(self.is_secure)
            .cookie_http_only(true)
            .cookie_same_site(SameSite::Lax)
            .cookie_path("/".to_owned())
            .cookie_content_security(CookieContentSecurity::Private)
            .session_lifecycle(PersistentSession::default().session_ttl(Duration::hours(self.hours)))
            .build()
    }

    /// Puts the cookie under the newest key, if it came under an older one. Answers whether it did.
    fn reencrypt(&self, headers: &mut HeaderMap) -> bool {
        let mut found = false;
        let lines: Vec<HeaderValue> = headers
            .get_all(COOKIE)
            .map(|line| {
                let Ok(text) = line.to_str() else { return line.clone() };
                let parts: Vec<String> = text
                    .split(';')
                    .map(|part| {
                        self.under_newest(part.trim())
                            .inspect(|_| found = true)
                            .unwrap_or_else(|| part.trim().to_owned())
                    })
                    .collect();
                HeaderValue::from_str(&parts.join("; ")).unwrap_or_else(|_| line.clone())
            })
            .collect();
        if found {
            headers.remove(COOKIE);
            for line in lines {
                headers.append(COOKIE, line);
            }
        }
        found
    }

    /// A cookie as it is sent, under the newest key; none if it is another, or needs no older key.
    fn under_newest(&self, sent: &str) -> Option<String> {
        let cookie = Cookie::parse_encoded(sent).ok().filter(|cookie| cookie.name() == self.name)?.into_owned();
        let mut jar = CookieJar::new();
        jar.add_original(cookie);
        if jar.private(&self.newest).get(self.name).is_some() {
            return None;
        }
        let opened = self.older.iter().find_map(|key| jar.private(key).get(self.name))?;
        let mut jar = CookieJar::new();
        jar.private_mut(&self.newest).add(Cookie::new(self.name, opened.value().to_owned()));
        jar.get(self.name).map(|cookie| cookie.stripped().encoded().to_string())
    }
}

/// Puts the session's cookie under the newest key before anything reads it.
pub async fn reencrypted(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let cookie = request.app_data::<Data<SessionCookie>>().filter(|cookie| !cookie.older.is_empty()).cloned();
    if cookie.is_some_and(|cookie| cookie.reencrypt(request.headers_mut())) {
        request.extensions_mut().insert(Older);
    }
    next.call(request).await
}

/// Sets the cookie again with the answer, if it came under an older key: the browser keeps the new one.
pub async fn renewed(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.extensions().get::<Older>().is_some() {
        request.get_session().renew();
    }
    next.call(request).await
}
