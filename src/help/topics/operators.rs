//! For the person who runs Roster: what the pages cannot do, and where the rest is written.

use super::HelpTopic;
use super::TopicPart::{Heading, List, Note, Says};

/// A short word for operators.
pub static RUNNING_ROSTER: HelpTopic = HelpTopic {
    slug: "running-roster",
    title: "Running Roster",
    summary: "For operators: commands, email, and helping people sign in again.",
    parts: &[
        Says(
            "[code: roster --help] lists every command and setting. The whole guide for operators comes with the program, in the file [code: docs/operating.md]: settings, mail, backup, upgrades, and what to watch.",
        ),
        Heading("Helping a person"),
        Says("On the machine, with the settings of the site; each action is recorded in the account's security log:"),
        List(&[
            "[code: roster account show PERSON] tells what is known of an account.",
            "[code: roster account confirm-address PERSON ADDRESS] takes an address as proven where email does not arrive; for somebody without an account it prints the link to create one.",
            "[code: roster account send-reset PERSON] sends a link to choose a new password.",
            "[code: roster account two-factor-off PERSON] turns two-factor authentication off. Make sure who asks.",
            "[code: roster account suspend PERSON] keeps somebody out, and [code: roster account restore PERSON] lets them in again.",
        ]),
        Heading("Where the mail is"),
        Says(
            "Without a mail server, emails are kept in the data folder, and a page that only this machine can open shows them. For other people, set [code: ROSTER_SMTP_URL].",
        ),
        Note("Keep the secret key and a backup of the database. With both, everything else can be rebuilt."),
    ],
    related: &["signing-in", "two-factor-authentication", "pending-invites"],
};
