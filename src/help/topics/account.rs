//! One's own account: names, addresses, and how it is kept safe.

use super::TopicPart::{Heading, List, Note, Says, Shows, Steps};
use super::{HelpTopic, TopicPicture};

/// How one is called.
pub static PROFILE: HelpTopic = HelpTopic {
    slug: "profile",
    title: "Your profile",
    summary: "How others see you: your display name, your picture and your username.",
    parts: &[
        Shows(TopicPicture {
            name: "profile",
            alt: "The form Profile, with your picture and the fields Display Name and Username.",
        }),
        Steps(&[
            "Open the menu with your name at the top right and follow [follow: Account Settings].",
            "Follow [follow: Profile].",
            "Type how you wish to be called into [fill: Display Name].",
            "Press [press: Save Changes]. The members of your organizations see it at once.",
        ]),
        Heading("A picture of you"),
        Says(
            "Under [label: Picture], choose a file as [label: New Picture] and press [label: Upload Picture]. Roster shows its middle as a square to everyone who sees your name. It keeps only the pixels, not what a camera wrote into the file, such as the location. [label: Remove Picture] brings the first letters of your name back.",
        ),
        Heading("Another username"),
        Says(
            "You can change your [label: Username], too. You sign in with the new one from then on, and for some time nobody else can take the old one.",
        ),
    ],
    related: &["email-addresses", "date-and-time-format", "deleting-your-account"],
};

/// Several addresses, one of them the primary one.
pub static EMAIL_ADDRESSES: HelpTopic = HelpTopic {
    slug: "email-addresses",
    title: "Email addresses",
    summary: "You can have several, and sign in with each. Emails about your account go to the primary one.",
    parts: &[
        Shows(TopicPicture {
            name: "email-addresses",
            alt: "The list of your addresses, the primary one marked, and the form to add another.",
        }),
        Heading("Adding an address"),
        Steps(&[
            "Open the menu with your name at the top right and follow [follow: Account Settings].",
            "Follow [follow: Email Addresses].",
            "Type the address into [fill: Email] and press [press: Add].",
            "In the same browser, open [letter: the link in the email] that went to the new address.",
            "Press [press: Confirm]. The address is yours.",
        ]),
        Heading("Making another address the primary one"),
        Steps(&["On the page Email Addresses, in the row of the address, press [press-in-row: Set as Primary]."]),
        Says("Both the old and the new primary address receive an email about it."),
        Heading("Deleting an address"),
        Steps(&[
            "On the page Email Addresses, in the row of the address, press [press-in-row: Delete].",
            "Press [press: Yes]. The address can no longer be used to sign in.",
        ]),
        Note("The primary address cannot be deleted. Make another one primary first."),
    ],
    related: &["profile", "signing-in", "accepting-an-invitation"],
};

/// A new password.
pub static CHANGING_YOUR_PASSWORD: HelpTopic = HelpTopic {
    slug: "changing-your-password",
    title: "Changing your password",
    summary: "Choose a new one whenever you want to. Every other browser is signed out.",
    parts: &[
        Steps(&[
            "Open the menu with your name at the top right and follow [follow: Account Settings].",
            "Follow [follow: Change Password].",
            "Type the password you have into [fill: Current Password].",
            "Type the new one into [fill: New Password], and again into [fill: Confirm New Password].",
            "Press [press: Save Changes].",
        ]),
        Says(
            "Use 8 characters or more. Three or four unrelated words are good. This browser stays signed in, and you receive an email about it.",
        ),
        Note("Did you forget the password you have? Follow the steps under [topic: signing-in]."),
    ],
    related: &["signing-in", "two-factor-authentication", "sessions-and-security"],
};

/// A code beside the password.
pub static TWO_FACTOR: HelpTopic = HelpTopic {
    slug: "two-factor-authentication",
    title: "Two-factor authentication",
    summary: "When you sign in, Roster asks for your password and a code from your phone. The password alone is not enough.",
    parts: &[
        Says("You need an app that shows such codes: a password manager, or one made for it."),
        Shows(TopicPicture {
            name: "two-factor",
            alt: "The page Two-factor Authentication while it is off: what will happen, in three steps, and the button Enable.",
        }),
        Heading("Enabling it"),
        Steps(&[
            "Open the menu with your name at the top right and follow [follow: Account Settings].",
            "Follow [follow: Two-factor Authentication] and press [press: Enable].",
            "In your app, add an account and point the camera at the QR code below [read: Scan the QR code].",
            "Type the code that the app shows into [fill: Six-digit code] and press [press: Confirm].",
            "[read: Keep these ten codes] where you find them without your phone: each signs you in once. Then follow [follow: I have kept them].",
        ]),
        Heading("Signing in with a code"),
        Steps(&[
            "Type your username into [fill: Username or Email] and your password into [fill: Password], then press [press: Sign In].",
            "Type the code that the app shows into [fill: Six-digit code] and press [press: Sign In].",
        ]),
        Heading("Without your phone"),
        Steps(&[
            "Type your username into [fill: Username or Email] and your password into [fill: Password], then press [press: Sign In].",
            "Follow [follow: Use a recovery code].",
            "Type one of the codes you kept into [fill: Recovery Code] and press [press: Sign In].",
        ]),
        Heading("Disabling it"),
        Steps(&[
            "Open the menu with your name at the top right and follow [follow: Account Settings].",
            "Follow [follow: Two-factor Authentication], and press [press: Disable].",
            "Press [press: Yes]. From then on your password alone signs in.",
        ]),
        Note(
            "Are few recovery codes left? Press [label: New Recovery Codes]. Did you lose the phone and the codes? The operator of this Roster can turn two-factor authentication off for you.",
        ),
    ],
    related: &["passkeys", "signing-in", "sessions-and-security"],
};

/// Signing in without a password.
pub static PASSKEYS: HelpTopic = HelpTopic {
    slug: "passkeys",
    title: "Passkeys",
    summary: "Sign in with your fingerprint, your face or a PIN: no password, nothing to guess.",
    parts: &[
        Says(
            "Your phone, your computer or a security key keeps the passkey. It works in current browsers with scripts on, and your password goes on working beside it.",
        ),
        Heading("Adding a passkey"),
        Shows(TopicPicture {
            name: "passkey",
            alt: "The page Passkeys before the first is added, with the button Add a Passkey.",
        }),
        Steps(&[
            "Open the menu with your name at the top right and follow [follow: Account Settings].",
            "Follow [follow: Passkeys] and press [press: Add a Passkey].",
            "Type something that you will know it by into [fill: Name], and press [press: Add a Passkey].",
            "Your browser asks for your fingerprint, your face or a PIN. Then the list shows the passkey as [read: Never used].",
        ]),
        Heading("Signing in with a passkey"),
        Steps(&[
            "On the page [read: Sign In], press [press: Sign In with a Passkey].",
            "Your browser asks for your fingerprint, your face or a PIN. Then you see [read: Your Dashboard].",
        ]),
        Says("In the list, [label: Rename] gives it another name, and [label: Remove] ends it."),
    ],
    related: &["two-factor-authentication", "signing-in", "sessions-and-security"],
};

/// Where one is signed in, and what happened to the account.
pub static SESSIONS_AND_SECURITY: HelpTopic = HelpTopic {
    slug: "sessions-and-security",
    title: "Sessions and security",
    summary: "See where you are signed in and what happened to your account, and end what you do not know.",
    parts: &[
        Shows(TopicPicture {
            name: "sessions",
            alt: "The list of sessions: each browser with its place, when it signed in, when it was last seen, and the button Sign Out.",
        }),
        Heading("Ending one session"),
        Steps(&[
            "Open the menu with your name at the top right and follow [follow: Account Settings].",
            "Follow [follow: Sessions]. Your own is marked [read: This Session].",
            "In the row of a browser that you do not know, press [press-in-row: Sign Out].",
        ]),
        Heading("Ending all others"),
        Steps(&["On the page Sessions, press [press: Sign Out All Others]."]),
        Heading("Looking at what happened"),
        Steps(&[
            "Open the menu with your name at the top right and follow [follow: Account Settings].",
            "Follow [follow: Security]. It lists sign-ins and changes, newest first.",
        ]),
        Says("You receive an email about a sign-in from a new device or place."),
        Note(
            "If something there was not you, change your password first: that signs out every other browser. See [topic: changing-your-password].",
        ),
    ],
    related: &["changing-your-password", "two-factor-authentication", "passkeys"],
};

/// How dates and times are shown.
pub static DATE_AND_TIME_FORMAT: HelpTopic = HelpTopic {
    slug: "date-and-time-format",
    title: "Date & time format",
    summary: "How dates and times are shown to you, on every page and in emails.",
    parts: &[
        Shows(TopicPicture {
            name: "date-time-format",
            alt: "The form Date & Time Format, with the format, the time zone, and what time it is there now.",
        }),
        Steps(&[
            "Open the menu with your name at the top right and follow [follow: Account Settings].",
            "Follow [follow: Date & Time Format].",
            "Choose the [pick: Date & Time Format].",
            "Type a large city of your zone into [fill: Time Zone], such as Berlin.",
            "Press [press: Submit]. The form shows the current time there.",
        ]),
    ],
    related: &["profile", "your-dashboard"],
};

/// Which mail one gets.
pub static NOTIFICATIONS: HelpTopic = HelpTopic {
    slug: "notifications",
    title: "Notifications",
    summary: "The emails you receive about each of your organizations, and the ones that are always sent.",
    parts: &[
        Steps(&[
            "Open the menu with your name at the top right and follow [follow: Account Settings].",
            "Follow [follow: Notifications]. It lists each of your organizations and the emails you receive.",
            "Beside an organization of which you are an owner, follow [follow: Choose Emails].",
            "Leave the boxes ticked for what you want to hear of, and press [press: Save Choice].",
        ]),
        Heading("What you can choose"),
        List(&[
            "[label: People]: somebody joins, leaves, is removed, suspended or restored, gets another role or an end date.",
            "[label: Invitations]: somebody declines an invitation, or asks for a new one.",
            "[label: Settings and billing]: the name, the URL, the picture or the billing details are changed.",
        ]),
        Heading("What is always sent"),
        List(&[
            "What is about your own access, wherever you belong.",
            "Who becomes an owner, and what becomes of owners: to all owners, so that nobody takes an organization over unnoticed.",
            "That an organization is deleted or restored: to everyone in it.",
        ]),
        Says(
            "You receive an email about a single change at once. Several changes within a minute are combined into one email, and so is a bulk action. Emails about your own access never wait.",
        ),
    ],
    related: &["members", "settings-and-billing"],
};

/// The end of an account.
pub static DELETING_YOUR_ACCOUNT: HelpTopic = HelpTopic {
    slug: "deleting-your-account",
    title: "Deleting your account",
    summary: "You leave every organization, and the account is gone at once and for good.",
    parts: &[
        Steps(&[
            "Open the menu with your name at the top right and follow [follow: Account Settings].",
            "Follow [follow: Profile].",
            "At the end of the page, press [press: Delete this Account]. The next page says what ends with it.",
            "Press [press: Yes].",
        ]),
        List(&[
            "Projects stay with their organizations, and the history keeps what you did.",
            "For some time nobody can take your username, you neither.",
            "You receive a final email about it, and so do the owners of the organizations you leave.",
        ]),
        Note(
            "While you are the primary owner of an organization, your account cannot be deleted. Hand the organization over or delete it first: see [topic: leaving-and-handing-over].",
        ),
    ],
    related: &["leaving-and-handing-over", "profile"],
};
