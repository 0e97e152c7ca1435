//! Sites, the week of one site, and all sessions by day.

use askama::Template;
use jiff::civil::{Date, Time, date, time};

use crate::base::page::{Asked, Link, Markup, OpsFrame, Pager, Sample, sample_ops};
use crate::base::{svg, words};

/// Whose slots they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotOwner {
    /// Accord owns them; the partner's system is a copy.
    Accord,
    /// The partner owns them; Accord holds an allocation.
    Partner,
}

impl SlotOwner {
    fn words(self) -> &'static str {
        match self {
            Self::Accord => "Accord",
            Self::Partner => "the partner's own system",
        }
    }
}

/// All sites, those with most room left first (the caller sorts).
#[derive(Debug, Clone, Template)]
#[template(path = "clinic/sites.html")]
pub struct Sites {
    /// Frame.
    pub frame: OpsFrame,
    /// How many there are.
    pub count: u64,
    /// Appointments they offer.
    pub capacity: u64,
    /// Of these, booked.
    pub booked: u64,
    /// One page of them.
    pub rows: Vec<SiteRow>,
    /// The pages.
    pub pager: Pager,
}

/// A site in the list.
#[derive(Debug, Clone)]
pub struct SiteRow {
    /// Name.
    pub name: String,
    /// Its code: what `accord link` asks for.
    pub code: String,
    /// Town or district.
    pub place: String,
    /// Whose slots.
    pub owner: SlotOwner,
    /// Sessions in the campaign.
    pub sessions: u64,
    /// Appointments it offers.
    pub capacity: u64,
    /// Of these, booked.
    pub booked: u64,
    /// Booked on each of the next fourteen days.
    pub daily: Vec<u64>,
    /// Its page.
    pub href: String,
}

impl Sites {
    fn finding(&self) -> String {
        format!(
            "{} {} places; {} are used.",
            words::sentence(&words::count(self.count, "site offers", "sites offer")),
            words::number(self.capacity),
            words::share(self.booked, self.capacity)
        )
    }

    fn spark(&self, nth: &usize, row: &SiteRow) -> Markup {
        let most = row.daily.iter().max().copied().unwrap_or(0);
        svg::sparkline(&format!("s{nth}"), &format!("Booked on each day, at most {}", words::number(most)), &row.daily)
    }
}

/// A site and one week of it.
#[derive(Debug, Clone, Template)]
#[template(path = "clinic/site.html")]
pub struct SitePage {
    /// Frame.
    pub frame: OpsFrame,
    /// Name.
    pub name: String,
    /// Address with postcode.
    pub address: String,
    /// Whose slots.
    pub owner: SlotOwner,
    /// The organisation that gives the capacity.
    pub host: String,
    /// Access attributes it has, in words.
    pub access: Vec<String>,
    /// Monday to Sunday.
    pub days: Vec<DaySessions>,
    /// The week before.
    pub before: Link,
    /// The week after.
    pub after: Link,
}

impl SitePage {
    fn closed(&self) -> bool {
        self.days.iter().all(|day| day.sessions.is_empty())
    }

    fn week_words(&self) -> String {
        self.days.first().map_or_else(|| "No week to show".to_owned(), |d| format!("Week of {}", words::day(d.date)))
    }
}

/// A day and its sessions.
#[derive(Debug, Clone)]
pub struct DaySessions {
    /// The day.
    pub date: Date,
    /// In order of time.
    pub sessions: Vec<SessionRow>,
}

/// A session.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// The site's name.
    pub site: String,
    /// From.
    pub from: Time,
    /// Until.
    pub until: Time,
    /// What is given.
    pub product: String,
    /// "drop-in", or "roving: Wards 3 and 4"; empty where times are booked.
    pub kind: String,
    /// Places booked.
    pub booked: u64,
    /// Places there.
    pub capacity: u64,
    /// The day list.
    pub href: String,
}

impl SessionRow {
    fn used_words(&self) -> String {
        format!("{} of {}", words::number(self.booked), words::number(self.capacity))
    }
}

/// A day of all clinics.
#[derive(Debug, Clone, Template)]
#[template(path = "clinic/sessions.html")]
pub struct Sessions {
    /// Frame.
    pub frame: OpsFrame,
    /// The day.
    pub day: DaySessions,
    /// The day before that has a session.
    pub before: Option<Link>,
    /// The day after that has a session.
    pub after: Option<Link>,
}

impl Sessions {
    fn finding(&self) -> String {
        let (booked, room) = self.day.sessions.iter().fold((0, 0), |(b, c), s| (b + s.booked, c + s.capacity));
        let sessions = words::count(self.day.sessions.len() as u64, "session", "sessions");
        format!(
            "{}, {} places; {} are used.",
            words::sentence(&sessions),
            words::number(room),
            words::share(booked, room)
        )
    }
}

/// One sample of each state.
pub fn samples() -> Vec<Sample> {
    let site = |name: &str, capacity, booked, at: u64| SiteRow {
        name: name.into(),
        code: format!("S{at}"),
        place: "Tendring".into(),
        owner: if at == 2 { SlotOwner::Partner } else { SlotOwner::Accord },
        sessions: 24,
        capacity,
        booked,
        daily: (0..14).map(|d| if d % 7 == 6 { 0 } else { 40 + (d * 7 + at * 13) % 50 }).collect(),
        href: "/sites/1".into(),
    };
    let list = Sites {
        frame: sample_ops("/sites"),
        count: 127,
        capacity: 45_860,
        booked: 39_842,
        pager: Asked::default().pager("/sites", &[], 127),
        rows: vec![
            site("Sudbury Health Centre", 1_900, 912, 0),
            site("Clacton Hospital", 2_304, 2_300, 1),
            site("<script>alert(1)</script> Pharmacy", 480, 0, 2),
            site("The Very Long Name of a Community Hospital and Diagnostic Centre on the Coast", 960, 700, 3),
            site("عيادة", 96, 96, 4),
        ],
    };
    let days = sample_days();
    let page = SitePage {
        frame: sample_ops("/sites"),
        name: "Clacton Hospital".into(),
        address: "Freeland Road, Clacton-on-Sea, CO15 1LH".into(),
        owner: SlotOwner::Accord,
        host: "Example Hospitals".into(),
        access: vec!["step-free".into(), "hearing loop".into(), "parking".into()],
        days: days.clone(),
        before: Link::new("?week=2026-12-28", "Week before"),
        after: Link::new("?week=2027-01-11", "Week after"),
    };
    let bare = SitePage {
        name: "<script>alert(1)</script>".into(),
        access: vec![],
        days: vec![],
        owner: SlotOwner::Partner,
        ..page.clone()
    };
    let sessions = Sessions {
        frame: sample_ops("/sites"),
        day: days[2].clone(),
        before: Some(Link::new("?from=2027-01-05", "Tuesday 5 January")),
        after: Some(Link::new("?from=2027-01-07", "Thursday 7 January")),
    };
    let closed =
        Sessions { day: DaySessions { sessions: vec![], ..days[2].clone() }, before: None, ..sessions.clone() };
    let none = Sites { count: 0, rows: vec![], pager: Pager::default(), ..list.clone() };
    vec![
        Sample::of("clinic-sites-full", &list),
        Sample::of("clinic-sites-empty", &none),
        Sample::of("clinic-site-full", &page),
        Sample::of("clinic-site-bare", &bare),
        Sample::of("clinic-sessions-full", &sessions),
        Sample::of("clinic-sessions-empty", &closed),
    ]
}

/// A week with a closed day, a short one and one of two sessions.
fn sample_days() -> Vec<DaySessions> {
    let session = |at: i8, until: i8, booked| SessionRow {
        site: "Clacton Hospital".into(),
        from: time(at, 0, 0, 0),
        until: time(until, 30, 0, 0),
        kind: if booked == 0 { "roving: Wards 3 and 4".into() } else { String::new() },
        product: "flu, egg-free".into(),
        booked,
        capacity: 96,
        href: "/sites/1/2027-01-05".into(),
    };
    (4..=10)
        .map(|d| DaySessions {
            date: date(2027, 1, d),
            sessions: match d {
                9 => vec![session(9, 12, 80)],
                10 => vec![],
                6 => vec![session(9, 12, 96), session(13, 19, 71)],
                _ => vec![session(9, 16, 96)],
            },
        })
        .collect()
}
