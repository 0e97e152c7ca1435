//! People on more than one list, or twice on one.

use super::dice::{Dice, totals};
use super::people::{email, is_trust};
use super::staff::{Job, Staff, in_windows_1252};
use super::truth::RowKind;
use super::{Organisation, Settings, homes};
use crate::geo::Geo;

/// Known to two employers.
const TWO_EMPLOYERS: f64 = 0.03;
/// Two assignments in the same trust.
const TWO_ASSIGNMENTS: f64 = 0.02;

/// Adds second jobs. Another employer's row differs in small ways: a married name, no NHS number,
/// an old address - never so many that nobody could tell who it is.
pub(super) fn add(geo: &Geo, settings: Settings, organisations: &[Organisation], staff: &mut Staff) {
    let mut adder = Adder::new(geo, settings, "second jobs", organisations, staff);
    for (at, forename, surname) in std::mem::take(&mut staff.variants) {
        let keeps_letters = in_windows_1252(&forename) == forename;
        adder.variant(staff, at, forename, surname, keeps_letters);
    }
    for at in 0..staff.people.len() {
        let employer = &organisations[staff.people[at].jobs[0].employer];
        if staff.people[at].jobs.len() > 1 {
            continue;
        }
        if is_trust(employer) && adder.dice.chance(TWO_ASSIGNMENTS) {
            adder.second_assignment(staff, at);
        } else if staff.people[at].truth.trap.is_none() && adder.dice.chance(TWO_EMPLOYERS) {
            adder.other_employer(staff, at);
        }
    }
}

/// For each organisation the place of its first person; people stand employer by employer.
fn first_people(organisations: &[Organisation], staff: &Staff) -> Vec<usize> {
    let mut first = vec![0; organisations.len()];
    for (at, person) in staff.people.iter().enumerate().rev() {
        first[person.jobs[0].employer] = at;
    }
    first
}

/// Draws second jobs, from a stream of its own for each topic.
pub(super) struct Adder<'g> {
    pub(super) geo: &'g Geo,
    pub(super) organisations: &'g [Organisation],
    pub(super) dice: Dice,
    first_of: Vec<usize>,
    totals: Vec<f64>,
}

impl<'g> Adder<'g> {
    pub(super) fn new(
        geo: &'g Geo,
        settings: Settings,
        topic: &str,
        organisations: &'g [Organisation],
        staff: &Staff,
    ) -> Self {
        Self {
            geo,
            organisations,
            dice: Dice::new(settings.seed, topic),
            first_of: first_people(organisations, staff),
            totals: totals(organisations.iter().map(|o| f64::from(o.people).sqrt())),
        }
    }

    fn second_assignment(&mut self, staff: &mut Staff, at: usize) {
        let employer = staff.people[at].jobs[0].employer;
        let colleague = self.colleague(staff, employer);
        let mut job = staff.people[at].jobs[0].clone();
        job.kind = RowKind::SecondAssignment;
        job.team = colleague.team;
        job.title = colleague.title;
        job.staff_group = colleague.staff_group;
        job.base = colleague.base;
        job.rota = String::new();
        staff.people[at].jobs.push(job);
    }

    fn other_employer(&mut self, staff: &mut Staff, at: usize) {
        let Some(mut job) = self.elsewhere(staff, at, |_| true) else {
            return;
        };
        let person = &staff.people[at];
        let has_number = person.truth.nhs_number.is_some();
        let draw = self.dice.unit();
        if draw < 0.15 && has_number && person.truth.sex == 'F' {
            let base = self.dice.below(self.geo.surnames.len().min(500));
            self.geo.surnames[base].name.clone_into(&mut job.surname);
        } else if draw < 0.45 {
            job.nhs_number = None;
        } else if draw < 0.52 && has_number {
            job.forename = job.forename.chars().take(1).collect();
        }
        if self.dice.chance(0.25) {
            job.home = self.home_near(&job.base);
        }
        staff.people[at].jobs.push(job);
    }

    /// A home for somebody who works at `base`.
    pub(super) fn home_near(&mut self, base: &str) -> String {
        let base = self.geo.postcodes.find(base).expect("bases are real postcodes");
        homes::near(self.geo, base, &mut self.dice).text.to_string()
    }

    /// The same person, written in another way on another employer's list.
    fn variant(&mut self, staff: &mut Staff, at: usize, forename: String, surname: String, keeps_letters: bool) {
        let fits = |organisation: &Organisation| keeps_letters || !is_trust(organisation);
        let Some(mut job) = self.elsewhere(staff, at, fits) else {
            return;
        };
        job.forename = forename;
        job.surname = surname;
        staff.people[at].jobs.push(job);
    }

    /// A job with an employer the person has none with yet.
    pub(super) fn elsewhere(&mut self, staff: &Staff, at: usize, fits: impl Fn(&Organisation) -> bool) -> Option<Job> {
        let known: Vec<usize> = staff.people[at].jobs.iter().map(|j| j.employer).collect();
        for _ in 0..60 {
            let employer = self.dice.weighted(&self.totals);
            let organisation = &self.organisations[employer];
            if organisation.people == 0 || known.contains(&employer) || !fits(organisation) {
                continue;
            }
            let mut job = self.colleague(staff, employer);
            let own = &staff.people[at].jobs[0];
            job.kind = RowKind::OtherEmployer;
            job.payroll = format!("{}", 9_000_000 + at);
            if self.dice.chance(0.7) {
                job.rota = String::new();
            }
            job.leave.clone_from(&own.leave);
            job.forename.clone_from(&own.forename);
            job.surname.clone_from(&own.surname);
            job.nhs_number.clone_from(&own.nhs_number);
            job.home.clone_from(&own.home);
            let number = 100_000 + staff.people[at].truth.index;
            job.email = email(&own.forename, &own.surname, number);
            return Some(job);
        }
        None
    }

    fn colleague(&mut self, staff: &Staff, employer: usize) -> Job {
        let among = self.organisations[employer].people as usize;
        let at = self.first_of[employer] + self.dice.below(among);
        staff.people[at].jobs[0].clone()
    }
}
