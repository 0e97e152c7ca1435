//! Names that break software, and people who are easily taken for one another.

use std::collections::HashSet;

use super::dice::Dice;
use super::people::{birth_date, email, is_trust};
use super::staff::{Person, Staff, in_windows_1252};
use super::truth::Trap;
use super::{Organisation, Settings, homes};
use crate::geo::Geo;

/// The size at which each edge name appears once.
const FULL_SIZE: usize = 20_000;

/// Gives some people an edge name, and makes twins and namesakes; who they are.
pub(super) fn set(geo: &Geo, settings: Settings, organisations: &[Organisation], staff: &mut Staff) -> HashSet<usize> {
    let mut setter =
        Setter { geo, settings, organisations, dice: Dice::new(settings.seed, "traps"), special: HashSet::new() };
    setter.edge_names(staff);
    let people = staff.people.len();
    for _ in 0..people / 1000 {
        setter.twins(staff);
    }
    for _ in 0..people / 500 {
        setter.namesakes(staff);
    }
    for _ in 0..people / 4000 {
        setter.same_name_and_birth(staff);
    }
    setter.special
}

struct Setter<'g> {
    geo: &'g Geo,
    settings: Settings,
    organisations: &'g [Organisation],
    dice: Dice,
    special: HashSet<usize>,
}

impl Setter<'_> {
    /// In the order of the list, as many as the size of the world warrants. Where the list says
    /// that a name is the row above written in another way, it becomes a variant of that person.
    fn edge_names(&mut self, staff: &mut Staff) {
        let all = &self.geo.edge_names;
        let count = (all.len() * staff.people.len()).div_ceil(FULL_SIZE).min(all.len());
        let mut above = None;
        for (forename, surname, why) in &all[..count] {
            let same = !why.contains("NOT")
                && ["same person", "NFD form", "same name decomposed"].iter().any(|mark| why.contains(mark));
            if same {
                let variant = |at| (at, forename.clone(), surname.clone());
                staff.variants.extend(above.map(variant));
                continue;
            }
            let keeps_letters = [forename, surname].iter().all(|n| in_windows_1252(n) == **n);
            above = self.somebody(staff, |organisation| keeps_letters || !is_trust(organisation));
            if let Some(at) = above {
                rename(&mut staff.people[at], forename, surname);
            }
        }
    }

    /// Somebody not special yet, with an employer that fits. None when luck runs out.
    fn somebody(&mut self, staff: &Staff, fits: impl Fn(&Organisation) -> bool) -> Option<usize> {
        for _ in 0..400 {
            let at = self.dice.below(staff.people.len());
            let employer = &self.organisations[staff.people[at].jobs[0].employer];
            if fits(employer) && self.special.insert(at) {
                return Some(at);
            }
        }
        None
    }

    /// Two people whose names survive every encoding.
    fn pair(&mut self, staff: &Staff) -> Option<(usize, usize)> {
        let one = self.somebody(staff, |_| true)?;
        let other = self.somebody(staff, |_| true)?;
        let plain = |at: usize| {
            let truth = &staff.people[at].truth;
            truth.forename.is_ascii() && truth.surname.is_ascii()
        };
        (plain(one) && plain(other)).then_some((one, other))
    }

    fn twins(&mut self, staff: &mut Staff) {
        let Some((one, other)) = self.pair(staff) else {
            return;
        };
        let model = staff.people[one].truth.clone();
        if model.forename == staff.people[other].truth.forename {
            return;
        }
        let forename = staff.people[other].truth.forename.clone();
        rename(&mut staff.people[other], &forename, &model.surname);
        staff.people[other].truth.born = model.born;
        move_home(&mut staff.people[other], &model.home);
        link(staff, one, other, Trap::Twin);
    }

    fn namesakes(&mut self, staff: &mut Staff) {
        let Some((one, other)) = self.pair(staff) else {
            return;
        };
        let model = staff.people[one].truth.clone();
        rename(&mut staff.people[other], &model.forename, &model.surname);
        while staff.people[other].truth.born == model.born {
            staff.people[other].truth.born = birth_date(self.settings.today, &mut self.dice);
        }
        link(staff, one, other, Trap::SameName);
    }

    fn same_name_and_birth(&mut self, staff: &mut Staff) {
        let Some((one, other)) = self.pair(staff) else {
            return;
        };
        let model = staff.people[one].truth.clone();
        rename(&mut staff.people[other], &model.forename, &model.surname);
        staff.people[other].truth.born = model.born;
        for at in [one, other] {
            let number = staff.numbers.next(&mut self.dice);
            let person = &mut staff.people[at];
            let kept = person.truth.nhs_number.take().unwrap_or(number);
            person.jobs[0].nhs_number = Some(kept.clone());
            person.truth.nhs_number = Some(kept);
        }
        while staff.people[other].truth.home == model.home {
            let base = staff.people[other].jobs[0].base.clone();
            let base = self.geo.postcodes.find(&base).expect("bases are real postcodes");
            let home = homes::near(self.geo, base, &mut self.dice).text.to_string();
            move_home(&mut staff.people[other], &home);
        }
        link(staff, one, other, Trap::SameNameAndBirth);
    }
}

/// Each must not be taken for the other.
pub(super) fn link(staff: &mut Staff, one: usize, other: usize, trap: fn(u32) -> Trap) {
    staff.people[one].truth.trap = Some(trap(staff.people[other].truth.index));
    staff.people[other].truth.trap = Some(trap(staff.people[one].truth.index));
}

pub(super) fn rename(person: &mut Person, forename: &str, surname: &str) {
    let email = email(forename, surname, person.truth.index);
    let job = &mut person.jobs[0];
    for (name, to) in [
        (&mut job.forename, forename),
        (&mut job.surname, surname),
        (&mut person.truth.forename, forename),
        (&mut person.truth.surname, surname),
        (&mut job.email, &email),
        (&mut person.truth.email, &email),
    ] {
        to.clone_into(name);
    }
}

pub(super) fn move_home(person: &mut Person, home: &str) {
    home.clone_into(&mut person.truth.home);
    home.clone_into(&mut person.jobs[0].home);
}
