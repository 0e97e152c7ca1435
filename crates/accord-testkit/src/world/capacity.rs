//! Opening hours, stations, products, deliveries: invented, laid out by the demand about each site.
//!
//! Dose 1 (weeks 0 to 2) has people / 0.92 places, except that the sites of Tendring together get
//! 12 % less than the demand that falls on them. Weeks 3 to 5 repeat it for dose 2, each week with
//! the products of three weeks before, and weeks 6 and 7 add a ninth for late comers.

use std::collections::{BTreeMap, HashSet};

use jiff::ToSpan;
use jiff::civil::{Date, Time, Weekday, time};

use super::dice::Dice;
use super::{Campaign, Closure, Delivery, SessionTemplate, Settings, Site};

/// People per dose 1 place.
const LOAD: f64 = 0.92;
/// The district that is short, and its places per person of demand.
const SHORT: (&str, f64) = ("E07000076", 0.88);
/// Share of the dose 1 places that weeks 6 and 7 add.
const LATE: f64 = 0.11;
/// Longest way to a clinic, minutes.
pub(super) const TRAVEL_LIMIT: u16 = 60;
/// Deliveries come in packs of this many doses.
const PACK: u32 = 10;
/// Nobody opens a second half-day for less than this many minutes.
const SHORTEST: u32 = 30;
/// Weeks: dose 1, dose 2, late.
const PERIODS: [(i64, i64); 3] = [(0, 3), (3, 6), (6, 8)];

/// What is open.
pub(super) struct Opening {
    pub(super) templates: Vec<SessionTemplate>,
    pub(super) closures: Vec<Closure>,
    pub(super) deliveries: Vec<Delivery>,
    /// Places by site over the whole campaign.
    pub(super) places: Vec<u32>,
}

/// The run that starts on the Monday after `today`.
pub(super) fn campaign(today: Date) -> Campaign {
    let to_monday = 7 - i64::from(today.weekday().to_monday_zero_offset());
    let starts = today.saturating_add(to_monday.days());
    Campaign {
        programme: "Staff vaccination (demo)",
        starts,
        first_dose_until: starts.saturating_add(20.days()),
        ends: starts.saturating_add(55.days()),
        team_cover_percent: 15,
        travel_limit_minutes: TRAVEL_LIMIT,
    }
}

/// Opens every site for its share of the demand.
pub(super) fn open(settings: Settings, campaign: &Campaign, sites: &[Site], demand: &[f64]) -> Opening {
    let mut dice = Dice::new(settings.seed, "capacity");
    let targets = targets(settings.people, sites, demand);
    let mut opening =
        Opening { templates: Vec::new(), closures: Vec::new(), deliveries: Vec::new(), places: Vec::new() };
    for (site, target) in sites.iter().zip(targets) {
        let closed = closed_days(site, campaign, &mut dice);
        let products = products(site, &mut dice);
        let blocks = blocks(site, &mut dice);
        let plan = SitePlan { site, campaign, closed: &closed, products };
        let from = opening.templates.len();
        for (period, share) in PERIODS.into_iter().zip([1.0, 1.0, LATE]) {
            plan.period(period, target * share, &blocks, &mut opening.templates);
        }
        let sessions = lay_out(&opening.templates[from..], &closed);
        opening.places.push(sessions.iter().map(|(_, t)| t.places()).sum());
        deliveries(&sessions, campaign, &mut opening.deliveries);
        opening.closures.extend(closed);
    }
    opening
}

/// Dose 1 places for each site.
fn targets(people: u32, sites: &[Site], demand: &[f64]) -> Vec<f64> {
    let all = f64::from(people) / LOAD;
    let is_short = |site: &Site| site.district == SHORT.0;
    let sum =
        |short: bool| -> f64 { sites.iter().zip(demand).filter(|(s, _)| is_short(s) == short).map(|(_, d)| d).sum() };
    let rest = (all - sum(true) * SHORT.1) / sum(false).max(1e-9);
    let target = |(site, demand): (&Site, &f64)| {
        let least = if site.kind == "hospital_hub" { 6.0 } else { 0.0 };
        (demand * if is_short(site) { SHORT.1 } else { rest }).max(least)
    };
    sites.iter().zip(demand).map(target).collect()
}

/// Bank holidays of the season, and a training day at some sites.
fn closed_days(site: &Site, campaign: &Campaign, dice: &mut Dice) -> Vec<Closure> {
    let closure = |date, reason| Closure { site_id: site.id.clone(), date, reason };
    let mut closed: Vec<Closure> = campaign
        .starts
        .series(1.day())
        .take_while(|day| *day <= campaign.ends)
        .filter_map(|day| match (day.month(), day.day()) {
            (12, 25) => Some(closure(day, "Christmas Day")),
            (12, 26) => Some(closure(day, "Boxing Day")),
            (1, 1) => Some(closure(day, "New Year's Day")),
            _ => None,
        })
        .collect();
    if site.kind != "hospital_hub" && dice.chance(0.25) {
        let week = dice.between(0, 7);
        let day = campaign.starts.saturating_add((week * 7 + dice.between(0, 4)).days());
        if closed.iter().all(|c| c.date != day) {
            closed.push(closure(day, "Staff training"));
        }
    }
    closed
}

/// Products of weeks 0, 1 and 2; later weeks repeat them. Only some sites can keep Alpha cold.
fn products(site: &Site, dice: &mut Dice) -> [&'static str; 3] {
    match site.id.as_str() {
        "VS2673" | "VS2855" => ["ALPHA", "ALPHA", "ALPHA"],
        "VS2713" => ["BETA", "ALPHA", "BETA"],
        "VS2537" | "VS2543" => ["ALPHA", "BETA", "BETA"],
        _ if site.kind == "gp_led" && dice.chance(0.2) => ["BETA", "BETA", "ALPHA"],
        _ => ["BETA", "BETA", "BETA"],
    }
}

#[derive(Clone, Copy)]
struct Block {
    weekday: Weekday,
    from: Time,
    minutes: u32,
    slot_minutes: u8,
}

impl Block {
    fn slots(self) -> u32 {
        self.minutes / u32::from(self.slot_minutes)
    }
}

/// Half-days in the order in which a site opens them, and the share it likes to open.
fn blocks(site: &Site, dice: &mut Dice) -> (Vec<Block>, f64) {
    use Weekday::{Friday, Monday, Thursday, Tuesday, Wednesday};
    let mut week = [Monday, Tuesday, Wednesday, Thursday, Friday];
    week.rotate_left(dice.below(5));
    let (list, share) = match site.kind.as_str() {
        "hospital_hub" => (hub_week(week), 0.95),
        "vaccination_centre" => (centre_week(week), 0.8),
        _ => (small_week(week), 0.5),
    };
    let slot_minutes = if site.kind == "pharmacy" { 10 } else { 5 };
    let block = |(weekday, from, minutes)| Block { weekday, from, minutes, slot_minutes };
    (list.into_iter().map(block).collect(), share)
}

/// A half-day: weekday, opening time, minutes. The gaps between them leave half an hour to run on.
type HalfDay = (Weekday, Time, u32);

fn morning(weekday: Weekday) -> HalfDay {
    (weekday, time(9, 0, 0, 0), 210)
}

fn afternoon(weekday: Weekday) -> HalfDay {
    (weekday, time(13, 0, 0, 0), 240)
}

fn evening(weekday: Weekday) -> HalfDay {
    (weekday, time(17, 30, 0, 0), 150)
}

/// Evenings and Saturdays come before the last weekdays fill up.
fn hub_week([a, b, c, d, e]: [Weekday; 5]) -> Vec<HalfDay> {
    let day = |weekday| [morning(weekday), afternoon(weekday)];
    let mut list: Vec<_> = [a, b, c].into_iter().flat_map(day).collect();
    list.extend(day(Weekday::Saturday));
    list.extend([a, c].map(evening));
    list.extend([d, e].into_iter().flat_map(day));
    list.extend([b, d, e].map(evening));
    list
}

fn centre_week(week: [Weekday; 5]) -> Vec<HalfDay> {
    let mut list = vec![morning(Weekday::Saturday), evening(week[1])];
    list.extend(week.into_iter().flat_map(|day| [afternoon(day), morning(day)]));
    list.extend([afternoon(Weekday::Saturday), evening(week[3])]);
    list
}

fn small_week([a, b, c, d, e]: [Weekday; 5]) -> Vec<HalfDay> {
    let mut list = vec![afternoon(a), morning(Weekday::Saturday), morning(c), evening(b)];
    list.extend([afternoon(d), morning(e), afternoon(c)]);
    list.extend([morning(a), afternoon(e), evening(d)]);
    list
}

struct SitePlan<'s> {
    site: &'s Site,
    campaign: &'s Campaign,
    closed: &'s [Closure],
    products: [&'static str; 3],
}

impl SitePlan<'_> {
    /// Adds the sessions of a period, about `target` places; none for less than one place.
    fn period(
        &self,
        weeks: (i64, i64),
        target: f64,
        (blocks, share): &(Vec<Block>, f64),
        out: &mut Vec<SessionTemplate>,
    ) {
        let days: Vec<u32> = blocks.iter().map(|b| self.open_days(b.weekday, weeks)).collect();
        let one_station: u32 = blocks.iter().zip(&days).map(|(b, d)| b.slots() * d).sum();
        if target < 1.0 || one_station == 0 {
            return;
        }
        let mut stations = (target / (f64::from(one_station) * share)).round().max(1.0);
        if stations * f64::from(one_station) < target {
            stations += 1.0;
        }
        for (block, slots) in chosen(blocks, &days, target, stations) {
            self.weekly(weeks, block, slots, stations as u16, out);
        }
    }

    /// One template for each run of weeks with the same product.
    fn weekly(
        &self,
        (first, end): (i64, i64),
        block: Block,
        slots: u32,
        stations: u16,
        out: &mut Vec<SessionTemplate>,
    ) {
        let product = |week: i64| self.products[week.rem_euclid(3) as usize];
        let monday = |week: i64| self.campaign.starts.saturating_add((week * 7).days());
        let length = i64::from(slots * u32::from(block.slot_minutes));
        let mut from = first;
        while from < end {
            let until = (from..end).find(|&w| product(w) != product(from)).unwrap_or(end);
            out.push(SessionTemplate {
                site_id: self.site.id.clone(),
                weekday: block.weekday,
                from: block.from,
                until: block.from.saturating_add(length.minutes()),
                slot_minutes: block.slot_minutes,
                stations,
                product: product(from),
                valid_from: monday(from),
                valid_until: monday(until).saturating_sub(1.day()),
            });
            from = until;
        }
    }

    fn open_days(&self, weekday: Weekday, (first, end): (i64, i64)) -> u32 {
        let offset = i64::from(weekday.to_monday_zero_offset());
        let open = (first..end).filter(|week| {
            let day = self.campaign.starts.saturating_add((week * 7 + offset).days());
            self.closed.iter().all(|c| c.date != day)
        });
        u32::try_from(open.count()).expect("a campaign has few weeks")
    }
}

/// Which half-days a site opens, with their slots, for about `target` places; one slot at least.
/// What would be less than half an hour on its own is added to the half-day before.
fn chosen(blocks: &[Block], days: &[u32], target: f64, stations: f64) -> Vec<(Block, u32)> {
    let mut chosen: Vec<(Block, u32)> = Vec::new();
    let (mut missing, mut each_before) = (target, 1.0);
    for (block, &open) in blocks.iter().zip(days).filter(|(_, open)| **open > 0) {
        let each = f64::from(open) * stations;
        let wanted = (missing / each).round().max(0.0) as u32;
        let shortest = SHORTEST / u32::from(block.slot_minutes);
        if let Some((_, slots)) = chosen.last_mut().filter(|_| wanted < shortest) {
            *slots += ((missing / each_before).round().max(0.0) as u32).min(shortest);
            break;
        }
        let slots = wanted.clamp(1, block.slots());
        missing -= each * f64::from(slots);
        each_before = each;
        chosen.push((*block, slots));
    }
    chosen
}

/// Enough for each week's sessions in whole packs, on the Monday.
fn deliveries(sessions: &[(Date, &SessionTemplate)], campaign: &Campaign, out: &mut Vec<Delivery>) {
    let mut needed: BTreeMap<(Date, &'static str), u32> = BTreeMap::new();
    for (date, template) in sessions {
        let back = i64::from(date.weekday().to_monday_zero_offset());
        let monday = date.saturating_sub(back.days()).max(campaign.starts);
        *needed.entry((monday, template.product)).or_default() += template.places();
    }
    let Some((_, first)) = sessions.first() else {
        return;
    };
    for ((date, product), places) in needed {
        let doses = places.div_ceil(PACK) * PACK;
        out.push(Delivery { site_id: first.site_id.clone(), product, date, doses });
    }
}

/// Every session as a dated row, by date and then in the order of the templates.
pub(super) fn lay_out<'t>(templates: &'t [SessionTemplate], closures: &[Closure]) -> Vec<(Date, &'t SessionTemplate)> {
    let closed: HashSet<(&str, Date)> = closures.iter().map(|c| (c.site_id.as_str(), c.date)).collect();
    let mut sessions = Vec::new();
    for template in templates {
        let offset = i64::from(template.weekday.to_monday_zero_offset());
        let first = template.valid_from.saturating_add(offset.days());
        let days = first.series(7.days()).take_while(|day| *day <= template.valid_until);
        let open = days.filter(|day| !closed.contains(&(template.site_id.as_str(), *day)));
        sessions.extend(open.map(|day| (day, template)));
    }
    sessions.sort_by_key(|(date, _)| *date);
    sessions
}

/// Places in sessions up to a day, and after it.
pub(super) fn places(sessions: &[(Date, &SessionTemplate)], until: Date) -> (u32, u32) {
    let sum = |first: bool| sessions.iter().filter(|(d, _)| (*d <= until) == first).map(|(_, t)| t.places()).sum();
    (sum(true), sum(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tendring_gets_twelve_percent_less_than_its_demand() {
        let geo = crate::geo::Geo::demo();
        let settings = Settings::demo(jiff::civil::date(2026, 11, 22));
        let mut organisations = super::super::organisations::employers(geo, settings);
        let sites = super::super::sites::choose(geo, 1, &mut organisations);
        let demand: Vec<f64> = sites.iter().map(|_| 20_000.0 / sites.len() as f64).collect();
        let targets = targets(settings.people, &sites, &demand);
        assert!((targets.iter().sum::<f64>() - 20_000.0 / LOAD).abs() < 1e-6);
        for ((site, target), demand) in sites.iter().zip(targets).zip(demand) {
            let ratio = target / demand;
            if site.district == SHORT.0 {
                assert!((ratio - 0.88).abs() < 1e-9, "{}: {ratio}", site.name);
            } else {
                assert!(ratio > 1.0 / LOAD, "{}: {ratio}", site.name);
            }
        }
        assert!(sites.iter().filter(|s| s.district == SHORT.0).count() >= 4);
    }

    #[test]
    fn a_campaign_starts_on_the_monday_after_today() {
        use jiff::civil::date;
        for (today, starts) in [
            (date(2026, 11, 22), date(2026, 11, 23)),
            (date(2026, 11, 23), date(2026, 11, 30)),
            (date(2026, 11, 28), date(2026, 11, 30)),
        ] {
            let campaign = campaign(today);
            assert_eq!(campaign.starts, starts);
            assert_eq!(campaign.ends.weekday(), Weekday::Sunday);
        }
    }
}
