//! What the manual has to say: its topics, in the order in which somebody new would read them.

pub mod account;
pub mod operators;
pub mod organizations;
pub mod people;
pub mod start;

/// One page of the manual.
#[derive(Debug)]
pub struct HelpTopic {
    /// Its part of the address.
    pub slug: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What one finds there, in one sentence.
    pub summary: &'static str,
    /// The page.
    pub parts: &'static [TopicPart],
    /// Other topics that one may want next, by their slugs.
    pub related: &'static [&'static str],
}

/// A part of a topic. Its sentences may hold [marks](super::words).
#[derive(Debug)]
pub enum TopicPart {
    /// A paragraph.
    Says(&'static str),
    /// What the parts below it are about.
    Heading(&'static str),
    /// Numbered steps, each a sentence or two, done one after another by one person.
    Steps(&'static [&'static str]),
    /// Some things beside one another.
    List(&'static [&'static str]),
    /// A paragraph set apart.
    Note(&'static str),
    /// A picture of a part of a page.
    Shows(TopicPicture),
    /// Who can do what.
    Policy,
}

/// A picture that `bin/help-pictures` makes.
#[derive(Clone, Copy, Debug)]
pub struct TopicPicture {
    /// Its name: `static/help/NAME.light.webp` and `static/help/NAME.dark.webp`.
    pub name: &'static str,
    /// A description for those who do not see it.
    pub alt: &'static str,
}

/// Topics that belong together.
#[derive(Debug)]
pub struct Group {
    /// What they are about.
    pub title: &'static str,
    /// The topics.
    pub topics: &'static [&'static HelpTopic],
}

/// The whole manual.
pub static MANUAL: [Group; 5] = [
    Group {
        title: "Getting started",
        topics: &[
            &start::CREATING_AN_ACCOUNT,
            &start::ACCEPTING_AN_INVITATION,
            &start::SIGNING_IN,
            &start::YOUR_DASHBOARD,
            &start::FINDING,
        ],
    },
    Group {
        title: "Your organization",
        topics: &[
            &organizations::CREATING,
            &organizations::PROJECTS,
            &organizations::SETTINGS_AND_BILLING,
            &organizations::OVERVIEW,
            &organizations::ACTIVITY,
            &organizations::EXPORTING,
            &organizations::DELETING_AND_RESTORING,
        ],
    },
    Group {
        title: "People",
        topics: &[
            &people::MEMBERS,
            &people::INVITING,
            &people::INVITING_SEVERAL,
            &people::PENDING_INVITES,
            &people::ROLES,
            &people::SUSPENDING,
            &people::REMOVING,
            &people::ACCESS_REVIEW,
            &people::LEAVING_AND_HANDING_OVER,
        ],
    },
    Group {
        title: "Your account",
        topics: &[
            &account::PROFILE,
            &account::EMAIL_ADDRESSES,
            &account::CHANGING_YOUR_PASSWORD,
            &account::TWO_FACTOR,
            &account::PASSKEYS,
            &account::SESSIONS_AND_SECURITY,
            &account::DATE_AND_TIME_FORMAT,
            &account::NOTIFICATIONS,
            &account::DELETING_YOUR_ACCOUNT,
        ],
    },
    Group { title: "For operators", topics: &[&operators::RUNNING_ROSTER] },
];

/// Every topic, in order.
pub fn all() -> impl Iterator<Item = &'static HelpTopic> {
    MANUAL.iter().flat_map(|group| group.topics).copied()
}

/// The topic at an address.
pub fn find(slug: &str) -> Option<&'static HelpTopic> {
    all().find(|topic| topic.slug == slug)
}

impl HelpTopic {
    /// Where it is.
    pub fn href(&self) -> String {
        format!("/help/{}", self.slug)
    }

    /// The topics before and after it.
    pub fn neighbours(&self) -> (Option<&'static Self>, Option<&'static Self>) {
        let before = all().take_while(|topic| topic.slug != self.slug).last();
        let after = all().skip_while(|topic| topic.slug != self.slug).nth(1);
        (before, after)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_topic_is_told_once_and_leads_on() {
        let slugs: Vec<&str> = all().map(|topic| topic.slug).collect();
        assert_eq!(slugs.iter().collect::<BTreeSet<_>>().len(), slugs.len());
        for topic in all() {
            assert!(topic.slug.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", topic.slug);
            assert!(topic.summary.ends_with('.'), "{}", topic.slug);
            for related in topic.related {
                assert!(find(related).is_some_and(|found| found.slug != topic.slug), "{}: {related}", topic.slug);
            }
        }
    }

    #[test]
    fn one_can_read_from_the_first_to_the_last() {
        let mut read = vec![start::CREATING_AN_ACCOUNT.slug];
        let mut here = &start::CREATING_AN_ACCOUNT;
        assert!(here.neighbours().0.is_none());
        while let (_, Some(next)) = here.neighbours() {
            assert_eq!(next.neighbours().0.map(|topic| topic.slug), Some(here.slug));
            read.push(next.slug);
            here = next;
        }
        assert_eq!(read, all().map(|topic| topic.slug).collect::<Vec<_>>());
    }

    #[test]
    fn pictures_are_described() {
        for topic in all() {
            for part in topic.parts {
                let TopicPart::Shows(picture) = part else { continue };
                assert!(picture.alt.len() > 30 && picture.alt.ends_with('.'), "{}", picture.name);
                assert!(picture.alt.len() < 250, "{}", picture.name);
            }
        }
    }
}
