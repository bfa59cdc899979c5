//! What this Roster knows of itself: its address, its lifetimes, its keys.

use actix_web::HttpRequest;
use actix_web::web::Data;
use ipnet::IpNet;
use url::Url;
use uuid::Uuid;

use crate::authority::Source;
use crate::config::Lifetimes;
use crate::encryption::SecretBox;
use crate::signed_links::{LinkSigner, Purpose};
use crate::web::assets::Assets;
use crate::web::network;

/// What this Roster knows of itself; one for the whole process.
#[derive(Clone)]
pub struct Site {
    /// The public address, without a path. Links and origin checks use it, never the Host header.
    pub url: Url,
    /// The key behind the links in mail.
    pub links: LinkSigner,
    /// The keys behind what is kept sealed.
    pub secret_box: SecretBox,
    /// Style, scripts and icons.
    pub assets: Assets,
    /// How long a session lasts, in hours.
    pub session_hours: u32,
    /// How long invitations last, in days.
    pub invitation_days: Lifetimes,
    /// How long a deleted organization can be restored, in days.
    pub restore_days: u32,
    /// Networks whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether mail is kept and shown at `/dev/mail` instead of being sent.
    pub shows_mail: bool,
    /// Whether mail leaves this Roster at all. Where none does, no mailbox can be proven by a letter.
    pub sends_mail: bool,
    /// What opens `/metrics` where the public address is not this machine's own.
    pub metrics_token: Option<String>,
}

impl Site {
    /// The site a request came to.
    ///
    /// # Panics
    /// When the application was put together without one, which every test would notice.
    #[expect(clippy::expect_used, reason = "put in by `app`, for every request alike")]
    pub fn of(request: &HttpRequest) -> &Self {
        request.app_data::<Data<Self>>().expect("the site is part of every application")
    }

    /// Whether browsers reach it by https.
    pub fn is_secure(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The origin as browsers write it: scheme, host, and port where it is not the scheme's own.
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// The public address of a path that begins with a slash.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    /// The link of an email: where it leads, and the token for the row.
    pub fn link(&self, purpose: Purpose, id: Uuid, generation: u16) -> String {
        let kind = match purpose {
            Purpose::Confirmation => "confirmations",
            Purpose::PasswordReset => "reset-password",
            Purpose::Invitation => "invitations",
            Purpose::NewInvitation => "invitations/requests",
            Purpose::Restoration => "restorations",
            Purpose::AddressClaim => "address-claims",
        };
        self.address(&format!("/{kind}/{}", self.links.token(purpose, id, generation)))
    }

    /// Where a request came from (ACC-19): see [`network::origin`].
    pub fn source(&self, request: &HttpRequest) -> Source {
        let Some(peer) = request.peer_addr().map(|peer| peer.ip()) else { return Source::default() };
        let forwarded = request.headers().get_all("x-forwarded-for");
        // Not a line is passed over, be it readable or not: a stranger's would come to stand for it.
        let lines: Vec<_> = forwarded.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        let hops: Vec<&str> = lines.iter().flat_map(|line| line.split(',')).collect();
        Source::of(network::origin(peer, hops.into_iter(), &self.trusted_proxies))
    }
}
