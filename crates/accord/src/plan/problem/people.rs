//! People: their working time, when they can come, where they can go.

use super::ways::{Ways, sector_of};
use super::{Built, Numbers, day_of};
use crate::cohort::working_time;
use crate::plan::facts::{Facts, JobFacts, PersonFacts};
use crate::plan::reason::Reason;
use accord_formats::{Half, Leave, Rota};
use accord_proof::{DayMask, Person, WhyEmpty};
use jiff::civil::Date;
use std::collections::HashMap;

/// Days of work, and days free in each half.
type Week = (DayMask, [DayMask; 3]);

/// Working time by rota and leave as stored: many people share both.
#[derive(Default)]
struct Times<'a>(HashMap<(Option<&'a str>, Option<&'a str>), (Week, bool)>);

pub(super) fn add(built: &mut Built, facts: &Facts, numbers: &Numbers) {
    let dates = horizon_dates(built);
    let mut ways = Ways::new(facts, &dates);
    let mut times = Times::default();
    let products = ((1u32 << facts.rules.products.len().min(16)) - 1) as u16;
    for (i, person) in (0u32..).zip(&facts.people) {
        let ((on_shift, available), known_rota) = times.of(person.job.as_ref(), &dates);
        built.assumed.rota += u32::from(!known_rota);
        let available = available.map(|days| free(built, facts, person, &dates, days));
        let (reach, why) = reach(built, facts, numbers, &mut ways, person);
        let barrier = match why {
            Some((_, reason)) => Some(reason),
            None => age_barrier(facts, person, &dates),
        };
        let open = barrier.is_none();
        built.barriers.extend(barrier.map(|reason| (i, reason)));
        let employer = person.job.as_ref().map_or(person.employer, |job| job.employer);
        built.problem.people.push(Person {
            team: person.job.as_ref().and_then(|job| job.team).and_then(|id| numbers.team.get(&id)).copied(),
            employer: numbers.employer.get(&employer).copied().unwrap_or(0),
            group: group(facts, person.job.as_ref()),
            products,
            on_shift,
            available,
            reach: if open { reach.clone() } else { 0..0 },
            why_empty: why_empty(built, i),
            given: None,
            pinned: Vec::new(),
        });
    }
}

fn horizon_dates(built: &Built) -> Vec<Date> {
    built.index.first_day.series(jiff::Span::new().days(1)).take(usize::from(built.problem.days)).collect()
}

/// What the problem itself can say of a barrier.
fn why_empty(built: &Built, person: u32) -> Option<WhyEmpty> {
    Some(match built.barriers.get(&person)? {
        Reason::NoSiteWithinTravelLimit { .. } => WhyEmpty::NoSiteWithinTravelLimit,
        Reason::NoSiteWithAccess => WhyEmpty::NoSiteWithAccess,
        Reason::NoAgreement => WhyEmpty::NoAgreement,
        Reason::PartnerOwnsSlots => WhyEmpty::NoProduct,
        _ => return None,
    })
}

type Why = Option<(WhyEmpty, Reason)>;

fn reach(
    built: &mut Built,
    facts: &Facts,
    numbers: &Numbers,
    ways: &mut Ways<'_>,
    person: &PersonFacts,
) -> (std::ops::Range<u32>, Why) {
    let nowhere = |reason| (0..0, Some((WhyEmpty::NoSiteWithinTravelLimit, reason)));
    let Some(job) = &person.job else { return nowhere(Reason::NotEmployed) };
    let home = person.home.as_deref().and_then(sector_of);
    built.assumed.address += u32::from(home.is_none());
    let work = || job.workplace.as_deref().and_then(sector_of);
    let base = || facts.workplaces.get(&job.employer).and_then(|p| sector_of(p));
    let Some(sector) = home.or_else(work).or_else(base) else { return nowhere(Reason::NoAddress) };
    ways.of(built, numbers, job.employer, &sector, person.needs)
}

/// The group of the person's employment; a number the campaign does not have counts as its last group.
fn group(facts: &Facts, job: Option<&JobFacts>) -> u8 {
    let groups = &facts.rules.groups;
    let wanted = job.map(|job| job.group);
    let at = groups.iter().position(|g| Some(g.0) == wanted).unwrap_or(groups.len().saturating_sub(1));
    u8::try_from(at).unwrap_or(u8::MAX)
}

/// Days without those on which another campaign has the person, and those before they are old enough.
fn free(built: &Built, facts: &Facts, person: &PersonFacts, dates: &[Date], mut days: DayMask) -> DayMask {
    for date in facts.busy.get(&person.id).into_iter().flatten() {
        if let Some(day) = day_of(&built.index, built.problem.days, *date) {
            days.remove(day);
        }
    }
    if let (Some(born), Some(first)) = (person.born, dates.first())
        && !old_enough(facts, born, *first)
    {
        for (day, _) in (0u16..).zip(dates).filter(|(_, date)| !old_enough(facts, born, **date)) {
            days.remove(day);
        }
    }
    days
}

fn old_enough(facts: &Facts, born: Date, on: Date) -> bool {
    accord_formats::date::age_on(born, on) >= i16::try_from(facts.rules.age_min).unwrap_or(i16::MAX)
}

fn age_barrier(facts: &Facts, person: &PersonFacts, dates: &[Date]) -> Option<Reason> {
    let age_min = facts.rules.age_min;
    match (age_min, person.born, dates.last()) {
        (0, ..) => None,
        (_, None, _) => Some(Reason::NoDateOfBirth),
        (_, Some(born), Some(last)) if !old_enough(facts, born, *last) => Some(Reason::TooYoung { age_min }),
        _ => None,
    }
}

impl<'a> Times<'a> {
    /// Working time of a job, and whether its rota is known. A rota that cannot be read counts as not known.
    fn of(&mut self, job: Option<&'a JobFacts>, dates: &[Date]) -> (Week, bool) {
        let key = (job.and_then(|j| j.rota.as_deref()), job.and_then(|j| j.leave.as_deref()));
        *self.0.entry(key).or_insert_with(|| {
            let rota = key.0.and_then(|text| Rota::parse(text).ok());
            let leave = key.1.and_then(|text| Leave::parse(text).ok()).unwrap_or_default();
            (week(rota.as_ref(), &leave, dates), rota.is_some())
        })
    }
}

fn week(rota: Option<&Rota>, leave: &Leave, dates: &[Date]) -> Week {
    let days = |wanted: &dyn Fn(Date) -> bool| -> DayMask {
        (0u16..).zip(dates).filter(|(_, date)| wanted(**date)).map(|(day, _)| day).collect()
    };
    let halves = [Half::Morning, Half::Afternoon, Half::Evening];
    (
        days(&|date| working_time::on_shift(rota, leave, date)),
        halves.map(|half| days(&|date| working_time::available(rota, leave, date, half))),
    )
}
