//! The people of an organization: inviting them, their roles, parting from them.

use super::TopicPart::{Heading, List, Note, Policy, Says, Shows, Steps};
use super::{HelpTopic, TopicPicture};

/// What is on the tab Members.
pub static MEMBERS: HelpTopic = HelpTopic {
    slug: "members",
    title: "The tab Members",
    summary: "Everyone who belongs to the organization, with role and date joined.",
    parts: &[
        Shows(TopicPicture {
            name: "members",
            alt: "The list of people: each with picture, name and role, the date joined, and for owners the buttons Make Owner and Remove.",
        }),
        Steps(&["Follow [follow: Your Dashboard] and open [open: the organization].", "Follow [follow: Members]."]),
        Says("Members see names and roles. Owners also see:"),
        List(&[
            "The address of each person, and when they were last here.",
            "The panel [label: Invite a New Member]: see [topic: inviting-a-new-member].",
            "The list [label: Pending Invites]: see [topic: pending-invites].",
            "On each row, [label: Make Owner] or [label: Make Member], [label: Change Role], [label: Suspend] and [label: Remove]: see [topic: roles], [topic: suspending-a-member] and [topic: removing-a-member].",
        ]),
        Says(
            "Your own row has no [label: Remove]: you leave an organization in your account settings. The row of the primary owner has neither, because every organization needs one. See [topic: leaving-and-handing-over].",
        ),
        Heading("Finding people"),
        Says(
            "With more than ten people, a search form appears above the list. Type the beginning of a name and press [label: Find]. Under [label: Filter and Sort] you choose a role and the order.",
        ),
        Says(
            "Owners also see when each person was last here, find people by the beginning of an address up to its @, and filter by two-factor and last visit.",
        ),
        Says("The address of the page holds what you chose: keep it, or send it to another owner."),
    ],
    related: &["inviting-a-new-member", "roles"],
};

/// Sending an invitation.
pub static INVITING: HelpTopic = HelpTopic {
    slug: "inviting-a-new-member",
    title: "Inviting a new member",
    summary: "An owner sends an invitation by email. A person who accepts it becomes a member.",
    parts: &[
        Shows(TopicPicture {
            name: "invite",
            alt: "The panel Invite a New Member, with the field Email, the roles Member and Owner, and the button Send Invite.",
        }),
        Steps(&[
            "Follow [follow: Your Dashboard] and open [open: the organization].",
            "Follow [follow: Members]. Find the panel [read: Invite a New Member].",
            "Type the address of the person into [fill: Email].",
            "Choose a role: [choose: Member] is right for most. Choose [label: Owner] for a person who runs the organization with you. See [topic: roles] for the others.",
            "Press [press: Send Invite]. The invitation appears under [read: Pending Invites].",
        ]),
        Says(
            "The email names you, the organization, the role, and when the invitation expires. Nobody is added without their consent: the person joins by accepting.",
        ),
        Note("Only owners can invite. If you are a member, ask one of the owners. The tab Members lists them."),
    ],
    related: &["inviting-several", "pending-invites", "roles", "accepting-an-invitation"],
};

/// Sending many invitations.
pub static INVITING_SEVERAL: HelpTopic = HelpTopic {
    slug: "inviting-several",
    title: "Inviting several people at once",
    summary: "An owner pastes addresses or chooses a CSV file, checks the list, and sends all invitations with one press.",
    parts: &[
        Steps(&[
            "Follow [follow: Your Dashboard] and open [open: the organization].",
            "Follow [follow: Members]. Under the panel [read: Invite a New Member], follow [follow: Invite Several].",
            "Paste the addresses into [fill: Addresses], with names or without, one below the other or between commas.",
            "Choose the role for lines without one: [choose: Member] is right for most.",
            "Press [press: Preview]. Nothing is sent yet.",
            "Read what will happen to each line, and press [press: Send Invites].",
        ]),
        Says("The preview says for each line what will happen:"),
        List(&[
            "[label: Will be invited]: an invitation is sent.",
            "[label: Already a member] or [label: Already invited]: nothing is sent.",
            "[label: Twice in the list]: the first one counts.",
            "[label: Not readable]: the line says why. Correct it and begin again, or invite the others now.",
        ]),
        Heading("A file"),
        Says(
            "A spreadsheet is saved as CSV in UTF-8. A first row with the names email and role says which column is which; the role beside an address goes before the one you choose.",
        ),
        Heading("While it is sent"),
        Says(
            "You can close the page: it goes on. You find the list again under [label: Invite Several]. Each line is sent once, and each says what became of it. Any owner can press [label: Stop Sending].",
        ),
        Note(
            "A list is sent in your name. If you stop being an owner before it is done, the rest is not sent, and the page says so.",
        ),
    ],
    related: &["inviting-a-new-member", "pending-invites", "roles"],
};

/// What can be done about an invitation that waits.
pub static PENDING_INVITES: HelpTopic = HelpTopic {
    slug: "pending-invites",
    title: "Pending invites",
    summary: "What was sent and not answered yet: send it again, copy its link, or cancel it.",
    parts: &[
        Says(
            "Owners find the list [label: Pending Invites] on the tab Members. Each row shows the address, the role, when it was sent, when it expires, and whether the email left:",
        ),
        Shows(TopicPicture {
            name: "pending",
            alt: "The list Pending Invites: each address with its role, whether it was sent, when it expires, and the buttons Resend, Copy Link and Cancel.",
        }),
        List(&[
            "[label: Sent]: the mail server accepted it.",
            "[label: Failed]: it could not be delivered. Look at the address, or copy the link.",
            "[label: Expired]: it was not answered in time. Send it again with one press.",
        ]),
        Heading("Sending an invitation again"),
        Steps(&[
            "Follow [follow: Your Dashboard], open [open: the organization], and follow [follow: Members].",
            "In the row of the address, press [press-in-row: Resend]. It is valid for the full period again, and the earlier link works, too.",
        ]),
        Heading("Copying the link"),
        Says("If an email does not arrive, give the link to the person in another way, and to nobody else."),
        Steps(&[
            "In the row of the address, press [press-in-row: Copy Link].",
            "Copy the link from the page, then press [press: Done].",
        ]),
        Heading("Cancelling an invitation"),
        Steps(&["In the row of the address, press [press-in-row: Cancel]. Its link stops working."]),
    ],
    related: &["inviting-a-new-member", "accepting-an-invitation", "members"],
};

/// Owners, members, and what each can do.
pub static ROLES: HelpTopic = HelpTopic {
    slug: "roles",
    title: "Roles",
    summary: "What each role can do, and how an owner changes the role of others.",
    parts: &[
        Heading("Making someone an owner"),
        Shows(TopicPicture {
            name: "role",
            alt: "The row of a person on the tab Members, with the buttons Make Owner and Remove.",
        }),
        Steps(&[
            "Follow [follow: Your Dashboard], open [open: the organization], and follow [follow: Members].",
            "In the row of the person, press [press-in-row: Make Owner]. The next page says what an owner can do.",
            "Where it asks, press [press: Yes]. Your password is asked for when you gave it more than 30 minutes ago.",
        ]),
        Heading("Making someone a member"),
        Steps(&[
            "Follow [follow: Your Dashboard], open [open: the organization], and follow [follow: Members].",
            "In the row of the person, press [press-in-row: Make Member]. If open invitations end with it, the next page says which.",
            "Where it asks, press [press: Yes].",
        ]),
        Says("The person and all owners receive an email about it."),
        Heading("The other roles"),
        Says(
            "[label: Viewer] reads projects and changes nothing. [label: Billing] sees the organization and its billing details alone, and changes those.",
        ),
        Steps(&[
            "Follow [follow: Your Dashboard], open [open: the organization], and follow [follow: Members].",
            "In the row of the person, follow [press-in-row: Change Role].",
            "Choose [choose: Viewer] and press [press: Change Role]. If something else ends with it, the next page says what, and asks.",
        ]),
        Heading("Who can do what"),
        Policy,
        Says(
            "The primary owner is the person who created the organization, until they hand it over. There is always one: see [topic: leaving-and-handing-over].",
        ),
    ],
    related: &["members", "removing-a-member", "leaving-and-handing-over"],
};

/// Removing somebody.
pub static REMOVING: HelpTopic = HelpTopic {
    slug: "removing-a-member",
    title: "Removing a member",
    summary: "An owner removes someone, and their access ends at that moment.",
    parts: &[
        Steps(&[
            "Follow [follow: Your Dashboard], open [open: the organization], and follow [follow: Members].",
            "In the row of the person, press [press-in-row: Remove]. The next page says what ends with it.",
            "Press [press: Yes].",
        ]),
        Shows(TopicPicture {
            name: "remove",
            alt: "The question before someone is removed: what ends with it, and the buttons Yes and Cancel.",
        }),
        List(&[
            "The person loses access immediately, on every device.",
            "Invitations that the person sent and nobody answered yet end.",
            "The projects stay, and the history keeps what the person did.",
            "The person and all owners receive an email about it.",
        ]),
        Heading("Several at once"),
        Says(
            "On the tab [label: Members], tick the box below the picture of each person. At the foot of the list choose [label: Remove], or another role, and press [label: Continue].",
        ),
        Says(
            "The next page lists everyone, what ends, and who cannot be changed. After [label: Yes], the page shows the result for each person.",
        ),
        Heading("Taking it back"),
        Says("For 30 minutes, owners can undo a removal and a change of a role: it restores exactly what was cut."),
        Steps(&["Beside the message that tells it, press [press: Undo]."]),
        Says(
            "The email to owners and the tab [label: Activity] lead to a page that says what would be restored, with the same button.",
        ),
        Note(
            "The primary owner cannot be removed. Later than 30 minutes, a person has to be invited again to come back.",
        ),
    ],
    related: &["suspending-a-member", "roles", "leaving-and-handing-over"],
};

/// Taking somebody's access away for a time.
pub static SUSPENDING: HelpTopic = HelpTopic {
    slug: "suspending-a-member",
    title: "Suspending and restoring a member",
    summary: "An owner takes away someone’s access for a time, and keeps their place and their role.",
    parts: &[
        Heading("Suspending"),
        Steps(&[
            "Follow [follow: Your Dashboard], open [open: the organization], and follow [follow: Members].",
            "In the row of the person, press [press-in-row: Suspend]. The next page says what ends with it.",
            "Press [press: Yes].",
        ]),
        Says(
            "Access ends at that moment. The person remains a member and is listed on the tab Members as [label: Suspended]. They can only leave.",
        ),
        Heading("Restoring"),
        Steps(&[
            "Follow [follow: Your Dashboard], open [open: the organization], and follow [follow: Members].",
            "In the row of the person, press [press-in-row: Restore].",
            "Press [press: Yes]. The person has the same role as before.",
        ]),
        Heading("For a time only"),
        Says(
            "A contractor can have a last day: choose it as [label: Access Ends] when you invite them, or press [label: Access Ends] in their row. When that day ends, at midnight UTC, the membership is suspended; a week before, the owners get a reminder. The row says until when. To take the date away, leave it empty.",
        ),
        Says(
            "[label: Restore] asks for a later day, or none. The membership of the primary owner has no end date, for the organization rests on them; and nobody changes their own.",
        ),
        Note("The primary owner cannot be suspended. Invitations that ended with a suspension stay ended."),
    ],
    related: &["removing-a-member", "roles", "members"],
};

/// Going through everyone who belongs.
pub static ACCESS_REVIEW: HelpTopic = HelpTopic {
    slug: "access-review",
    title: "Access Review",
    summary: "Owners go through everyone who belongs, and keep, change or remove each. The result can be printed and exported.",
    parts: &[
        Shows(TopicPicture {
            name: "access-review",
            alt: "A review under way: each person with role and last visit, and the buttons Keep, Change Role and Remove.",
        }),
        Heading("Going through everyone"),
        Steps(&[
            "Follow [follow: Your Dashboard], open [open: the organization], and follow [follow: Members].",
            "Follow [follow: Access Review].",
            "Press [press: Begin a Review]. It lists everyone who belongs at this moment, twenty on a page.",
            "In the row of a person who needs their access, press [press-in-row: Keep].",
        ]),
        Says(
            "In place of [label: Keep], [label: Change Role] gives somebody another role, and [label: Remove] ends their access; both say first what ends with it, and can be undone for 30 minutes, as on the tab Members. A person whose change is undone needs another review.",
        ),
        List(&[
            "[label: Pass Over These] leads to the next page, and decides nothing.",
            "Other owners can go on with the same review. If two owners decide about the same person, the first decision counts.",
            "Yourself and the primary owner you can only keep.",
            "People who leave during the review are marked as gone. People who join are not part of it.",
        ]),
        Heading("The result"),
        Says(
            "Press [label: Finish Review] when you are done. It says how many nobody looked at; they keep their access. The result tells what was decided about each person, by whom and when. [label: Print] shows all of it on one page for the printer; [label: Export as CSV] and [label: Export as JSON] give it as a file. The activity tells who began and who finished the review.",
        ),
        Heading("A reminder each quarter"),
        Says(
            "With [label: Remind Each Quarter], all owners receive an email after 90 days without a review. [label: Stop Reminders] turns that off.",
        ),
    ],
    related: &["members", "roles", "removing-a-member"],
};

/// Leaving, and making another the primary owner.
pub static LEAVING_AND_HANDING_OVER: HelpTopic = HelpTopic {
    slug: "leaving-and-handing-over",
    title: "Leaving and Hand Over",
    summary: "Anyone can leave an organization. The primary owner hands it over first.",
    parts: &[
        Shows(TopicPicture {
            name: "leave",
            alt: "The page Organizations in Account Settings: each organization with your role, and the button Leave or Hand Over.",
        }),
        Heading("Leaving an organization"),
        Steps(&[
            "Open the menu with your name at the top right and follow [follow: Account Settings].",
            "Follow [follow: Organizations].",
            "In the row of the organization, press [press-in-row: Leave]. The next page says what ends with it.",
            "Press [press: Yes].",
        ]),
        Heading("Handing over"),
        Says(
            "If you are the primary owner, you see [label: Hand Over] in place of [label: Leave]. You can hand over to another owner. Is there none? Make a member an owner first: see [topic: roles].",
        ),
        Steps(&[
            "Open the menu with your name at the top right and follow [follow: Account Settings].",
            "Follow [follow: Organizations].",
            "In the row of the organization, press [press-in-row: Hand Over].",
            "Choose the [pick: New primary owner] and press [press: Yes].",
        ]),
        Says("You stay an owner, and can leave from then on. Only the new primary owner can hand it over again."),
    ],
    related: &["roles", "deleting-and-restoring-an-organization", "deleting-your-account"],
};
