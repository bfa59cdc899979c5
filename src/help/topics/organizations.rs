//! An organization, its projects, its settings, and its end.

use super::TopicPart::{Heading, List, Note, Says, Shows, Steps};
use super::{HelpTopic, TopicPicture};

/// Creating an organization.
pub static CREATING: HelpTopic = HelpTopic {
    slug: "creating-an-organization",
    title: "Creating an organization",
    summary: "An organization holds people, projects and billing. The person who creates it is its primary owner.",
    parts: &[
        Shows(TopicPicture {
            name: "create-organization",
            alt: "The form to create an organization, with the fields Organization Name and URL.",
        }),
        Steps(&[
            "Open the menu with your name at the top right and follow [follow: Account Settings].",
            "Follow [follow: Organizations], then [follow: Create a New Organization].",
            "Type its name into [fill: Organization Name].",
            "The [fill: URL] is suggested from the name. Change it if you like: 3 to 40 letters a to z, digits and hyphens.",
            "Press [press: Create Organization].",
            "You see the tab Members next. [read: Invite a New Member] there, or come back later.",
        ]),
        Says(
            "You are the primary owner: the organization rests on you, and you cannot leave it before you hand it over. See [topic: leaving-and-handing-over].",
        ),
        Note("Name and URL can be changed later, and old links go on working."),
    ],
    related: &["inviting-a-new-member", "projects", "roles"],
};

/// Making, changing and deleting projects.
pub static PROJECTS: HelpTopic = HelpTopic {
    slug: "projects",
    title: "Projects",
    summary: "A project says what you work on: a name, a few lines about it, and where to find it.",
    parts: &[
        Says("All members of an organization can create and change its projects. Owners can delete them."),
        Shows(TopicPicture {
            name: "projects",
            alt: "The list of projects of an organization: each with its name, whether it is public or private, a line about it, and when it was modified.",
        }),
        Heading("Creating a project"),
        Steps(&[
            "Follow [follow: Your Dashboard] and open [open: the organization].",
            "Follow [follow: New Project].",
            "Type its name into [fill: Project Name]. A [fill: Description] and a [fill: Web Address] are optional.",
            "Choose who sees it: [choose: Private] is for the people of the organization, [label: Public] for anybody who has the link.",
            "Press [press: Create Project].",
        ]),
        Heading("Changing a project"),
        Steps(&[
            "Open [open: the project] and follow [follow: Project Settings].",
            "Change what you want to change, for instance the [fill: Project Name].",
            "Press [press: Save]. After a new name, old links go on working.",
        ]),
        Heading("Deleting a project"),
        Steps(&[
            "Open [open: the project] and follow [follow: Project Settings].",
            "Press [press: Delete]. The page says what goes with it.",
            "Press [press: Yes].",
        ]),
        Note(
            "A deleted project is gone for good. Its name and URL are never used again, so an old link never leads to something else.",
        ),
    ],
    related: &["your-dashboard", "roles", "activity"],
};

/// What wants an owner's attention.
pub static OVERVIEW: HelpTopic = HelpTopic {
    slug: "overview",
    title: "Overview",
    summary: "What wants attention in an organization, each with what helps one press away.",
    parts: &[
        Shows(TopicPicture {
            name: "overview",
            alt: "The first panel of the tab Overview: owners without two-factor authentication, each with the button Remind.",
        }),
        Steps(&[
            "Follow [follow: Your Dashboard] and open [open: the organization].",
            "Follow [follow: Overview]. The most urgent items come first.",
        ]),
        Says("It tells of:"),
        List(&[
            "Owners without two-factor authentication. [label: Remind] sends them an email.",
            "An organization that rests on one owner: see [topic: roles].",
            "A card that has expired or soon will: see [topic: settings-and-billing].",
            "Invitations that expired, soon will, or could not be delivered: see [topic: pending-invites].",
            "People who were not here for 90 days: see [topic: removing-a-member].",
        ]),
        Says(
            "Beside it you see the members over time and the activity by week. [label: The numbers] below each picture says the same in words.",
        ),
        Note("Only owners see the overview."),
    ],
    related: &["members", "settings-and-billing", "activity"],
};

/// Name, URL and who pays.
pub static SETTINGS_AND_BILLING: HelpTopic = HelpTopic {
    slug: "settings-and-billing",
    title: "Settings and billing",
    summary: "Owners change the name, the URL and the picture of the organization, and say who pays.",
    parts: &[
        Heading("Changing the name or the URL"),
        Steps(&[
            "Follow [follow: Your Dashboard], open [open: the organization], and follow [follow: Settings].",
            "Change the [fill: Organization Name] or the [fill: URL].",
            "Press [press: Save]. Everyone in the organization sees the change at once.",
        ]),
        Says("Old links go on working: they lead to the new URL. No other organization ever gets the old one."),
        Says(
            "All owners receive an email with the old and new values of each save. If someone else saved after you opened the page, it says who and when, and shows the current value under yours. Press [label: Save] again to replace it.",
        ),
        Heading("Changing the billing details"),
        Shows(TopicPicture {
            name: "billing",
            alt: "Billing details in Settings: the card with its last four digits, who is billed, the contact address, and the button Modify.",
        }),
        Steps(&[
            "Follow [follow: Your Dashboard], open [open: the organization], and follow [follow: Settings].",
            "Beside [read: Billing details], press [press: Modify].",
            "Fill in [fill: Cardholder Name], [fill: Address Line 1] and [fill: City]. [label: Address Line 2], [fill: State or Province] and [fill: Postal Code] are optional.",
            "Choose the [pick: Country], and type who is asked about bills into [fill: Contact Email].",
            "Under [read: Update Card], type [fill: Card Number], [fill: Expiry Date] and [fill: CVC]. Leave them empty to keep the card as it is.",
            "Press [press: Save].",
        ]),
        Heading("A picture of the organization"),
        Says(
            "Under [label: Picture], choose a file as [label: New Picture] and press [label: Upload Picture]. It appears beside the name of the organization everywhere. [label: Remove Picture] brings the first letters of the name back.",
        ),
        Note("Of a card, only its brand, its last four digits and its expiry are kept."),
    ],
    related: &["deleting-and-restoring-an-organization", "roles", "activity"],
};

/// Who did what, and when.
pub static ACTIVITY: HelpTopic = HelpTopic {
    slug: "activity",
    title: "Activity",
    summary: "Who did what in an organization, and when. Nothing there can be changed.",
    parts: &[
        Shows(TopicPicture {
            name: "activity",
            alt: "The tab Activity: for each day, who did what and when, the newest first.",
        }),
        Steps(&[
            "Follow [follow: Your Dashboard] and open [open: the organization].",
            "Follow [follow: Activity]. The newest entries come first.",
        ]),
        Says(
            "To find something, open [label: Narrow Down], fill what you know of [label: Person], [label: Kind], [label: From] and [label: To], and press [label: Filter]. Both days count whole, in your own time zone. The address of the page keeps the filter: send it to a colleague, and they see the same, as far as they may. [label: Clear] shows everything again.",
        ),
        Says(
            "Everyone in the organization sees it. Only owners see addresses in it. Events of your own account are under [label: Security]: see [topic: sessions-and-security].",
        ),
    ],
    related: &["exporting", "your-dashboard", "sessions-and-security"],
};

/// Taking along what an organization holds.
pub static EXPORTING: HelpTopic = HelpTopic {
    slug: "exporting",
    title: "Exporting",
    summary: "Owners take along the members, the activity, or the whole organization, as a file.",
    parts: &[
        Heading("The members"),
        Steps(&[
            "Follow [follow: Your Dashboard], open [open: the organization], and follow [follow: Members].",
            "Press [press: Export].",
            "Choose [choose: CSV] for a spreadsheet, or [label: JSON] for a program.",
            "Press [press: Export].",
        ]),
        Heading("The activity"),
        Says(
            "On the tab [label: Activity], set the filter first: what you see is what is exported. Then press [label: Export].",
        ),
        Heading("The whole organization"),
        Steps(&[
            "Follow [follow: Your Dashboard], open [open: the organization], and follow [follow: Settings].",
            "Press [press: Export this Organization]. The next page says what the file holds.",
            "Press [press: Export].",
        ]),
        List(&[
            "In a CSV file, what begins like a formula has an apostrophe in front, so that no spreadsheet calculates it.",
            "Times are in UTC.",
            "The activity tells who exported what.",
            "A file that breaks off is incomplete: the export stops when you are removed, suspended or signed out.",
        ]),
    ],
    related: &["members", "activity", "deleting-and-restoring-an-organization"],
};

/// The end of an organization, and the way back.
pub static DELETING_AND_RESTORING: HelpTopic = HelpTopic {
    slug: "deleting-and-restoring-an-organization",
    title: "Deleting and restoring an organization",
    summary: "What is deleted is gone for everyone at once. For some days an owner can bring it back.",
    parts: &[
        Heading("Deleting an organization"),
        Shows(TopicPicture {
            name: "delete-organization",
            alt: "The question before an organization is deleted: what goes with it, for how long it can be restored, and the buttons Yes and Cancel.",
        }),
        Steps(&[
            "Follow [follow: Your Dashboard], open [open: the organization], and follow [follow: Settings].",
            "At the end of the page, press [press: Delete this Organization]. The next page says what goes with it, and until when it can be restored.",
            "Press [press: Yes].",
        ]),
        List(&[
            "All members receive an email. The email to owners has a link to restore the organization.",
            "Open invitations stop working. They work again when it is restored, unless they have expired.",
            "Its URL is never given to another organization.",
        ]),
        Heading("Restoring an organization"),
        Steps(&[
            "Open [letter: the link in the email] that says the organization was deleted. Or open Account Settings, follow Organizations, and find it under Recently deleted.",
            "Press [press: Restore]. The people, the projects, the billing details and the open invitations are as they were.",
        ]),
        Note("When the time is over, the organization is erased for good, and nobody can bring it back."),
    ],
    related: &["leaving-and-handing-over", "settings-and-billing", "deleting-your-account"],
};
