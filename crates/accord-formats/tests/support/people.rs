//! Invented people from a seed, and how a row that was read compares with one of them.

use std::collections::BTreeMap;

use accord_formats::staff::StaffRow;
use accord_formats::{Date, nhs_number, person_name::match_key};

/// Numbers from a seed (SplitMix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }

    pub fn one<'t, T: ?Sized>(&mut self, of: &[&'t T]) -> &'t T {
        of[self.below(of.len())]
    }

    pub fn in_ten(&mut self, n: usize) -> bool {
        self.below(10) < n
    }
}

/// Somebody, as they truly are.
#[derive(Debug, Clone)]
pub struct Person {
    pub number: String,
    pub given: String,
    pub family: String,
    pub born: Date,
    pub nhs: String,
    pub email: String,
    pub mobile: String,
    pub postcode: String,
    pub team: String,
    pub role: String,
    pub left: bool,
}

const GIVEN: [&str; 40] = [
    "Joan",
    "Eric",
    "Peace",
    "Molly",
    "Hazel",
    "June",
    "Bethany",
    "Neelima",
    "Aimee",
    "Cameron",
    "Daniel",
    "Emma",
    "Amélia",
    "Ronald",
    "Janice",
    "Geraldine",
    "Stana",
    "Melanie",
    "Jorge",
    "Chloe",
    "Wendy",
    "Anita",
    "James",
    "Samuel",
    "Anna",
    "Alicja",
    "Rhodri",
    "Garry",
    "Reece",
    "Jack",
    "Jasmine",
    "Tracey",
    "Kerry",
    "Sofija",
    "Oluwaseun",
    "Zsófia",
    "Wei",
    "Mary Ann",
    "Siobhán",
    "Thi",
];
const FAMILY: [&str; 40] = [
    "Pickering",
    "Waters",
    "Ogunleye",
    "Harris-Armstrong",
    "Dixon",
    "Bryan",
    "Savage",
    "Rattan",
    "Wilkins",
    "Blackburn",
    "Mendes",
    "Manning",
    "Andrade",
    "Haynes",
    "Charlton",
    "Webb",
    "Georgescu",
    "Gray",
    "Simões",
    "Reyes",
    "Thorpe",
    "Grewal",
    "Sanchez",
    "Gordon",
    "Porter",
    "Kwiatkowski",
    "O'Connell",
    "Begum",
    "Phillips",
    "McKenzie",
    "Houghton",
    "Summers",
    "Wilson",
    "Bond",
    "Adeyemi",
    "Nagy",
    "Li",
    "D'Souza",
    "Fitzgerald",
    "Nguyen",
];
const TEAMS: [&str; 6] = ["Ward A", "Ward B", "Kitchen", "Community Team", "Day Unit", "Theatre 2"];
const ROLES: [&str; 6] =
    ["Staff Nurse", "Healthcare Assistant", "Cook", "Senior Carer", "Domestic Assistant", "Deputy Manager"];

pub fn people(dice: &mut Dice, count: usize) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    for n in 0..count {
        let (given, family) = (dice.one(&GIVEN).to_owned(), dice.one(&FAMILY).to_owned());
        let nhs = loop {
            let nine = format!("999{:06}", dice.below(1_000_000));
            if let Some(digit) = nhs_number::check_digit(&nine) {
                break format!("{nine}{digit}");
            }
        };
        let (year, month, day) = (1957 + dice.below(48) as i16, 1 + dice.below(12) as i8, 1 + dice.below(28) as i8);
        let letters = ["AB", "DE", "XY", "PQ", "UZ", "HD"];
        people.push(Person {
            number: format!("{:06}", 100_000 + dice.below(899_999)),
            email: format!("p.{n}@example.org"),
            mobile: format!("07700900{:03}", dice.below(1000)),
            postcode: format!(
                "{}{} {}{}",
                dice.one(&["CO", "IP", "CB"]),
                1 + dice.below(16),
                dice.below(10),
                dice.one(&letters)
            ),
            team: dice.one(&TEAMS).to_owned(),
            role: dice.one(&ROLES).to_owned(),
            left: dice.below(12) == 0,
            born: Date::constant(year, month, day),
            given,
            family,
            nhs,
        });
    }
    people
}

/// Which values of a row are not the person's; nothing where all are.
pub fn wrong(row: &StaffRow, person: &Person, has: &BTreeMap<&str, bool>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut compare = |what: &str, read: Option<String>, truth: &str| {
        let wanted = has.get(what).copied().unwrap_or(true).then(|| truth.to_owned());
        if read != wanted {
            wrong.push(format!("{what} {read:?} for {wanted:?}"));
        }
    };
    let name = row.name.as_ref();
    compare("given", name.map(|n| match_key(&n.given)), &match_key(&person.given));
    compare("family", name.map(|n| match_key(&n.family)), &match_key(&person.family));
    compare("born", row.date_of_birth.map(|d| d.to_string()), &person.born.to_string());
    compare("nhs", row.nhs_number.map(|n| n.to_string()), &person.nhs);
    compare("email", row.work_email.as_ref().map(ToString::to_string), &person.email);
    compare("mobile", row.mobile.as_ref().map(|m| m.as_str().replace("+44", "0")), &person.mobile);
    compare("postcode", row.home_postcode.as_ref().map(ToString::to_string), &person.postcode);
    wrong
}
