//! The invented world: who works where, which clinics are open, who agreed to what, and the staff
//! lists as each employer would send them - with the truth behind every row.
//!
//! [`World::new`] makes all of it from [`Settings`]. Nothing about a person is real.

mod agreements;
mod capacity;
mod catchment;
mod csv_out;
pub(crate) mod dice;
mod duplicates;
mod homes;
mod jobs;
mod long_leave;
mod names;
mod organisations;
mod people;
mod rotas;
mod second_jobs;
mod sites;
pub(crate) mod staff;
mod traps;
mod truth;

use jiff::civil::{Date, Time, Weekday};

pub use truth::{Fault, OtherRow, RowKind, RowRef, Trap, Truth, TruthError, TruthPerson, Variation};

use crate::files;
use crate::geo::Geo;

/// What a world follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Same seed, same world.
    pub seed: u64,
    /// How many distinct people (1 or more). Employers scale in proportion; each keeps one person
    /// at least while there are enough.
    pub people: u32,
    /// The day the world is made for. The campaign starts on the Monday after it.
    pub today: Date,
}

impl Settings {
    /// The demo: 20,000 people, seed 1.
    #[must_use]
    pub fn demo(today: Date) -> Self {
        Self { seed: 1, people: 20_000, today }
    }
}

/// An organisation of the partnership.
#[derive(Clone, Debug, PartialEq)]
pub struct Organisation {
    /// ODS code, or a short code of the demo.
    pub id: String,
    /// True when `id` is an ODS code.
    pub has_ods_code: bool,
    /// Name as published.
    pub name: String,
    /// acute_trust, gp_practice, primary_care_network, pharmacy, care_provider ...
    pub kind: String,
    /// nhs, primary_care, council, social_care, voluntary, contractor, police, education ...
    pub sector: String,
    /// Where it works from inside the area (for those outside, an invented base inside it).
    pub postcode: String,
    /// Distinct people whose main job is here; 0 for a host that is no employer of the demo.
    pub people: u32,
    /// Sends a staff list.
    pub is_employer: bool,
    /// Gives capacity.
    pub is_host: bool,
    /// Invented name of the person to ring, visibly fictitious.
    pub contact_name: String,
    /// What the contact does.
    pub contact_role: String,
    /// Invented address at example.org.
    pub contact_email: String,
}

/// The nine access attributes of the national booking service, in its column order.
pub const ACCESS_ATTRIBUTES: [&str; 9] = [
    "accessible_toilet",
    "braille_translation_service",
    "disabled_car_parking",
    "car_parking",
    "induction_loop",
    "sign_language_service",
    "step_free_access",
    "text_relay",
    "wheelchair_access",
];

/// A place with clinics. The place is real; that it opens, and how much, is invented.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Id of the source file.
    pub id: String,
    /// Name.
    pub name: String,
    /// hospital_hub, vaccination_centre, gp_led or pharmacy.
    pub kind: String,
    /// Id of the organisation that gives the capacity.
    pub host_id: String,
    /// Street and town.
    pub address: String,
    /// Postcode; no two sites share one.
    pub postcode: String,
    /// Degrees, WGS84.
    pub lat: f64,
    /// Degrees, WGS84.
    pub lon: f64,
    /// District code.
    pub district: String,
    /// Invented, in the order of [`ACCESS_ATTRIBUTES`].
    pub access: [bool; 9],
    /// Always `accord` in the demo: the partner's system is a copy.
    pub slots_owner: &'static str,
}

/// An invented product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// `ALPHA` or `BETA`.
    pub code: &'static str,
    /// Visibly generic name.
    pub name: &'static str,
    /// Days from dose 1 to dose 2: at least, best, at most.
    pub interval_days: (u16, u16, u16),
}

/// The two invented products.
pub const PRODUCTS: [Product; 2] = [
    Product { code: "ALPHA", name: "Product Alpha (invented)", interval_days: (19, 21, 28) },
    Product { code: "BETA", name: "Product Beta (invented)", interval_days: (21, 28, 35) },
];

/// The run: two linked appointments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    /// What is given.
    pub programme: &'static str,
    /// First day: the Monday after today.
    pub starts: Date,
    /// Last day for dose 1 (21 days from the start).
    pub first_dose_until: Date,
    /// Last day of all (56 days from the start).
    pub ends: Date,
    /// At most this share of a team away at one time, percent.
    pub team_cover_percent: u8,
    /// Longest way to a clinic, minutes.
    pub travel_limit_minutes: u16,
}

/// A session that comes every week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionTemplate {
    /// Where.
    pub site_id: String,
    /// On which day.
    pub weekday: Weekday,
    /// Opens.
    pub from: Time,
    /// Closes; a whole number of slots after `from`.
    pub until: Time,
    /// Length of a slot.
    pub slot_minutes: u8,
    /// People in one slot.
    pub stations: u16,
    /// Code of the product.
    pub product: &'static str,
    /// First week it holds, a Monday.
    pub valid_from: Date,
    /// Last day it holds, a Sunday.
    pub valid_until: Date,
}

impl SessionTemplate {
    /// Places in one session.
    #[must_use]
    pub fn places(&self) -> u32 {
        let minutes =
            self.from.until(self.until).map_or(0, |span| i64::from(span.get_hours()) * 60 + span.get_minutes());
        u32::try_from(minutes).unwrap_or(0) / u32::from(self.slot_minutes) * u32::from(self.stations)
    }
}

/// A day on which a site is closed all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closure {
    /// Which site.
    pub site_id: String,
    /// When.
    pub date: Date,
    /// Why, in words.
    pub reason: &'static str,
}

/// Doses that arrive at a site before it opens on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Where.
    pub site_id: String,
    /// Code of the product.
    pub product: &'static str,
    /// When.
    pub date: Date,
    /// How many.
    pub doses: u32,
}

/// A capacity agreement of one host with several employers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Id inside the demo, `CAP-` and the host's id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Always "staff vaccination".
    pub purpose: &'static str,
    /// The host.
    pub host_id: String,
    /// The host's sites it covers.
    pub site_ids: Vec<String>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// Who may use what. A pair that is not here is not permitted.
    pub allocations: Vec<Allocation>,
    /// Who signed: invented, and visibly so.
    pub signatories: Vec<Signatory>,
}

/// How much of a site an employer may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// The employer.
    pub employer_id: String,
    /// The site.
    pub site_id: String,
    /// Appointments over the whole campaign, both doses; None = no limit.
    pub limit: Option<u32>,
}

/// An invented signatory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signatory {
    /// For whom.
    pub organisation_id: String,
    /// Visibly fictitious name.
    pub name: String,
    /// As what.
    pub role: &'static str,
}

/// A staff list as an employer sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffFile {
    /// The employer.
    pub employer_id: String,
    /// File name, with the ending of its format.
    pub file_name: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// The whole world.
#[derive(Clone, Debug)]
pub struct World {
    /// What it was made from.
    pub settings: Settings,
    /// Employers first (127), then hosts that are no employers.
    pub organisations: Vec<Organisation>,
    /// The clinics' places.
    pub sites: Vec<Site>,
    /// The run.
    pub campaign: Campaign,
    /// Weekly sessions.
    pub templates: Vec<SessionTemplate>,
    /// Exceptions from them.
    pub closures: Vec<Closure>,
    /// Product stock.
    pub deliveries: Vec<Delivery>,
    /// Capacity agreements, one a host.
    pub agreements: Vec<Agreement>,
    /// One list per employer that has anybody.
    pub staff_files: Vec<StaffFile>,
    /// The people as they are, and where each row of the lists comes from.
    pub truth: Truth,
}

impl World {
    /// Makes the world.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let geo = Geo::demo();
        let campaign = capacity::campaign(settings.today);
        let mut organisations = organisations::employers(geo, settings);
        let sites = sites::choose(geo, settings.seed, &mut organisations);
        let mut staff = people::employ(geo, settings, &campaign, &organisations);
        let special = traps::set(geo, settings, &organisations, &mut staff);
        second_jobs::add(geo, settings, &organisations, &mut staff);
        duplicates::add(geo, settings, &organisations, special, &mut staff);
        long_leave::set(settings, &campaign, &mut staff);
        let permitted = agreements::permitted(settings.seed, &organisations, &sites);
        let demand = catchment::demand(geo, &organisations, &sites, &permitted, &staff);
        let opening = capacity::open(settings, &campaign, &sites, &demand);
        let within_reach = catchment::within_reach(geo, &organisations, &sites, &staff);
        let agreements = agreements::write(&campaign, &organisations, &sites, &permitted, &opening, &within_reach);
        let (staff_files, truth) = files::write(settings, &campaign, &organisations, staff);
        Self {
            settings,
            organisations,
            sites,
            campaign,
            templates: opening.templates,
            closures: opening.closures,
            deliveries: opening.deliveries,
            agreements,
            staff_files,
            truth,
        }
    }

    /// The organisations that send a staff list.
    pub fn employers(&self) -> impl Iterator<Item = &Organisation> {
        self.organisations.iter().filter(|o| o.is_employer)
    }

    /// Every session as a dated row: the templates laid out over the campaign less the closures.
    #[must_use]
    pub fn sessions(&self) -> Vec<(Date, &SessionTemplate)> {
        capacity::lay_out(&self.templates, &self.closures)
    }

    /// Places for dose 1 and for dose 2 (sessions until and after the end of the dose 1 window).
    #[must_use]
    pub fn capacity(&self) -> (u32, u32) {
        capacity::places(&self.sessions(), self.campaign.first_dose_until)
    }

    /// Sites as CSV: the columns of the national service's site import (OdsCode, Name, Address,
    /// PhoneNumber, Longitude, Latitude, ICB, Region, Site type, the nine access attributes as
    /// TRUE or FALSE, Id), then ours: `host`, `kind`, `postcode`, `district`, `slots_owner`.
    #[must_use]
    pub fn sites_csv(&self) -> String {
        csv_out::sites(self)
    }

    /// Weekly sessions as CSV: `site_id, weekday` (Monday ...), `from, until` (09:00),
    /// `slot_minutes, stations, product, valid_from, valid_until` (ISO dates).
    #[must_use]
    pub fn sessions_csv(&self) -> String {
        csv_out::templates(&self.templates)
    }

    /// Closed days as CSV: `site_id, date, reason`.
    #[must_use]
    pub fn closures_csv(&self) -> String {
        csv_out::closures(&self.closures)
    }

    /// Deliveries as CSV: `site_id, product, date, doses`; usable from the opening on that day.
    #[must_use]
    pub fn deliveries_csv(&self) -> String {
        csv_out::deliveries(&self.deliveries)
    }
}
