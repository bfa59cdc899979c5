//! The settings, read once at the start.
//!
//! Every setting is a flag and an environment variable. clap only collects the texts
//! ([`Settings`]); [`Config::read`] judges them all and tells every error together, because an
//! operator who mends one line at a time restarts once per line. An error names the variable, what it
//! holds and what it may hold; of a secret it tells at most the length.
//!
//! Two rules are about safety rather than form. Links in mail and cookies are only as safe as the
//! address they are made for, so `http://` is accepted for this machine itself and nowhere else. And
//! a key that others know protects nothing: there is no default key, and one that does not look like
//! chance is refused.

#[cfg(test)]
mod example;
mod reading;
mod secret_key;

use std::fs::{self, DirBuilder};
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use clap::Args;
use ipnet::IpNet;
use lettre::message::Mailbox;
use tracing_subscriber::EnvFilter;
use url::Url;
use zeroize::Zeroizing;

use self::reading::{BIND, DATABASE, FILTER, FOLDER, MAILBOX, NETWORKS, SMTP, TOKEN};
pub use self::reading::{ConfigErrors, Lifetimes};
use self::reading::{Reading, database_url, is_this_machine, networks, smtp_url, token};
pub use self::secret_key::SecretKeys;

/// The settings as they were typed: flags, else environment variables, else defaults.
#[derive(Args, Clone)]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    /// Address and port to listen on
    #[arg(long, env = "ROSTER_BIND", global = true, default_value = "127.0.0.1:8080")]
    pub bind: String,

    /// The public address: every link in a mail and every origin check uses it [default: http:// and the bind address]
    #[arg(long, env = "ROSTER_URL", global = true)]
    pub url: Option<String>,

    /// Folder of the private database, the secret key and the kept mail
    #[arg(long, env = "ROSTER_DATA_DIR", global = true, value_name = "FOLDER", default_value = "./var")]
    pub data_dir: String,

    /// PostgreSQL to use, as postgresql://… [default: a private one in the data folder]
    #[arg(long, env = "DATABASE_URL", global = true, value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// 64 bytes in base64 that sign and encrypt; several with commas between while the key is changed, the new one
    /// first; better given as a variable than as a flag, which others on the machine can read [default: made once, kept
    /// in the data folder]
    #[arg(long, env = "ROSTER_SECRET_KEY", global = true, value_name = "KEY", hide_env_values = true)]
    pub secret_key: Option<String>,

    /// Server that sends the mail: smtp://, smtps:// or smtp+starttls:// [default: mail is kept in the data folder, and
    /// shown at /dev/mail on this machine]
    #[arg(long, env = "ROSTER_SMTP_URL", global = true, value_name = "URL", hide_env_values = true)]
    pub smtp_url: Option<String>,

    /// The From address of every mail
    #[arg(
        long,
        env = "ROSTER_MAIL_FROM",
        global = true,
        value_name = "MAILBOX",
        default_value = "Roster <no-reply@localhost>"
    )]
    pub mail_from: String,

    /// How long a session lasts, in hours, 1 to 8760
    #[arg(long, env = "ROSTER_SESSION_HOURS", global = true, value_name = "HOURS", default_value = "336")]
    pub session_hours: String,

    /// How long an invitation stays open unless the person who sends it chooses, in days, 1 to the most that can be
    /// chosen [default: 7, or that most where it is less]
    #[arg(long, env = "ROSTER_INVITATION_DAYS", global = true, value_name = "DAYS")]
    pub invitation_days: Option<String>,

    /// The most days that can be chosen for an invitation, 1 to 90
    #[arg(long, env = "ROSTER_INVITATION_DAYS_MAX", global = true, value_name = "DAYS", default_value = "30")]
    pub invitation_days_max: String,

    /// How long a deleted organization can be restored, in days, 0 to 365
    #[arg(long, env = "ROSTER_RESTORE_DAYS", global = true, value_name = "DAYS", default_value = "14")]
    pub restore_days: String,

    /// Networks whose X-Forwarded-For is believed, separated by commas [default: none]
    #[arg(long, env = "ROSTER_TRUSTED_PROXIES", global = true, value_name = "NETWORKS")]
    pub trusted_proxies: Option<String>,

    /// Log filter, such as info or roster=debug,warn
    #[arg(long, env = "ROSTER_LOG", global = true, value_name = "FILTER", default_value = "info")]
    pub log: String,

    /// Token that opens /metrics, as Authorization: Bearer TOKEN [default: /metrics exists only where the public
    /// address is this machine]
    #[arg(long, env = "ROSTER_METRICS_TOKEN", global = true, value_name = "TOKEN", hide_env_values = true)]
    pub metrics_token: Option<String>,
}

/// The settings as Roster works with them. There is no way to have a wrong one.
#[derive(Clone)]
pub struct Config {
    /// Where to listen.
    pub bind: SocketAddr,
    /// The public address: scheme, host and port, nothing else.
    pub url: Url,
    /// The folder that holds what must survive a restart. Absolute, and there.
    pub data_dir: PathBuf,
    /// The PostgreSQL to use, or none: then a private one is started in the data folder.
    pub database_url: Option<String>,
    /// What every other key is derived from, the newest first.
    pub secret_keys: SecretKeys,
    /// The mail server, in the form that lettre's `from_url` reads.
    pub smtp_url: Option<String>,
    /// Who mail comes from.
    pub mail_from: Mailbox,
    /// How long a session lasts.
    pub session_hours: u32,
    /// How long invitations stay open.
    pub invitation_days: Lifetimes,
    /// How long a deleted organization can be restored; 0 for not at all.
    pub restore_days: u32,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The log filter; it parses.
    pub log: String,
    /// What a reader of `/metrics` must present.
    pub metrics_token: Option<String>,
}

impl Config {
    /// Judges every setting, then makes the data folder and the secret key where they are missing.
    ///
    /// Nothing is made while any setting is wrong.
    pub fn read(settings: Settings) -> Result<Config, ConfigErrors> {
        let mut reading = Reading::default();

        let bind = reading.value("ROSTER_BIND", &settings.bind, BIND, |text| text.parse().ok());
        let url = reading.url(settings.url.as_deref(), bind);
        let database_url = reading.secret("DATABASE_URL", settings.database_url, DATABASE, database_url);
        let smtp_url = reading.secret("ROSTER_SMTP_URL", settings.smtp_url, SMTP, smtp_url);
        let mail_from = reading.value("ROSTER_MAIL_FROM", &settings.mail_from, MAILBOX, |text| text.parse().ok());
        let session_hours = reading.number("ROSTER_SESSION_HOURS", &settings.session_hours, 1..=8760);
        let invitation_days = reading.lifetimes(settings.invitation_days.as_deref(), &settings.invitation_days_max);
        let restore_days = reading.number("ROSTER_RESTORE_DAYS", &settings.restore_days, 0..=365);
        let trusted_proxies = match &settings.trusted_proxies {
            Some(text) => reading.value("ROSTER_TRUSTED_PROXIES", text, NETWORKS, networks),
            None => Some(Vec::new()),
        };
        let log = reading.value("ROSTER_LOG", &settings.log, FILTER, |text| {
            let parses = !text.is_empty() && EnvFilter::try_new(text).is_ok();
            parses.then(|| text.to_owned())
        });
        let metrics_token = reading.secret("ROSTER_METRICS_TOKEN", settings.metrics_token, TOKEN, token);
        let data_dir =
            reading.value("ROSTER_DATA_DIR", &settings.data_dir, FOLDER, |text| std::path::absolute(text).ok());
        let key = match (settings.secret_key.map(Zeroizing::new), &data_dir) {
            (Some(text), _) => reading.key(SecretKeys::decode(&text).map(Some)),
            (None, Some(folder)) => reading.key(SecretKeys::kept_in(folder)),
            (None, None) => None,
        };

        let (
            Some(bind),
            Some(url),
            Some(mail_from),
            Some(session_hours),
            Some(invitation_days),
            Some(restore_days),
            Some(trusted_proxies),
            Some(log),
            Some(data_dir),
            true,
        ) = (
            bind,
            url,
            mail_from,
            session_hours,
            invitation_days,
            restore_days,
            trusted_proxies,
            log,
            data_dir,
            reading.errors.is_empty(),
        )
        else {
            return Err(ConfigErrors(reading.errors));
        };

        let secret_keys = make_folder(&data_dir, database_url.is_none())
            .and_then(|()| match key {
                Some(key) => Ok(key),
                None => SecretKeys::make_in(&data_dir),
            })
            .map_err(|why| {
                let holds = format!("{:?}", settings.data_dir);
                ConfigErrors(vec![format!(
                    "ROSTER_DATA_DIR holds {holds}, which cannot be used ({why}); it may hold {FOLDER}"
                )])
            })?;

        Ok(Config {
            bind,
            url,
            data_dir,
            database_url,
            secret_keys,
            smtp_url,
            mail_from,
            session_hours,
            invitation_days,
            restore_days,
            trusted_proxies,
            log,
            metrics_token,
        })
    }

    /// Whether people reach Roster over https, so that cookies may be kept to it.
    pub fn secure(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether `/dev/mail` exists: no server sends the mail, and nobody but this machine can look.
    ///
    /// The public address is asked too: behind a reverse proxy on the same machine the bind is
    /// loopback as well, and the page would show everybody's emails to everybody.
    pub fn shows_mail(&self) -> bool {
        self.smtp_url.is_none() && self.bind.ip().is_loopback() && is_this_machine(&self.url)
    }

    /// What the operator is shown at the start where no email leaves and others than this machine come: nothing proves
    /// an address then.
    pub fn mail_warning(&self) -> Option<&'static str> {
        (self.smtp_url.is_none() && !self.shows_mail()).then_some(
            "no mail server is set (ROSTER_SMTP_URL), and the address is public: no email leaves, so nobody can confirm an \
             address or reset a password, and a copied invitation link counts for its organization alone",
        )
    }

    /// The public address as browsers write it in `Origin`: `https://roster.example.org`.
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }
}

/// Reads the file `.env` of the working folder, where there is one, into the environment.
///
/// What the environment already says wins. Called before anything else runs, because the
/// environment belongs to the whole process.
pub fn read_dotenv() -> Result<(), ConfigErrors> {
    let error = |told: String| Err(ConfigErrors(vec![format!(".env {told}")]));
    match dotenvy::from_path(Path::new(".env")) {
        Ok(()) => Ok(()),
        Err(dotenvy::Error::Io(why)) if why.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(dotenvy::Error::Io(why)) => error(format!("cannot be read: {why}")),
        // The line itself may hold a secret, so it is counted and not shown.
        Err(dotenvy::Error::LineParse(line, _)) => {
            let text = fs::read_to_string(".env").unwrap_or_default();
            let number = text.lines().position(|other| other.contains(line.trim()));
            let place = number.map_or("a line".to_owned(), |number| format!("line {}", number + 1));
            error(format!("cannot be read: {place} must be NAME=value, with '…' around a value that holds spaces"))
        }
        Err(_) => error("cannot be read: each line must be NAME=value".to_owned()),
    }
}

/// Makes the data folder, for its owner alone.
///
/// One exception: PostgreSQL refuses to run as root, so root's private one runs as another user, who
/// must be able to pass through (not to list) this folder. What lies in it is closed by itself.
fn make_folder(folder: &Path, private_database: bool) -> io::Result<()> {
    let passed = private_database && nix::unistd::geteuid().is_root();
    let mode = if passed { 0o711 } else { 0o700 };
    if folder.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(mode).create(folder)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        settings: Settings,
    }

    fn read_in(folder: &Path, flags: &[&str]) -> Result<Config, String> {
        let data_dir = format!("--data-dir={}", folder.display());
        let typed = Cli::parse_from(["roster", &data_dir].iter().chain(flags));
        Config::read(typed.settings).map_err(|errors| errors.to_string())
    }

    fn read(flags: &[&str]) -> Result<Config, String> {
        read_in(tempfile::tempdir().unwrap().path(), flags)
    }

    /// The one error the flags lead to.
    fn error(flags: &[&str]) -> String {
        let told = read(flags).err().expect("a fault");
        assert_eq!(told.lines().count(), 1, "{told}");
        told
    }

    #[test]
    fn nothing_needs_to_be_set() {
        let config = read(&[]).unwrap();
        assert_eq!(config.origin(), "http://127.0.0.1:8080");
        assert_eq!(config.mail_from.to_string(), "Roster <no-reply@localhost>");
        assert_eq!((config.session_hours, config.restore_days), (336, 14));
        assert_eq!(config.invitation_days, Lifetimes { usual: 7, most: 30 });
        assert!(config.trusted_proxies.is_empty() && config.database_url.is_none());
        assert!(!config.secure() && config.shows_mail());
        assert!(config.data_dir.is_absolute());
    }

    #[test]
    fn all_faults_are_told_together_a_line_each() {
        let told = read(&["--bind=8080", "--log=", "--session-hours=x", "--restore-days=366"]);
        let told = told.err().unwrap();
        let variables: Vec<_> = told.lines().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(variables, ["ROSTER_BIND", "ROSTER_SESSION_HOURS", "ROSTER_RESTORE_DAYS", "ROSTER_LOG"]);
        assert!(told.contains(r#"ROSTER_BIND holds "8080"; it may hold an address and a port"#));
    }

    #[test]
    fn invitations_last_no_longer_than_the_most_that_can_be_chosen() {
        let days = |flags: &[&str]| read(flags).map(|config| config.invitation_days);
        assert_eq!(days(&["--invitation-days-max=90"]), Ok(Lifetimes { usual: 7, most: 90 }));
        assert_eq!(
            days(&["--invitation-days-max=3"]),
            Ok(Lifetimes { usual: 3, most: 3 }),
            "less than the usual seven"
        );
        assert_eq!(days(&["--invitation-days=30"]), Ok(Lifetimes { usual: 30, most: 30 }));
        let told = error(&["--invitation-days=10", "--invitation-days-max=5"]);
        assert_eq!(told, r#"ROSTER_INVITATION_DAYS holds "10"; it may hold a whole number from 1 to 5"#);
        for wrong in ["0", "91", "week"] {
            let told = error(&["--invitation-days-max", wrong]);
            assert!(told.starts_with(&format!("ROSTER_INVITATION_DAYS_MAX holds {wrong:?}")), "{told}");
        }
    }

    #[test]
    fn nothing_is_made_while_a_setting_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("var");
        assert!(read_in(&data_dir, &["--bind=8080"]).is_err());
        assert!(!data_dir.exists());
    }

    #[test]
    fn the_public_address_is_an_origin_over_https_or_this_machine() {
        for good in ["https://roster.example.org", "https://roster.example.org:8443/"] {
            let config = read(&["--url", good]).unwrap();
            assert!(config.secure());
            assert_eq!(config.origin(), good.trim_end_matches('/'));
        }
        for good in ["http://localhost:3000", "http://127.1.2.3", "http://[::1]:8080"] {
            assert!(!read(&["--url", good]).unwrap().secure());
        }
        for bad in [
            "http://roster.example.org",
            "http://localhost.example.org",
            "http://192.168.1.2:8080",
            "https://roster.example.org/roster",
            "https://roster.example.org?a",
            "https://roster.example.org#a",
            "https://user@roster.example.org",
            "ftp://localhost",
            "roster.example.org",
            "",
        ] {
            let told = error(&["--url", bad]);
            assert!(told.starts_with(&format!("ROSTER_URL holds {bad:?}; it may hold")), "{told}");
        }
    }

    #[test]
    fn a_public_bind_asks_for_a_public_address() {
        let told = error(&["--bind=0.0.0.0:8080"]);
        assert!(told.starts_with("ROSTER_URL holds nothing while ROSTER_BIND is 0.0.0.0:8080;"));
        assert!(read(&["--bind=0.0.0.0:8080", "--url=https://roster.example.org"]).is_ok());
    }

    #[test]
    fn mail_is_shown_to_this_machine_only() {
        let shows = |flags: &[&str]| read(flags).unwrap().shows_mail();
        assert!(shows(&["--bind=[::1]:8080"]));
        assert!(!shows(&["--smtp-url=smtp://localhost:1025"]));
        assert!(!shows(&["--bind=0.0.0.0:8080", "--url=http://localhost:8080"]));
        assert!(!shows(&["--url=https://roster.example.org"]));
    }

    #[test]
    fn auth_3_a_public_address_without_a_mail_server_is_warned_about() {
        let warns = |flags: &[&str]| read(flags).unwrap().mail_warning().is_some();
        assert!(warns(&["--url=https://roster.example.org"]));
        assert!(warns(&["--bind=0.0.0.0:8080", "--url=https://roster.example.org"]));
        assert!(!warns(&[]));
        assert!(!warns(&["--url=https://roster.example.org", "--smtp-url=smtp://localhost:1025"]));
    }

    /// ACC-16: there is no default key, and none that others may know is taken.
    #[test]
    fn a_weak_key_is_refused_and_not_shown() {
        for weak in ["", "c2hvcnQ=", "hunter2!", &"A".repeat(86)] {
            let told = error(&["--secret-key", weak]);
            assert!(told.starts_with("ROSTER_SECRET_KEY holds "), "{told}");
            assert!(told.contains("it may hold 64 random bytes in base64"), "{told}");
            assert!(weak.is_empty() || !told.contains(weak), "{told}");
        }
    }

    #[test]
    fn a_key_is_made_once_and_kept_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("deep/var");
        let made = read_in(&data_dir, &[]).unwrap().secret_keys;
        let again = read_in(&data_dir, &[]).unwrap().secret_keys;
        assert_eq!(made.all().collect::<Vec<_>>(), again.all().collect::<Vec<_>>());
        let names: Vec<_> = fs::read_dir(&data_dir).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, ["secret.key"]);
        let path = data_dir.join("secret.key");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&data_dir) & 0o066, 0);

        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(read_in(&data_dir, &[]).err().unwrap().contains("chmod 600"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "c2hvcnQ=").unwrap();
        assert!(read_in(&data_dir, &[]).err().unwrap().contains("5 bytes"));
    }

    #[test]
    fn a_data_folder_that_cannot_be_made_is_a_fault() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let told = read_in(&file.path().join("var"), &[]).err().unwrap();
        assert!(told.contains("it may hold"), "{told}");
        assert_eq!(told.lines().count(), 1);
    }

    #[test]
    fn mail_servers_are_given_in_the_form_that_lettre_reads() {
        let smtp = |text| read(&["--smtp-url", text]).unwrap().smtp_url.unwrap();
        assert_eq!(smtp("smtp://localhost:1025"), "smtp://localhost:1025");
        assert_eq!(smtp("smtps://a:b@mail.example.org"), "smtps://a:b@mail.example.org");
        assert_eq!(
            smtp("smtp+starttls://a%40b:c@mail.example.org:2587"),
            "smtp://a%40b:c@mail.example.org:2587?tls=required"
        );
        for bad in ["mail.example.org", "http://mail.example.org", "smtp://", "smtps://hidden@x", ""] {
            let told = error(&["--smtp-url", bad]);
            assert!(told.starts_with("ROSTER_SMTP_URL holds "), "{told}");
            assert!(!told.contains("hidden"), "{told}");
        }
    }

    #[test]
    fn other_wrong_values_are_named_and_secrets_are_not_shown() {
        assert!(
            error(&["--database-url=mysql://u:hunter2@h/d"])
                .starts_with("DATABASE_URL holds something else (not shown)")
        );
        assert!(error(&["--database-url="]).starts_with("DATABASE_URL holds nothing"));
        assert!(error(&["--metrics-token=hunter2"]).contains("16 visible characters"));
        assert!(!error(&["--metrics-token=hunter2"]).contains("hunter2"));
        assert!(error(&["--mail-from=nobody"]).starts_with("ROSTER_MAIL_FROM"));
        assert!(error(&["--invitation-days=0"]).contains("from 1 to 30"));
        assert!(error(&["--invitation-days=31"]).contains("from 1 to 30"));
        assert!(error(&["--session-hours=8761"]).contains("from 1 to 8760"));
        assert!(error(&["--trusted-proxies=10.0.0.0/8,proxy"]).starts_with("ROSTER_TRUSTED_PROXIES"));
        assert!(error(&["--log=roster=loud"]).starts_with("ROSTER_LOG"));
    }

    #[test]
    fn proxies_are_networks_or_addresses() {
        let config = read(&["--trusted-proxies=127.0.0.1, 10.0.0.0/8 ::1"]).unwrap();
        let texts: Vec<_> = config.trusted_proxies.iter().map(IpNet::to_string).collect();
        assert_eq!(texts, ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]);
    }
}
