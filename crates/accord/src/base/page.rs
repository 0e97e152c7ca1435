//! What every page is made of: the two frames, links, forms' problems, pictures, the stylesheet, and the pages no noun owns.
//!
//! Text reaches a page only through askama's escaping. The one way round it is [`Markup`], which nothing but `base/svg` makes.

mod pager;

pub use pager::{Asked, Pager};

use std::fmt;
use std::sync::LazyLock;

use askama::{FastWritable, Template, Values, filters::HtmlSafe};
use jiff::civil::DateTime;
use sha2::{Digest, Sha256};

use crate::base::words;

/// A stylesheet or picture served under a name that changes with its content, so that it may be cached for ever.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// The bytes as sent.
    pub bytes: &'static [u8],
    /// The media type.
    pub kind: &'static str,
}

const STYLE: &str = concat!(include_str!("../../assets/nhsuk-cut.css"), include_str!("../../assets/accord.css"));
const MARK: &str = include_str!("../../assets/accord.svg");

static NAMES: LazyLock<[(&str, String, Asset); 2]> = LazyLock::new(|| {
    let named = |name: &'static str, text: &'static str, kind| {
        let sum = Sha256::digest(text.as_bytes());
        let hash: String = sum.iter().take(6).map(|b| format!("{b:02x}")).collect();
        let (stem, end) = name.split_once('.').unwrap_or((name, ""));
        (name, format!("/assets/{stem}.{hash}.{end}"), Asset { bytes: text.as_bytes(), kind })
    };
    [named("accord.css", STYLE, "text/css; charset=utf-8"), named("accord.svg", MARK, "image/svg+xml")]
});

/// The address of an asset, with its content's hash in it: `asset_path("accord.css")` is "/assets/accord.0123456789ab.css".
///
/// # Panics
/// When there is no such asset; names are written in templates and each is rendered by a test.
pub fn asset_path(name: &str) -> &'static str {
    NAMES
        .iter()
        .find(|(known, ..)| *known == name)
        .map(|(_, path, _)| path.as_str())
        .expect("an asset named in a template")
}

/// The asset at an address made by [`asset_path`]; `None` for any other, an old hash included.
pub fn asset(path: &str) -> Option<Asset> {
    NAMES.iter().find(|(_, known, _)| known == path).map(|(.., asset)| *asset)
}

/// Markup made by our own code from escaped parts; printed as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Markup(String);

impl Markup {
    /// Only for code of `base` that has escaped every text in it.
    pub(in crate::base) fn made(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FastWritable for Markup {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn Values) -> askama::Result<()> {
        Ok(dest.write_str(&self.0)?)
    }
}

impl HtmlSafe for Markup {}

/// A link: where to, and its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Address.
    pub href: String,
    /// Words.
    pub text: String,
}

impl Link {
    /// A link to `href` that reads `text`.
    pub fn new(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self { href: href.into(), text: text.into() }
    }
}

/// Which way the language of a page runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Left to right.
    Ltr,
    /// Right to left.
    Rtl,
}

impl Direction {
    /// The value of the `dir` attribute.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }
}

/// Whom a person rings, and when somebody answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Help {
    /// Who answers: "the staff vaccination desk".
    pub who: String,
    /// Number as read out: "01632 960 123".
    pub phone: String,
    /// "8am to 6pm, Monday to Saturday".
    pub hours: String,
}

impl Help {
    /// The number without spaces, for a `tel:` link.
    pub fn dial(&self) -> String {
        self.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }
}

/// The frame of a person's page.
#[derive(Debug, Clone)]
pub struct PersonFrame {
    /// The partnership's name, shown at the top.
    pub partnership: String,
    /// BCP 47 tag of the page's language.
    pub lang: &'static str,
    /// Its direction.
    pub dir: Direction,
    /// Other languages of this page; none hides the list.
    pub languages: Vec<Link>,
    /// Whether everything here is invented: shows the banner.
    pub demo: bool,
    /// Whom to ring.
    pub help: Help,
    /// Idempotency key of the sign-out form; `None` when nobody is signed in.
    pub sign_out_key: Option<String>,
    /// Where this person's pages begin: "/b" for themselves, another address for an operator at their word.
    pub base: String,
    /// For an operator: whom this page is about. None: the person is there themselves.
    pub desk: Option<DeskBar>,
}

/// Above a person's page that an operator has open: whom they book for, on every page of the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskBar {
    /// Given and family name.
    pub name: String,
    /// "born 3 March 1984", or that it is not known.
    pub born: String,
    /// Name of the employer; empty: none is known.
    pub employer: String,
}

/// Who is signed in to the operations pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// "Campaign lead".
    pub role: String,
    /// The organisation the role is held at; empty for the whole partnership.
    pub organisation: String,
    /// Idempotency key of the sign-out form.
    pub key: String,
}

/// The frame of an operations page.
#[derive(Debug, Clone)]
pub struct OpsFrame {
    /// The partnership's name.
    pub partnership: String,
    /// Whether everything here is invented: shows the banner.
    pub demo: bool,
    /// When the figures were read, civil time of the partnership.
    pub as_of: DateTime,
    /// Who looks; `None` before sign-in.
    pub signed_in: Option<SignedIn>,
    /// The pages this role has.
    pub nav: Vec<Link>,
    /// Address of the `nav` entry this page belongs to.
    pub here: String,
    /// The pages above this one, the highest first.
    pub crumbs: Vec<Link>,
}

impl OpsFrame {
    /// "8:02am" today is enough at the top of a page that is read now; the date stands beside it.
    pub fn stamp(&self) -> String {
        format!("{}, {}", words::time(self.as_of.time()), words::day(self.as_of.date()))
    }
}

/// What is wrong with one field of a form. Listed at the top in the order of the fields, and again at the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The id of the field (or the first of its inputs).
    pub field: &'static str,
    /// What happened and what to do, as one sentence.
    pub text: String,
}

/// The problem of a field, if it has one.
pub fn problem_of<'a>(problems: &'a [Problem], field: &str) -> Option<&'a str> {
    problems.iter().find(|p| p.field == field).map(|p| p.text.as_str())
}

/// The table that says the same as a picture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Column headings; the first column names the row.
    pub head: Vec<String>,
    /// Cells as shown.
    pub rows: Vec<Vec<String>>,
}

/// A picture with its finding, drawn once or (wide and narrow) twice, and the table of the same data.
#[derive(Debug, Clone, Default)]
pub struct Figure {
    /// Unique on its page; ids inside the drawing start with it.
    pub id: String,
    /// What the picture shows, as a sentence: the title.
    pub finding: String,
    /// How to read it, in one line.
    pub how: String,
    /// The drawing, or a wide one for broad screens.
    pub wide: Markup,
    /// The drawing for narrow screens; without it the wide one scrolls sideways there.
    pub narrow: Option<Markup>,
    /// Whether the drawing is too broad for half a screen.
    pub broad: bool,
    /// The same data.
    pub table: Table,
    /// Where the data can be had as CSV.
    pub csv: Option<String>,
}

impl Figure {
    /// The same figure with a link to its data.
    #[must_use]
    pub fn with_csv(mut self, href: impl Into<String>) -> Self {
        self.csv = Some(href.into());
        self
    }
}

/// A page of a state that a test renders and a person looks at: its name becomes a file name.
#[derive(Debug, Clone)]
pub struct Sample {
    /// "booking-appointments-full".
    pub name: &'static str,
    /// The page.
    pub html: String,
}

impl Sample {
    /// Renders `page`.
    ///
    /// # Panics
    /// When a template fails; only tests and previews call this.
    pub fn of(name: &'static str, page: &impl Template) -> Self {
        Self { name, html: page.render().expect("a sample renders") }
    }
}

/// A page that says why there is nothing else to see: not found, refused as not found, broken, busy.
#[derive(Debug, Clone, Template)]
#[template(path = "base/standing.html")]
pub struct Standing {
    /// Frame; without `signed_in` it shows no navigation.
    pub frame: OpsFrame,
    /// What happened.
    pub what: Trouble,
    /// The request's id, to be read out to the IT team; shown for a broken page only.
    pub request: Option<String>,
}

/// Why a page cannot be shown. A refused page looks exactly like one that does not exist, so that nobody can probe for names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// 404, and 403 too.
    NotFound,
    /// 500.
    Broken,
    /// 503: seconds until it makes sense to try again.
    Busy(u32),
    /// 429: seconds until it may be done again.
    TooMany(u32),
    /// 503: the store's disk is full, or its server is away; seconds until it makes sense to try again.
    Away(u32),
    /// 503: a commit was under way when the store went away.
    Unknown,
    /// 422 for a form sent from a page that is too old or not ours.
    Stale,
}

impl Trouble {
    /// The HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::Broken => 500,
            Self::Busy(_) | Self::Away(_) | Self::Unknown => 503,
            Self::TooMany(_) => 429,
            Self::Stale => 422,
        }
    }

    fn heading(self) -> &'static str {
        match self {
            Self::NotFound => "There is no such page here",
            Self::Broken => "Something went wrong on our side",
            Self::Busy(_) => "Too many people are here at this moment",
            Self::Away(_) => "Nothing can be saved at this moment",
            Self::Unknown => "We do not know yet whether that was saved",
            Self::TooMany(_) => "You have searched very often in this minute",
            Self::Stale => "This page was open too long, or was sent before with something else in it",
        }
    }

    fn sentences(self) -> Vec<String> {
        let say = |lines: &[&str]| lines.iter().map(|&l| l.to_owned()).collect();
        match self {
            Self::NotFound => say(&[
                "The address may be mistyped, or the page may belong to another organisation.",
                "Nothing was changed.",
            ]),
            Self::Broken => say(&[
                "What you sent was not carried out. Everything is as it was before.",
                "Go back and try once more. If it happens again, ring your IT team and read out the number below.",
            ]),
            Self::Busy(seconds) => vec![
                "What you sent was not carried out. Everything is as it was before.".to_owned(),
                format!("Try again in {}.", words::count(u64::from(seconds), "second", "seconds")),
            ],
            Self::TooMany(seconds) => vec![
                "Nobody was looked for. What you have open stays open.".to_owned(),
                format!("Search again in {}.", words::count(u64::from(seconds), "second", "seconds")),
            ],
            Self::Away(seconds) => vec![
                "What you sent was not carried out. Everything is as it was before.".to_owned(),
                format!(
                    "Try again in {}. If it goes on, ring the number you were given.",
                    words::count(u64::from(seconds), "second", "seconds")
                ),
            ],
            Self::Unknown => say(&[
                "Our store went away while it was saving.",
                "Go back and send the same page once more. However often you send it, it is carried out once.",
            ]),
            Self::Stale => say(&["What you sent was not carried out.", "Go back, reload the page and do it again."]),
        }
    }
}

/// Where data and design come from.
#[derive(Debug, Clone, Template)]
#[template(path = "base/about.html")]
pub struct About {
    /// Frame.
    pub frame: OpsFrame,
    /// Version and commit of the program.
    pub version: String,
    /// Attribution lines of the data in use, as their licences ask.
    pub attribution: Vec<String>,
}

/// One sample of each state of the pages no noun owns.
pub fn samples() -> Vec<Sample> {
    let standing =
        |what, request: Option<&str>| Standing { frame: sample_ops("/"), what, request: request.map(str::to_owned) };
    let about = About {
        frame: sample_ops("/about"),
        version: "0.1.0".to_owned(),
        attribution: [
            "Contains public sector information licensed under the Open Government Licence v3.0.",
            "Contains OS data © Crown copyright and database right 2025.",
            "Contains Royal Mail data © Royal Mail copyright and database right 2025.",
            "Source: Office for National Statistics, NHS England, UK Government Equalities Office.",
        ]
        .map(str::to_owned)
        .to_vec(),
    };
    vec![
        Sample::of("base-not-found", &standing(Trouble::NotFound, None)),
        Sample::of("base-broken", &standing(Trouble::Broken, Some("7f3a-92c1"))),
        Sample::of("base-busy", &standing(Trouble::Busy(20), None)),
        Sample::of("base-too-many", &standing(Trouble::TooMany(41), None)),
        Sample::of("base-away", &standing(Trouble::Away(5), None)),
        Sample::of("base-unknown", &standing(Trouble::Unknown, None)),
        Sample::of("base-stale", &standing(Trouble::Stale, None)),
        Sample::of("base-about", &about),
    ]
}

/// The operations frame that samples share: a campaign lead of the demo partnership.
pub fn sample_ops(here: &str) -> OpsFrame {
    OpsFrame {
        partnership: "Suffolk and North East Essex".to_owned(),
        demo: true,
        as_of: jiff::civil::date(2027, 1, 5).at(8, 2, 0, 0),
        signed_in: Some(SignedIn {
            role: "Campaign lead".into(),
            organisation: "Example Hospitals".into(),
            key: "k-out".into(),
        }),
        nav: [
            ("/campaign", "Campaign"),
            ("/plan", "Plan"),
            ("/organisations", "Organisations"),
            ("/sites", "Clinics"),
            ("/desk", "Desk"),
            ("/worklist", "Worklist"),
            ("/import", "Lists"),
            ("/agreements", "Agreements"),
            ("/ledger", "Ledger"),
        ]
        .map(|(href, text)| Link::new(href, text))
        .to_vec(),
        here: here.to_owned(),
        crumbs: Vec::new(),
    }
}

/// The person's frame that samples share.
pub fn sample_person() -> PersonFrame {
    PersonFrame {
        partnership: "Suffolk and North East Essex".to_owned(),
        lang: "en-GB",
        dir: Direction::Ltr,
        languages: Vec::new(),
        demo: true,
        help: Help {
            who: "the staff vaccination desk".into(),
            phone: "01632 960 123".into(),
            hours: "8am to 6pm, Monday to Saturday".into(),
        },
        sign_out_key: Some("k-out".to_owned()),
        base: "/b".to_owned(),
        desk: None,
    }
}

/// The same page in front of an operator.
pub fn sample_desk() -> PersonFrame {
    PersonFrame {
        base: "/desk/people/p".to_owned(),
        desk: Some(DeskBar {
            name: "Amina Yusuf".into(),
            born: "born 3 March 1984".into(),
            employer: "Example Hospitals".into(),
        }),
        ..sample_person()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asset_is_found_under_its_hash_only() {
        let path = asset_path("accord.css");
        assert!(path.starts_with("/assets/accord.") && path.ends_with(".css"));
        assert!(asset(path).is_some_and(|a| a.bytes.len() > 1000));
        assert!(asset("/assets/accord.css").is_none());
        assert!(asset("/assets/../Cargo.toml").is_none());
    }

    #[test]
    fn the_stylesheet_asks_nobody_else_for_anything() {
        for foreign in ["http:", "https:", "Frutiger", "@font-face", "@import"] {
            assert!(!STYLE.contains(foreign), "{foreign}");
        }
    }
}
