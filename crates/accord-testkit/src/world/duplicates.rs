//! Rows of which no list alone tells whether they mean one person: the same person written in
//! another way by a second employer, and different people who look alike. An importer has to ask.

use super::people::{birth_date, mobile};
use super::second_jobs::Adder;
use super::staff::{Job, Person, Staff};
use super::traps::{link, move_home, rename};
use super::truth::{Trap, Variation};
use super::{Organisation, Settings};
use crate::geo::Geo;
use jiff::civil::Date;
use std::collections::HashSet;

/// One pair of each kind for as many people.
const ONE_IN: usize = 4_000;
/// Draws before a kind is given up, in worlds too small for it.
const TRIES: usize = 4_000;
/// Ages a parent may be above a child, in years.
const GENERATION: (i64, i64) = (19, 34);
/// Letters that are taken for one another where a name is taken down by ear.
const BY_EAR: [(char, char); 6] = [('C', 'K'), ('c', 'k'), ('k', 'c'), ('y', 'i'), ('i', 'y'), ('s', 'z')];

const VARIATIONS: [Variation; 5] = [
    Variation::Initial,
    Variation::MarriedName,
    Variation::Spelling,
    Variation::DayAndMonthSwapped,
    Variation::MovedAway,
];

/// Adds the pairs among people who are on one list once and are nothing special yet.
pub(super) fn add(
    geo: &Geo,
    settings: Settings,
    organisations: &[Organisation],
    special: HashSet<usize>,
    staff: &mut Staff,
) {
    let adder = Adder::new(geo, settings, "duplicates", organisations, staff);
    let mut maker = Maker { adder, settings, special };
    for _ in 0..(staff.people.len() + ONE_IN / 2) / ONE_IN {
        for variation in VARIATIONS {
            maker.until(staff, |maker, staff| maker.same(staff, variation));
        }
        maker.until(staff, Maker::unnumbered);
        maker.until(staff, Maker::twins);
        maker.until(staff, Maker::parent_and_child);
    }
}

struct Maker<'g> {
    adder: Adder<'g>,
    settings: Settings,
    special: HashSet<usize>,
}

impl Maker<'_> {
    fn until(&mut self, staff: &mut Staff, make: impl Fn(&mut Self, &mut Staff) -> Option<()>) {
        let _made = (0..TRIES).find_map(|_| make(self, staff));
    }

    /// Somebody on one list, of an ordinary name.
    fn somebody(&mut self, staff: &Staff) -> Option<usize> {
        let at = self.adder.dice.below(staff.people.len());
        let person = &staff.people[at];
        let letters = |name: &str| name.chars().count() >= 4 && name.chars().all(|c| c.is_ascii_alphabetic());
        let ordinary = letters(&person.truth.forename) && letters(&person.truth.surname);
        let free = person.jobs.len() == 1 && person.truth.trap.is_none() && !self.special.contains(&at);
        (ordinary && free).then_some(at)
    }

    /// Two people of different employers; the second has an NHS number that its list can leave out.
    fn pair(&mut self, staff: &Staff) -> Option<(usize, usize)> {
        let (one, other) = (self.somebody(staff)?, self.somebody(staff)?);
        let apart = staff.people[one].jobs[0].employer != staff.people[other].jobs[0].employer;
        (one != other && apart).then_some((one, other))
    }

    /// The same person on a second list, written in another way and without an NHS number.
    fn same(&mut self, staff: &mut Staff, variation: Variation) -> Option<()> {
        let at = self.somebody(staff)?;
        let mut job = self.adder.elsewhere(staff, at, |_| true)?;
        job.nhs_number = None;
        job.variation = Some(variation);
        self.vary(&staff.people[at], variation, &mut job)?;
        staff.people[at].jobs.push(job);
        self.special.insert(at);
        Some(())
    }

    /// None where this person cannot be written so.
    fn vary(&mut self, person: &Person, variation: Variation, job: &mut Job) -> Option<()> {
        match variation {
            Variation::Initial => job.forename.truncate(1),
            Variation::MarriedName => {
                let surnames = &self.adder.geo.surnames;
                let name = &surnames[self.adder.dice.below(surnames.len().min(500))].name;
                if person.truth.sex != 'F' || *name == job.surname {
                    return None;
                }
                name.clone_into(&mut job.surname);
            }
            Variation::Spelling => job.forename = respelt(&job.forename)?,
            Variation::DayAndMonthSwapped => job.born = Some(swapped(person.truth.born)?),
            Variation::MovedAway => {
                job.home = self.adder.home_near(&job.base);
                let number = mobile(&mut self.adder.dice);
                if job.home == person.truth.home || number == person.truth.mobile {
                    return None;
                }
                job.mobile = Some(number);
            }
        }
        Some(())
    }

    /// A common name and the same birth date: two people, and only one has an NHS number.
    fn unnumbered(&mut self, staff: &mut Staff) -> Option<()> {
        let (one, other) = self.pair(staff)?;
        let [model, mine] = [one, other].map(|at| staff.people[at].truth.clone());
        if model.home == mine.home || model.mobile == mine.mobile || model.sex != mine.sex {
            return None;
        }
        rename(&mut staff.people[other], &model.forename, &model.surname);
        staff.people[other].truth.born = model.born;
        self.linked(staff, (one, other), Trap::SameNameAndBirthUnnumbered)
    }

    /// Twins whose forenames begin alike, one with the initial only.
    fn twins(&mut self, staff: &mut Staff) -> Option<()> {
        let (one, other) = self.pair(staff)?;
        let model = staff.people[one].truth.clone();
        let forename = staff.people[other].truth.forename.clone();
        if forename == model.forename || forename.chars().next() != model.forename.chars().next() {
            return None;
        }
        rename(&mut staff.people[other], &forename, &model.surname);
        staff.people[other].truth.born = model.born;
        move_home(&mut staff.people[other], &model.home);
        staff.people[other].jobs[0].forename.truncate(1);
        self.linked(staff, (one, other), Trap::TwinByInitial)
    }

    /// A child who has its parent's name, at home and with the telephone of the house.
    fn parent_and_child(&mut self, staff: &mut Staff) -> Option<()> {
        let (one, other) = self.pair(staff)?;
        let model = staff.people[one].truth.clone();
        let born = self.a_generation_later(model.born)?;
        if staff.people[other].truth.sex != model.sex {
            return None;
        }
        rename(&mut staff.people[other], &model.forename, &model.surname);
        move_home(&mut staff.people[other], &model.home);
        staff.people[other].truth.born = born;
        staff.people[other].truth.mobile.clone_from(&model.mobile);
        self.linked(staff, (one, other), Trap::ParentAndChild)
    }

    /// A birth date of somebody at work, so long after another; none where they would be too young.
    fn a_generation_later(&mut self, parent: Date) -> Option<Date> {
        let born = birth_date(self.settings.today, &mut self.adder.dice);
        let years = i64::from(born.year()) - i64::from(parent.year());
        (GENERATION.0..=GENERATION.1).contains(&years).then_some(born)
    }

    fn linked(&mut self, staff: &mut Staff, (one, other): (usize, usize), trap: fn(u32) -> Trap) -> Option<()> {
        staff.people[other].jobs[0].nhs_number = None;
        self.special.extend([one, other]);
        link(staff, one, other, trap);
        Some(())
    }
}

/// The name with its first letter that is often misheard put as it was heard.
fn respelt(name: &str) -> Option<String> {
    let (at, letter, heard) = name.char_indices().find_map(|(at, letter)| {
        let heard = BY_EAR.iter().find(|(said, _)| *said == letter)?;
        Some((at, letter, heard.1))
    })?;
    Some(format!("{}{heard}{}", &name[..at], &name[at + letter.len_utf8()..]))
}

/// The date with day and month changed, where that is another date.
fn swapped(born: Date) -> Option<Date> {
    let other = Date::new(born.year(), born.day(), born.month()).ok()?;
    (other != born).then_some(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn names_and_dates_change_by_one_slip() {
        assert_eq!(respelt("Catherine").as_deref(), Some("Katherine"));
        assert_eq!(respelt("Mark").as_deref(), Some("Marc"));
        assert_eq!(respelt("Anna"), None);
        assert_eq!(swapped(date(1980, 2, 3)), Some(date(1980, 3, 2)));
        assert_eq!(swapped(date(1980, 2, 13)), None);
        assert_eq!(swapped(date(1980, 4, 4)), None);
    }
}
