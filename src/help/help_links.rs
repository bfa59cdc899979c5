//! Which topic is about which page.
//!
//! Every address that answers with a page is here; a test compares the table with what is mounted.
//! What is posted is beside what is opened, for a form that comes back is a page, too.

use super::topics::HelpTopic;
use super::topics::account::{
    CHANGING_YOUR_PASSWORD, DATE_AND_TIME_FORMAT, DELETING_YOUR_ACCOUNT, EMAIL_ADDRESSES, NOTIFICATIONS, PASSKEYS,
    PROFILE, SESSIONS_AND_SECURITY, TWO_FACTOR,
};
use super::topics::operators::RUNNING_ROSTER;
use super::topics::organizations::{
    ACTIVITY, CREATING, DELETING_AND_RESTORING, EXPORTING, OVERVIEW, PROJECTS, SETTINGS_AND_BILLING,
};
use super::topics::people::{
    ACCESS_REVIEW, INVITING_SEVERAL, LEAVING_AND_HANDING_OVER, MEMBERS, PENDING_INVITES, REMOVING, ROLES, SUSPENDING,
};
use super::topics::start::{ACCEPTING_AN_INVITATION, CREATING_AN_ACCOUNT, FINDING, SIGNING_IN, YOUR_DASHBOARD};
use crate::web::help_link::HelpLink;

/// The topics, each with the patterns of the pages it is about.
pub static HELP_LINKS: [(&HelpTopic, &[&str]); 30] = [
    (
        &CREATING_AN_ACCOUNT,
        &["/create-account", "/create-account/sent", "/confirmations/{token}", "/password-strength"],
    ),
    (
        &ACCEPTING_AN_INVITATION,
        &[
            "/invitations/{key}",
            "/invitations/{invitation}/acceptance",
            "/invitations/{invitation}/account",
            "/invitations/{invitation}/address",
            "/invitations/{invitation}/departure",
            "/invitations/{invitation}/refusal",
            "/invitations/requests",
        ],
    ),
    (
        &SIGNING_IN,
        &[
            "/sign-in",
            "/sign-out",
            "/reauthentication",
            "/forgot-password",
            "/forgot-password/sent",
            "/forgot-password/additions",
            "/forgot-password/additions/removal",
            "/reset-password/{token}",
        ],
    ),
    (&YOUR_DASHBOARD, &["/", "/dashboard", "/dashboard/projects"]),
    (&FINDING, &["/search", "/organizations"]),
    (&CREATING, &["/account/organizations/new"]),
    (
        &PROJECTS,
        &[
            "/{organization}",
            "/{organization}/new-project",
            "/{organization}/projects",
            "/{organization}/{project}",
            "/{organization}/{project}/settings",
            "/{organization}/{project}/deletion",
        ],
    ),
    (
        &SETTINGS_AND_BILLING,
        &[
            "/{organization}/settings",
            "/{organization}/settings/billing",
            "/{organization}/settings/picture",
            "/{organization}/settings/picture/removal",
        ],
    ),
    (&OVERVIEW, &["/{organization}/overview", "/{organization}/members/{username}/reminder"]),
    (&ACTIVITY, &["/{organization}/activity"]),
    (
        &EXPORTING,
        &["/{organization}/members/export", "/{organization}/activity/export", "/{organization}/settings/export"],
    ),
    (&DELETING_AND_RESTORING, &["/{organization}/deletion", "/restorations/{token}"]),
    (&MEMBERS, &["/{organization}/members", "/{organization}/invitations"]),
    (
        &PENDING_INVITES,
        &[
            "/{organization}/invitations/{invitation}/delivery",
            "/{organization}/invitations/{invitation}/link",
            "/{organization}/invitations/{invitation}/cancellation",
            "/{organization}/invitations/{invitation}/approval",
            "/{organization}/invitations/{invitation}/dismissal",
        ],
    ),
    (
        &INVITING_SEVERAL,
        &[
            "/{organization}/invitations/several",
            "/{organization}/invitations/several/{batch}",
            "/{organization}/invitations/several/{batch}/sending",
            "/{organization}/invitations/several/{batch}/ending",
        ],
    ),
    (&ROLES, &["/{organization}/permissions", "/{organization}/members/{username}/role"]),
    (
        &SUSPENDING,
        &[
            "/{organization}/members/{username}/suspension",
            "/{organization}/members/{username}/restoration",
            "/{organization}/members/{username}/end-date",
        ],
    ),
    (
        &REMOVING,
        &[
            "/{organization}/members/{username}/removal",
            "/{organization}/members/several",
            "/{organization}/undoings/{undoing}",
        ],
    ),
    (
        &ACCESS_REVIEW,
        &[
            "/{organization}/reviews",
            "/{organization}/reviews/reminders",
            "/{organization}/reviews/{review}",
            "/{organization}/reviews/{review}/decisions",
            "/{organization}/reviews/{review}/people/{username}/removal",
            "/{organization}/reviews/{review}/people/{username}/role",
            "/{organization}/reviews/{review}/completion",
            "/{organization}/reviews/{review}/result",
            "/{organization}/reviews/{review}/result/sheet",
            "/{organization}/reviews/{review}/export",
        ],
    ),
    (
        &LEAVING_AND_HANDING_OVER,
        &[
            "/account/organizations",
            "/account/organizations/{organization}/departure",
            "/account/organizations/{organization}/handover",
        ],
    ),
    (&PROFILE, &["/account", "/account/profile", "/account/profile/picture", "/account/profile/picture/removal"]),
    (
        &EMAIL_ADDRESSES,
        &[
            "/account/email-addresses",
            "/account/email-addresses/primary",
            "/account/email-addresses/removal",
            "/account/email-addresses/claims/{claim}/delivery",
            "/account/email-addresses/claims/{claim}/cancellation",
            "/address-claims/{token}",
            "/address-claims/{token}/departure",
        ],
    ),
    (&CHANGING_YOUR_PASSWORD, &["/account/password"]),
    (
        &TWO_FACTOR,
        &[
            "/account/two-factor",
            "/account/two-factor/confirmation",
            "/account/two-factor/deactivation",
            "/account/two-factor/recovery-codes",
            "/sign-in/code",
            "/sign-in/recovery-code",
        ],
    ),
    (
        &PASSKEYS,
        &[
            "/account/passkeys",
            "/account/passkeys/new",
            "/account/passkeys/{passkey}/name",
            "/account/passkeys/{passkey}/removal",
            "/sign-in/passkey",
        ],
    ),
    (
        &SESSIONS_AND_SECURITY,
        &["/account/sessions", "/account/sessions/ending", "/account/sessions/{session}/ending", "/account/security"],
    ),
    (&DATE_AND_TIME_FORMAT, &["/account/date-time-format"]),
    (&NOTIFICATIONS, &["/account/notifications", "/account/notifications/{place}"]),
    (&DELETING_YOUR_ACCOUNT, &["/account/deletion", "/account/deletion/farewell"]),
    (&RUNNING_ROSTER, &["/dev/mail", "/dev/mail/{letter}", "/dev/mail/{letter}/html", "/dev/kit", "/dev/kit/question"]),
];

/// The topic about a page, by the pattern of its address.
pub fn about(pattern: &str) -> Option<&'static HelpTopic> {
    HELP_LINKS.iter().find(|(_, patterns)| patterns.contains(&pattern)).map(|(topic, _)| *topic)
}

/// What the **?** of a page leads to: its topic, or all of them where none is about it.
pub fn help_link(pattern: Option<&str>) -> HelpLink {
    let topic = pattern.and_then(about);
    topic.map_or_else(HelpLink::default, |topic| HelpLink { href: topic.href(), topic: topic.title })
}
