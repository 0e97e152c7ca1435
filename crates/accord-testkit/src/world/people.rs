//! Everybody with their main job: teams, names, homes, rotas, priority. All invented.

use std::collections::HashSet;

use jiff::ToSpan;
use jiff::civil::Date;

use super::dice::{Dice, share_out, totals};
use super::homes;
use super::names::{Drawn, Names};
use super::staff::{Job, Person, Staff};
use super::truth::{RowKind, TruthPerson};
use super::{Campaign, Organisation, Settings};
use crate::geo::{Geo, Postcode};
use crate::world::jobs::{self, Role};
use crate::world::rotas;

/// NHS numbers given out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers(HashSet<u32>);

impl Numbers {
    /// A number of the 999 range, which is never issued, with its check digit; each once.
    pub(super) fn next(&mut self, dice: &mut Dice) -> String {
        loop {
            let serial = dice.below(1_000_000) as u32;
            let first = format!("999{serial:06}");
            if let Some(check) = check_digit(&first).filter(|_| self.0.insert(serial)) {
                return format!("{first}{check}");
            }
        }
    }
}

/// Modulus 11 over the first nine digits; None where the result would be 10.
#[must_use]
pub fn check_digit(nine: &str) -> Option<u32> {
    let sum: u32 = nine.bytes().zip((2..=10).rev()).map(|(d, w)| u32::from(d - b'0') * w).sum();
    match 11 - sum % 11 {
        11 => Some(0),
        10 => None,
        digit => Some(digit),
    }
}

/// People share a mobile number sometimes; the range kept for drama has only 1,000.
pub(super) fn mobile(dice: &mut Dice) -> String {
    format!("07700900{:03}", dice.below(1000))
}

/// True for employers whose list comes out of the trusts' staff system.
pub(crate) fn is_trust(organisation: &Organisation) -> bool {
    organisation.sector == "nhs"
}

/// Everybody, employer by employer, with the main job only.
pub(super) fn employ(geo: &Geo, settings: Settings, campaign: &Campaign, organisations: &[Organisation]) -> Staff {
    let mut maker = Maker {
        geo,
        today: settings.today,
        campaign,
        names: Names::new(geo),
        dice: Dice::new(settings.seed, "people"),
        taken: HashSet::new(),
        staff: Staff::default(),
        urgency: Vec::new(),
    };
    for (at, organisation) in organisations.iter().enumerate().filter(|(_, o)| o.people > 0) {
        maker.employer(at, organisation);
    }
    maker.priorities();
    maker.staff
}

struct Maker<'g> {
    geo: &'g Geo,
    today: Date,
    campaign: &'g Campaign,
    names: Names<'g>,
    dice: Dice,
    taken: HashSet<(String, Date)>,
    staff: Staff,
    urgency: Vec<f64>,
}

/// People in a team, on average.
const TEAM: u32 = 25;

impl Maker<'_> {
    fn employer(&mut self, at: usize, organisation: &Organisation) {
        let bases = jobs::bases(self.geo, organisation, &mut self.dice);
        let base_totals = totals(bases.iter().map(|b| b.1));
        let roles = jobs::roles(self.geo, organisation);
        let role_totals = totals(roles.iter().map(|r| r.1));
        let count = organisation.people.div_ceil(TEAM);
        let sizes: Vec<f64> = (0..count).map(|_| (self.dice.normal() * 0.4).exp()).collect();
        let has_rotas = rotas::known(organisation, &mut self.dice);
        let first_payroll = 1_000_000 + self.dice.below(7_000_000);
        let mut serial = 0;
        for (team_no, size) in share_out(organisation.people, &sizes).into_iter().enumerate() {
            let role = roles[self.dice.weighted(&role_totals)].0;
            let base = bases[self.dice.weighted(&base_totals)].0;
            let team = jobs::team_name(organisation, role, team_no, &mut self.dice);
            for _ in 0..size {
                // A team is mostly of one kind, with a few clerks among clinicians.
                let own = if self.dice.chance(0.82) { role } else { roles[self.dice.weighted(&role_totals)].0 };
                serial += 1;
                let payroll = format!("{}", first_payroll + serial * 7);
                let place = Place { at, organisation, role: own, team: &team, base, payroll };
                self.person(place, has_rotas);
            }
        }
    }

    fn person(&mut self, place: Place<'_>, has_rotas: bool) {
        let index = u32::try_from(self.staff.people.len()).expect("fewer than 2^32 people");
        let women = if place.role.mostly_women { 0.8 } else { 0.48 };
        let sex = if self.dice.chance(women) { 'F' } else { 'M' };
        let trust = is_trust(place.organisation);
        let drawn = self.names.draw(&mut self.dice, trust, sex);
        let born = self.born(&drawn);
        let home = homes::near(self.geo, place.base, &mut self.dice).text.to_string();
        let number = self.staff.numbers.next(&mut self.dice);
        let nhs_number = self.dice.chance(0.93).then_some(number);
        let email = email(&drawn.forename, &drawn.surname, index);
        let rota = self.rota(place.role, has_rotas);
        let leave = rotas::leave(self.campaign, &mut self.dice);
        let title = *self.dice.pick(place.role.titles);
        let job = Job {
            employer: place.at,
            kind: RowKind::Main,
            payroll: place.payroll,
            team: place.team.to_owned(),
            title,
            staff_group: place.role.staff_group,
            base: place.base.text.to_string(),
            rota,
            leave,
            forename: drawn.forename.clone(),
            surname: drawn.surname.clone(),
            nhs_number: nhs_number.clone(),
            home: home.clone(),
            email: email.clone(),
            born: None,
            mobile: None,
            variation: None,
        };
        let truth = TruthPerson {
            index,
            forename: drawn.forename,
            surname: drawn.surname,
            sex,
            born,
            nhs_number,
            home,
            mobile: mobile(&mut self.dice),
            email,
            language: self.language(drawn.language),
            access_needs: access_needs(&mut self.dice),
            priority: 4,
            employer_id: place.organisation.id.clone(),
            team: place.team.to_owned(),
            trap: None,
            rows: Vec::new(),
        };
        self.urgency.push(place.role.urgency + self.dice.unit() * 1.2);
        self.staff.people.push(Person { truth, jobs: vec![job] });
    }

    /// A birth date that nobody of the same name has yet.
    fn born(&mut self, drawn: &Drawn) -> Date {
        let name = format!("{} {}", drawn.forename, drawn.surname).to_lowercase();
        loop {
            let born = birth_date(self.today, &mut self.dice);
            if self.taken.insert((name.clone(), born)) {
                return born;
            }
        }
    }

    fn rota(&mut self, role: &Role, has_rotas: bool) -> String {
        if has_rotas && !self.dice.chance(0.055) {
            rotas::draw(role, self.campaign, &mut self.dice)
        } else {
            String::new()
        }
    }

    /// Most who grew up with another language still ask for English.
    fn language(&mut self, mother_tongue: &str) -> String {
        let keeps = self.dice.chance(0.3);
        if keeps { mother_tongue } else { "English" }.to_owned()
    }

    /// Groups 1 to 4 hold 15, 25, 35 and 25 % of the people, the most exposed jobs first.
    fn priorities(&mut self) {
        let mut order: Vec<usize> = (0..self.urgency.len()).collect();
        order.sort_by(|&a, &b| self.urgency[a].total_cmp(&self.urgency[b]).then(a.cmp(&b)));
        let all = order.len() as f64;
        for (rank, person) in order.into_iter().enumerate() {
            self.staff.people[person].truth.priority = match (rank as f64 + 0.5) / all {
                x if x < 0.15 => 1,
                x if x < 0.40 => 2,
                x if x < 0.75 => 3,
                _ => 4,
            };
        }
    }
}

struct Place<'p> {
    at: usize,
    organisation: &'p Organisation,
    role: &'static Role,
    team: &'p str,
    base: &'p Postcode,
    payroll: String,
}

/// 17 to 70 years old, most about 43.
pub(super) fn birth_date(today: Date, dice: &mut Dice) -> Date {
    let years = (43.0 + dice.normal() * 12.5).clamp(17.1, 69.9);
    let days = (years * 365.25) as i64;
    today.checked_sub(days.days()).expect("seventy years before today is in the calendar")
}

/// At example.org, from the letters of the name and a number of its own.
pub(super) fn email(forename: &str, surname: &str, number: u32) -> String {
    let letters = |text: &str| -> String {
        let plain = super::staff::in_windows_1252(text).to_lowercase();
        plain.chars().filter(char::is_ascii_alphanumeric).take(20).collect()
    };
    let (forename, surname) = (letters(forename), letters(surname));
    let name = if forename.is_empty() && surname.is_empty() {
        "staff".to_owned()
    } else {
        [forename, surname].iter().filter(|s| !s.is_empty()).cloned().collect::<Vec<_>>().join(".")
    };
    format!("{name}.{number}@example.org")
}

/// 4 % need step-free access, 2 % a wheelchair's room, 2 % help with hearing, 1 % a toilet they can use.
fn access_needs(dice: &mut Dice) -> String {
    let shares = [
        (0.04, "step_free_access"),
        (0.02, "wheelchair_access"),
        (0.02, if dice.chance(0.75) { "induction_loop" } else { "sign_language_service" }),
        (0.01, "accessible_toilet"),
    ];
    let mut needs = Vec::new();
    for (share, need) in shares {
        if dice.chance(share) {
            needs.push(need);
        }
    }
    needs.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_follow_the_rule() {
        // 943 476 591 9 is the example number of the NHS data dictionary.
        assert_eq!(check_digit("943476591"), Some(9));
        let mut dice = Dice::new(1, "numbers");
        let mut numbers = Numbers::default();
        let given: HashSet<String> = (0..5000).map(|_| numbers.next(&mut dice)).collect();
        assert_eq!(given.len(), 5000);
        assert!(given.iter().all(|n| n.len() == 10 && n.starts_with("999")));
    }
}
