//! What happens in the demonstration, step by step.

use super::drawing::Drawing;
use crate::authority::Role;
use crate::projects::rules::Visibility;

/// One step. People are named by their usernames, organizations by their URLs.
#[derive(Debug)]
pub enum Step {
    /// Somebody creates an account; their address is `WHO@example.org`.
    Arrives(&'static str),
    /// Somebody chooses how they are called.
    IsCalled { who: &'static str, name: &'static str },
    /// Somebody uploads a picture of themselves.
    Uploads { who: &'static str, what: Drawing },
    /// An owner uploads a picture of the organization.
    Decorates { who: &'static str, at: &'static str, with: Drawing },
    /// Somebody creates an organization.
    Founds { who: &'static str, name: &'static str, slug: &'static str },
    /// An owner invites: a person of the story by name, or an address.
    Invites { who: &'static str, to: &'static str, email: &'static str, role: Role },
    /// The invited person accepts.
    Accepts { who: &'static str, to: &'static str },
    /// The invited person declines.
    Declines { who: &'static str, to: &'static str },
    /// An owner takes an invitation back.
    Cancels { who: &'static str, to: &'static str, email: &'static str },
    /// An owner makes somebody an owner.
    Promotes { who: &'static str, at: &'static str, whom: &'static str },
    /// An owner removes somebody.
    Removes { who: &'static str, from: &'static str, whom: &'static str },
    /// An owner suspends somebody.
    Suspends { who: &'static str, at: &'static str, whom: &'static str },
    /// An owner goes through everyone who belongs: keeps some, gives others another role, and finishes, or stops in the
    /// middle.
    Reviews {
        who: &'static str,
        at: &'static str,
        keeps: &'static [&'static str],
        gives: &'static [(&'static str, Role)],
        finishes: bool,
    },
    /// Somebody leaves.
    Leaves { who: &'static str, from: &'static str },
    /// The primary owner hands over.
    HandsOver { who: &'static str, what: &'static str, to: &'static str },
    /// Somebody creates a project.
    Creates {
        who: &'static str,
        at: &'static str,
        name: &'static str,
        about: &'static str,
        web: &'static str,
        visibility: Visibility,
    },
    /// An owner changes name and URL.
    Renames { who: &'static str, what: &'static str, name: &'static str, slug: &'static str },
    /// An owner fills in who pays.
    Pays { who: &'static str, at: &'static str, bill: Bill },
    /// An owner deletes an organization.
    Deletes { who: &'static str, what: &'static str },
}

/// Who pays, as it is filled in.
#[derive(Debug)]
pub struct Bill {
    pub cardholder: &'static str,
    pub address: &'static str,
    pub city: &'static str,
    pub postal_code: &'static str,
    pub country: &'static str,
    pub contact: &'static str,
}

/// Who can sign in, and why one would.
pub const PEOPLE: [(&str, &str); 5] = [
    ("ada", "primary owner of Analytical Engines, invited to Nimbus Systems"),
    ("grace", "owner of Nimbus Systems, member of Analytical Engines, pays for Harvard Computers"),
    ("alan", "primary owner of Bletchley Works, in the middle of an access review; member of Analytical Engines"),
    ("katherine", "took over Harvard Computers, which had another name once"),
    ("newcomer", "belongs nowhere yet, and has one invitation"),
];

const ENGINES: &str = "analytical-engines";
const BLETCHLEY: &str = "bletchley-works";
const NIMBUS: &str = "nimbus-systems";
const PICKERING: &str = "pickering-lab";
const HARVARD: &str = "harvard-computers";

use Role::{Billing, Member, Owner, Viewer};
use Step::*;
use Visibility::{Private, Public};

/// The steps, each with how many days ago it happened, the earliest first.
pub const STORY: &[(f64, Step)] = &[
    (114.0, Arrives("ada")),
    (113.95, IsCalled { who: "ada", name: "Ada Lovelace" }),
    (113.94, Uploads { who: "ada", what: Drawing::Face }),
    (113.9, Founds { who: "ada", name: "Analytical Engines", slug: ENGINES }),
    (113.85, Decorates { who: "ada", at: ENGINES, with: Drawing::Cogwheel }),
    (113.0, Arrives("joseph")),
    (112.9, IsCalled { who: "joseph", name: "Joseph Clement" }),
    (112.8, Invites { who: "ada", to: ENGINES, email: "joseph", role: Member }),
    (112.0, Accepts { who: "joseph", to: ENGINES }),
    (109.0, Arrives("marc")),
    (108.9, Invites { who: "ada", to: ENGINES, email: "marc", role: Member }),
    (108.3, Accepts { who: "marc", to: ENGINES }),
    (
        101.0,
        Creates {
            who: "joseph",
            at: ENGINES,
            name: "Lathe",
            about: "Screws that fit one another, regardless of the maker.",
            web: "",
            visibility: Private,
        },
    ),
    (92.0, Invites { who: "ada", to: ENGINES, email: "dionysius@example.com", role: Member }),
    (91.2, Cancels { who: "ada", to: ENGINES, email: "dionysius@example.com" }),
    (83.0, Leaves { who: "marc", from: ENGINES }),
    (
        74.0,
        Creates {
            who: "ada",
            at: ENGINES,
            name: "Bernoulli Numbers",
            about: "A table of them, to be worked out by a machine that is not built yet.",
            web: "",
            visibility: Private,
        },
    ),
    (
        62.8,
        Creates {
            who: "ada",
            at: ENGINES,
            name: "Difference Engine No. 2",
            about: "A machine that tabulates polynomial functions to thirty-one digits.\n\nThe drawings are done; the bronze is on its way.",
            web: "https://example.org/difference-engine",
            visibility: Public,
        },
    ),
    (62.0, Arrives("charles")),
    (61.9, Invites { who: "ada", to: ENGINES, email: "charles", role: Owner }),
    (61.2, Accepts { who: "charles", to: ENGINES }),
    (60.0, Arrives("alan")),
    (59.95, IsCalled { who: "alan", name: "Alan Turing" }),
    (59.9, Founds { who: "alan", name: "Bletchley Works", slug: BLETCHLEY }),
    (
        59.0,
        Creates {
            who: "alan",
            at: BLETCHLEY,
            name: "Bombe",
            about: "Tries the settings that a person would not have the patience for.",
            web: "",
            visibility: Private,
        },
    ),
    (58.0, Arrives("joan")),
    (57.9, Invites { who: "alan", to: BLETCHLEY, email: "joan", role: Member }),
    (57.1, Accepts { who: "joan", to: BLETCHLEY }),
    (55.0, Invites { who: "charles", to: ENGINES, email: "alan", role: Member }),
    (54.6, Accepts { who: "alan", to: ENGINES }),
    (52.0, Arrives("grace")),
    (51.9, IsCalled { who: "grace", name: "Grace Hopper" }),
    (51.8, Founds { who: "grace", name: "Nimbus Systems", slug: NIMBUS }),
    (51.0, Invites { who: "ada", to: ENGINES, email: "grace", role: Member }),
    (50.2, Accepts { who: "grace", to: ENGINES }),
    (
        49.0,
        Creates {
            who: "grace",
            at: NIMBUS,
            name: "Compiler",
            about: "Turns what people mean into what machines do.",
            web: "https://example.org/compiler",
            visibility: Public,
        },
    ),
    (48.0, Promotes { who: "alan", at: BLETCHLEY, whom: "joan" }),
    (46.0, Arrives("mary")),
    (45.95, IsCalled { who: "mary", name: "Mary Somerville" }),
    (45.9, Arrives("edward")),
    (45.5, Founds { who: "edward", name: "Pickering Lab", slug: PICKERING }),
    (45.0, Invites { who: "charles", to: ENGINES, email: "mary", role: Member }),
    (44.4, Accepts { who: "mary", to: ENGINES }),
    (43.0, Arrives("katherine")),
    (42.9, IsCalled { who: "katherine", name: "Katherine Johnson" }),
    (42.8, Invites { who: "edward", to: PICKERING, email: "katherine", role: Owner }),
    (42.0, Accepts { who: "katherine", to: PICKERING }),
    (
        41.0,
        Creates {
            who: "katherine",
            at: PICKERING,
            name: "Star Catalogue",
            about: "A quarter of a million stars, each looked at by somebody.",
            web: "",
            visibility: Public,
        },
    ),
    (
        40.0,
        Reviews {
            who: "ada",
            at: ENGINES,
            keeps: &["ada", "charles", "alan", "grace", "mary"],
            gives: &[("joseph", Viewer)],
            finishes: true,
        },
    ),
    (
        39.0,
        Pays {
            who: "ada",
            at: ENGINES,
            bill: Bill {
                cardholder: "Ada Lovelace",
                address: "12 St James’s Square",
                city: "London",
                postal_code: "SW1Y 4JH",
                country: "GB",
                contact: "billing@example.org",
            },
        },
    ),
    (37.0, HandsOver { who: "edward", what: PICKERING, to: "katherine" }),
    (36.0, Renames { who: "katherine", what: PICKERING, name: "Harvard Computers", slug: HARVARD }),
    (35.0, Leaves { who: "edward", from: HARVARD }),
    (34.0, Arrives("dorothy")),
    (33.8, Invites { who: "katherine", to: HARVARD, email: "dorothy", role: Viewer }),
    (33.1, Accepts { who: "dorothy", to: HARVARD }),
    (31.0, Invites { who: "katherine", to: HARVARD, email: "grace", role: Billing }),
    (30.4, Accepts { who: "grace", to: HARVARD }),
    (
        29.0,
        Creates {
            who: "charles",
            at: ENGINES,
            name: "Punched Cards",
            about: "Patterns for the mill, bound with ribbon.",
            web: "",
            visibility: Private,
        },
    ),
    (27.0, Arrives("dionysius")),
    (26.9, Invites { who: "charles", to: ENGINES, email: "dionysius", role: Member }),
    (26.2, Accepts { who: "dionysius", to: ENGINES }),
    (24.0, Invites { who: "ada", to: ENGINES, email: "luigi@example.org", role: Member }),
    (22.0, Arrives("hedy")),
    (21.9, IsCalled { who: "hedy", name: "Hedy Lamarr" }),
    (21.8, Invites { who: "grace", to: NIMBUS, email: "hedy", role: Owner }),
    (21.0, Accepts { who: "hedy", to: NIMBUS }),
    (
        20.0,
        Creates {
            who: "hedy",
            at: NIMBUS,
            name: "Frequency Hopping",
            about: "Eighty-eight channels, as many as a piano has keys.",
            web: "https://example.org/hopping",
            visibility: Private,
        },
    ),
    (18.0, Removes { who: "charles", from: ENGINES, whom: "dionysius" }),
    (17.0, Invites { who: "alan", to: BLETCHLEY, email: "ada", role: Member }),
    (16.3, Accepts { who: "ada", to: BLETCHLEY }),
    (15.0, Invites { who: "ada", to: ENGINES, email: "joan", role: Member }),
    (14.5, Declines { who: "joan", to: ENGINES }),
    (13.0, Arrives("emmy")),
    (12.9, IsCalled { who: "emmy", name: "Emmy Noether" }),
    (12.8, Invites { who: "ada", to: ENGINES, email: "emmy", role: Owner }),
    (12.1, Accepts { who: "emmy", to: ENGINES }),
    (
        11.0,
        Creates {
            who: "emmy",
            at: ENGINES,
            name: "Symmetries",
            about: "What stays the same when everything else changes.",
            web: "",
            visibility: Public,
        },
    ),
    (
        9.0,
        Creates {
            who: "joan",
            at: BLETCHLEY,
            name: "Banburismus",
            about: "Sheets with holes, laid over one another until something agrees.",
            web: "",
            visibility: Private,
        },
    ),
    (8.0, Founds { who: "charles", name: "Statistical Society", slug: "statistical-society" }),
    (6.5, Arrives("kurt")),
    (6.0, Invites { who: "emmy", to: ENGINES, email: "kurt", role: Member }),
    (5.2, Accepts { who: "kurt", to: ENGINES }),
    (4.8, Invites { who: "charles", to: ENGINES, email: "mailer@example.org", role: Member }),
    (4.1, Cancels { who: "charles", to: ENGINES, email: "mailer@example.org" }),
    (
        3.5,
        Creates {
            who: "kurt",
            at: ENGINES,
            name: "Note G",
            about: "The first program, with the first mistake in it. Find it.",
            web: "https://example.org/note-g",
            visibility: Public,
        },
    ),
    (3.0, Deletes { who: "charles", what: "statistical-society" }),
    (2.6, Suspends { who: "grace", at: NIMBUS, whom: "hedy" }),
    (2.2, Invites { who: "ada", to: ENGINES, email: "margaret@example.org", role: Owner }),
    (2.0, Invites { who: "grace", to: NIMBUS, email: "ada", role: Owner }),
    (1.8, Reviews { who: "alan", at: BLETCHLEY, keeps: &["joan"], gives: &[], finishes: false }),
    (1.6, Arrives("newcomer")),
    (1.5, Invites { who: "katherine", to: HARVARD, email: "newcomer", role: Member }),
    (1.1, Invites { who: "emmy", to: ENGINES, email: "ghost@example.org", role: Member }),
    (0.4, Invites { who: "charles", to: ENGINES, email: "sofia@example.org", role: Member }),
    (
        0.1,
        Creates {
            who: "mary",
            at: ENGINES,
            name: "Mechanism of the Heavens",
            about: "Everything that moves up there, for people who live down here.",
            web: "",
            visibility: Private,
        },
    ),
];
