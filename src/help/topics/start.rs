//! Getting started: an account, the first organization, the way around.

use super::TopicPart::{Heading, List, Note, Says, Shows, Steps};
use super::{HelpTopic, TopicPicture};

/// Create an Account, and the link that confirms it.
pub static CREATING_AN_ACCOUNT: HelpTopic = HelpTopic {
    slug: "creating-an-account",
    title: "Creating an account",
    summary: "You need an email address and a password, and about a minute.",
    parts: &[
        Says(
            "Were you invited by email? Open the link in that email instead. It saves you a step. See [topic: accepting-an-invitation].",
        ),
        Shows(TopicPicture {
            name: "create-account",
            alt: "The form Create an Account, with the fields Email and Username.",
        }),
        Steps(&[
            "Open Roster and follow [follow: Create an Account].",
            "Type your address into [fill: Email].",
            "Choose a name and type it into [fill: Username]. You sign in with it, and others see it.",
            "Press [press: Create Account]. The page says [read: Check your email].",
            "Open [letter: the link in the email].",
            "Choose a password of 8 characters or more. Type it into [fill: Password], and again into [fill: Confirm Password].",
            "Press [press: Create Account]. Your account is ready, and you are signed in.",
        ]),
        Note(
            "No email after a few minutes? Check your spam folder. If your address already has an account, the email says so. The link works for two days; after that, start again. If you did not ask for an account, ignore the email: without its link nobody can create an account with your address.",
        ),
    ],
    related: &["signing-in", "creating-an-organization", "two-factor-authentication"],
};

/// What an invited person does.
pub static ACCEPTING_AN_INVITATION: HelpTopic = HelpTopic {
    slug: "accepting-an-invitation",
    title: "Accepting an invitation",
    summary: "You receive an invitation by email. It also appears on your dashboard.",
    parts: &[
        Says(
            "The page of the invitation says who invites you, to what, and as what. Opening the link changes nothing: you join when you press [label: Accept Invitation].",
        ),
        Shows(TopicPicture {
            name: "invitation",
            alt: "An invitation: who invited you to which organization, the role, the invited address, when it expires, and the buttons to answer it.",
        }),
        Heading("You are new to Roster"),
        Steps(&[
            "Open [letter: the link in the email]. The page says [read: You've been invited].",
            "Follow [follow: Create an Account].",
            "Choose a [fill: Username]. Type a password into [fill: Password], and again into [fill: Confirm Password].",
            "Press [press: Create Account]. The link has proven your address, so there is nothing to confirm.",
            "Press [press: Accept Invitation].",
        ]),
        Heading("If you already have an account"),
        Steps(&[
            "Sign in, and follow [follow: Your Dashboard].",
            "Under [read: Invitations for you], press [press: View Invitation].",
            "Press [press: Accept Invitation]. To refuse, press [label: Decline] instead.",
        ]),
        Heading("You are signed in with another address"),
        Says(
            "The page says which address was invited. If it is yours, press [label: Add this Address and Join]: it becomes one of the addresses of your account. To join with another account, press [label: Sign In as Someone Else].",
        ),
        Note(
            "A link that is used, cancelled or expired no longer works. Ask an owner of the organization to send it again.",
        ),
    ],
    related: &["creating-an-account", "your-dashboard", "email-addresses", "leaving-and-handing-over"],
};

/// Signing in and out, and a forgotten password.
pub static SIGNING_IN: HelpTopic = HelpTopic {
    slug: "signing-in",
    title: "Signing in",
    summary: "With your username or any of your addresses; and what to do when you forgot the password.",
    parts: &[
        Shows(TopicPicture {
            name: "sign-in",
            alt: "The form Sign In, with the fields Username or Email and Password, and a link for a forgotten password.",
        }),
        Steps(&[
            "Open Roster. Where nobody is signed in, it shows [read: Sign In].",
            "Type your username, or any address of your account, into [fill: Username or Email].",
            "Type your password into [fill: Password] and press [press: Sign In].",
        ]),
        Says(
            "With two-factor authentication, a second page asks for a [label: Six-digit code]: see [topic: two-factor-authentication]. With a passkey, no password is needed: see [topic: passkeys].",
        ),
        Heading("You forgot your password"),
        Steps(&[
            "On the page [read: Sign In], follow [follow: Forgot your password?].",
            "Type an address of your account into [fill: Email] and press [press: Send Reset Link].",
            "Open [letter: the link in the email] within an hour.",
            "Type a new password into [fill: New Password], and again into [fill: Confirm Password].",
            "Press [press: Reset Password]. You are signed out everywhere, and can [read: Sign In] with the new password.",
        ]),
        Says(
            "If an address, a passkey or two-factor authentication was added to your account in the last 30 days, you see it first. Did you not add it? Press [label: Remove All]. An address that was added less than 72 hours ago cannot reset the password: use an older one.",
        ),
        Heading("Signing out"),
        Steps(&["Open the menu with your name at the top right and press [press: Sign Out]."]),
        Says(
            "What is grave, such as deleting an organization, asks for your password again when you gave it more than 30 minutes ago. What you filled in is kept.",
        ),
    ],
    related: &["two-factor-authentication", "passkeys", "changing-your-password", "sessions-and-security"],
};

/// What is on the dashboard.
pub static YOUR_DASHBOARD: HelpTopic = HelpTopic {
    slug: "your-dashboard",
    title: "Your Dashboard",
    summary: "Your start page: organizations, projects and recent activity.",
    parts: &[
        Says("Every page leads there: follow [label: Your Dashboard] at the top."),
        Shows(TopicPicture {
            name: "dashboard",
            alt: "The list Your Organizations on the dashboard: each organization with its number of members and your role.",
        }),
        List(&[
            "[label: Invitations for you] come first while one waits for your answer.",
            "[label: Your Organizations] shows where you belong, with your role in each.",
            "[label: Recently modified projects] shows what you and others worked on last.",
            "[label: Recent activity] tells who did what in your organizations.",
        ]),
        Heading("Opening an organization"),
        Steps(&[
            "Follow [follow: Your Dashboard].",
            "Under [read: Your Organizations], open [open: the organization]. Its tabs are [read: Projects], [read: Members] and [read: Activity], and for owners also [label: Settings].",
        ]),
        Heading("Finding a project of any organization"),
        Steps(&["Follow [follow: Your Dashboard], then the tab [follow: Projects].", "Open [open: the project]."]),
    ],
    related: &["creating-an-organization", "projects", "activity"],
};

/// Looking for something by its name.
pub static FINDING: HelpTopic = HelpTopic {
    slug: "finding-things",
    title: "Finding things",
    summary: "One field finds your organizations, their projects and people, and the pages of Roster.",
    parts: &[
        Heading("Searching"),
        Steps(&[
            "Follow [follow: Search] at the top.",
            "Type the beginning of a name into [fill: Search] and press [press: Search].",
            "Open [open: what was found].",
        ]),
        Says(
            "Where scripts run, the field opens over the page you are on: by [label: Search], by Ctrl-K (on a Mac ⌘K), or by the key / wherever you do not type. The arrow keys choose, Enter opens, Escape closes it. You can switch the key / off there.",
        ),
        Heading("Going to another organization"),
        Steps(&[
            "Follow [follow: Organizations, those used last first] at the top.",
            "Open [open: the organization]. Those you used last come first.",
        ]),
        Note("You find only what you may see. Addresses find people for owners alone."),
    ],
    related: &["your-dashboard", "members", "projects"],
};
