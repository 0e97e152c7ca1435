//! Lists of employers nobody has seen, from seeds: other headings, orders, separators, encodings, dates, names, lines above
//! and below. Every record is accounted for, and the people are right without anybody's help.

#[path = "support/people.rs"]
mod made_up;
mod support;

use std::collections::BTreeMap;

use accord_formats::Date;
use accord_formats::staff::{SkipReason, Went, read_table};
use made_up::{Dice, Person, people, wrong};
use support::read_guessed;

const NUMBER: &[&str] = &[
    "Employee Number",
    "Staff No.",
    "Payroll number",
    "Emp No",
    "Pay ref",
    "Personnel No",
    "Clock No",
    "Employe Number",
];
const GIVEN: &[&str] =
    &["First Name", "Forename", "Forename(s)", "Given names", "FIRST_NAME", "Forname", "Employee forename", "First"];
const FAMILY: &[&str] =
    &["Surname", "Last Name", "Family name", "SURNAME", "Sirname", "Employee Surname", "LAST_NAME", "Last"];
const WHOLE: &[&str] =
    &["Name", "Full name", "Staff member", "Employee Name", "Name of employee", "Staff name", "Colleague"];
const BORN: &[&str] =
    &["DOB", "Date of Birth", "D.O.B.", "Birth date", "date_of_birth", "Date of Brith", "Date Of Birth *"];
const NHS: &[&str] = &["NHS Number", "NHS no", "NHS No.", "nhs_number", "NHS num", "NHS Nmuber"];
const EMAIL: &[&str] =
    &["Email", "E-mail address", "Work Email", "Work e-mail", "EMAIL_ADDRESS", "Emial", "Email (work)"];
const MOBILE: &[&str] =
    &["Mobile", "Mobile number", "Phone", "Tel no", "Contact number", "Moblie No", "MOBILE_PHONE", "Phone / mobile"];
const POSTCODE: &[&str] =
    &["Postcode", "Home postcode", "Post code", "Home p/code", "HOME_POSTCODE", "Poscode", "Postcode (home)"];
const TEAM: &[&str] = &["Team", "Ward", "Department", "Dept", "Unit", "Directorate"];
const ROLE: &[&str] = &["Role", "Job title", "Position", "Post", "Job role"];
const ACTIVE: &[&str] = &["Active", "Active?", "Current", "Currently employed"];

/// How one list is written.
struct Style {
    separator: char,
    encoding: usize,
    name: usize,
    date: usize,
    phone: usize,
    heads: usize,
    odd_columns: bool,
    without: Vec<&'static str>,
    yes_no: (&'static str, &'static str),
    sections: bool,
    total: bool,
    above: usize,
}

impl Style {
    fn of(dice: &mut Dice) -> Self {
        let separator = [',', ';', '\t', '|', '~', '^', '¦'][dice.below(7)];
        let without: Vec<&str> =
            ["number", "nhs", "email", "mobile", "postcode"].into_iter().filter(|_| dice.below(5) == 0).collect();
        Self {
            separator,
            encoding: dice.below(5),
            name: dice.below(5),
            date: dice.below(9),
            phone: dice.below(4),
            heads: dice.below(10),
            odd_columns: dice.in_ten(6),
            yes_no: [("Y", "N"), ("Yes", "No"), ("TRUE", "FALSE"), ("1", "0"), ("Oui", "Non"), ("Ja", "Nein")]
                [dice.below(6)],
            without,
            sections: dice.in_ten(2),
            total: dice.in_ten(5),
            above: dice.below(4),
        }
    }

    fn has(&self) -> BTreeMap<&'static str, bool> {
        self.without.iter().map(|w| (*w, false)).collect()
    }
}

fn written(date: Date, style: usize) -> String {
    let (year, month, day) = (date.year(), date.month(), date.day());
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let name = NAMES[month as usize - 1];
    match style {
        0 => format!("{day:02}/{month:02}/{year}"),
        1 => format!("{month:02}/{day:02}/{year}"),
        2 => format!("{year}-{month:02}-{day:02}"),
        3 => format!("{day:02}-{}-{year}", name.to_uppercase()),
        4 => format!("{day}.{month}.{:02}", year % 100),
        5 => format!("{year}{month:02}{day:02}"),
        6 => format!("{day:02}{month:02}{year}"),
        7 => format!("{year}-{month:02}-{day:02} 00:00:00"),
        _ => {
            let epoch = Date::constant(1899, 12, 30);
            date.since(epoch).expect("in range").get_days().to_string()
        }
    }
}

/// Heading and value of every column for a person.
fn columns(dice: &mut Dice, style: &Style) -> Vec<(&'static str, Vec<&'static str>)> {
    let pick = |dice: &mut Dice, of: &'static [&'static str]| vec![dice.one(of)];
    let mut columns = vec![
        ("number", pick(dice, NUMBER)),
        ("born", pick(dice, BORN)),
        ("nhs", pick(dice, NHS)),
        ("email", pick(dice, EMAIL)),
        ("mobile", pick(dice, MOBILE)),
        ("postcode", pick(dice, POSTCODE)),
        ("team", pick(dice, TEAM)),
        ("role", pick(dice, ROLE)),
        ("active", pick(dice, ACTIVE)),
    ];
    if style.name < 2 {
        columns.insert(dice.below(2), ("given", pick(dice, GIVEN)));
        columns.insert(dice.below(2), ("family", pick(dice, FAMILY)));
    } else {
        columns.insert(dice.below(3), ("whole", pick(dice, WHOLE)));
    }
    columns.retain(|(what, _)| !style.without.contains(what));
    if style.odd_columns {
        for odd in [
            "Line manager email",
            "Contracted hrs",
            "DBS expiry",
            "Next of kin tel",
            "Locker",
            "Shoe size",
            "Parking permit",
        ] {
            if dice.in_ten(5) {
                columns.insert(dice.below(columns.len() + 1), ("odd", vec![odd]));
            }
        }
    }
    for at in (1..columns.len()).rev() {
        // Names stay beside each other.
        let other = dice.below(at + 1);
        if ![at, other].iter().any(|i| ["given", "family"].contains(&columns[*i].0)) {
            columns.swap(at, other);
        }
    }
    columns
}

fn value(what: &str, heading: &str, person: &Person, style: &Style, dice: &mut Dice) -> String {
    match what {
        "number" => person.number.clone(),
        "given" => person.given.clone(),
        "family" if style.name == 1 => person.family.to_uppercase(),
        "family" => person.family.clone(),
        "whole" => match style.name {
            2 => format!("{}, {}", person.family, person.given),
            3 => format!("{} {}", person.family.to_uppercase(), person.given),
            _ => format!("{}, {}", person.family.to_uppercase(), person.given),
        },
        "born" => written(person.born, style.date),
        "nhs" if style.phone == 0 => person.nhs.clone(),
        "nhs" => format!("{} {} {}", &person.nhs[..3], &person.nhs[3..6], &person.nhs[6..]),
        "email" if style.phone == 3 => format!("{} (work)", person.email),
        "email" => person.email.clone(),
        "mobile" => match style.phone {
            0 => person.mobile[1..].to_owned(),
            1 => format!("+44 {} {}", &person.mobile[1..5], &person.mobile[5..]),
            2 => format!("{} {} not before 2pm", &person.mobile[..5], &person.mobile[5..]),
            _ => person.mobile.clone(),
        },
        "postcode" if style.phone == 1 => person.postcode.to_lowercase().replace(' ', ""),
        "postcode" => person.postcode.clone(),
        "team" => person.team.clone(),
        "role" => person.role.clone(),
        "active" => if person.left { style.yes_no.1 } else { style.yes_no.0 }.to_owned(),
        _ if heading.contains("email") => "boss@example.org".to_owned(),
        _ if heading.contains("tel") => format!("07700900{:03}", dice.below(1000)),
        _ if heading.contains("expiry") => {
            written(Date::constant(2027, 1 + dice.below(12) as i8, 1 + dice.below(28) as i8), style.date)
        }
        _ => dice.below(60).to_string(),
    }
}

fn quoted(cell: &str, separator: char) -> String {
    if cell.contains([separator, '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

fn line(cells: &[String], separator: char) -> String {
    let cells: Vec<String> = cells.iter().map(|c| quoted(c, separator)).collect();
    cells.join(&separator.to_string()) + "\r\n"
}

/// The list, and the record of each person.
fn list(people: &[Person], style: &Style, dice: &mut Dice) -> (String, Vec<u32>) {
    let columns = columns(dice, style);
    let mut text = String::new();
    let mut row = 0;
    let mut add = |text: &mut String, cells: &[String]| {
        text.push_str(&line(cells, style.separator));
        row += 1;
        row
    };
    let lone = |words: String| {
        let mut cells = vec![String::new(); columns.len()];
        cells[0] = words;
        cells
    };
    for n in 0..style.above {
        let words = ["Staff list", "Produced 20 Nov 2026 by HR", ""][n];
        add(&mut text, &[words.to_owned()]);
    }
    let heads: Vec<String> = columns.iter().map(|(_, h)| h[0].to_owned()).collect();
    match style.heads {
        // No headings at all, or in a language of their own.
        0 => {}
        1 => drop(add(
            &mut text,
            &(0..columns.len()).map(|n| format!("Feld {}", char::from(b'A' + n as u8))).collect::<Vec<_>>(),
        )),
        // A group above each pair.
        2 => {
            let groups: Vec<String> =
                (0..columns.len()).map(|n| if n == 0 { "Details".to_owned() } else { String::new() }).collect();
            add(&mut text, &groups);
            add(&mut text, &heads);
        }
        _ => drop(add(&mut text, &heads)),
    }
    let mut rows = Vec::new();
    for (n, person) in people.iter().enumerate() {
        if style.sections && n % 20 == 0 {
            add(&mut text, &lone(format!("Ward {} - nights", n / 20 + 1)));
        }
        let cells: Vec<String> = columns.iter().map(|(what, h)| value(what, h[0], person, style, dice)).collect();
        rows.push(add(&mut text, &cells));
    }
    if style.total {
        add(&mut text, &lone(format!("Total: {}", people.len())));
    }
    (text, rows)
}

fn bytes(text: &str, encoding: usize) -> Vec<u8> {
    match encoding {
        1 => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        2 => [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
        3 => [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect(),
        // Only letters that the old encoding has.
        4 => encoding_rs::WINDOWS_1252.encode(&text.replace('ő', "o")).0.into_owned(),
        _ => text.as_bytes().to_vec(),
    }
}

fn has_two_phones(text: &str) -> bool {
    let line = text.lines().rev().find(|l| l.contains('@')).unwrap_or_default();
    line.replace(' ', "").matches("7700900").count() > 1
}

/// What came of one list.
#[derive(Default)]
struct Tally {
    people: usize,
    right: usize,
    has_headings: bool,
    accounted: bool,
    complaint: Option<String>,
}

fn tried(seed: u64) -> Tally {
    let mut dice = Dice::new(seed);
    let style = Style::of(&mut dice);
    let staff = people(&mut dice, 20 + seed as usize % 60);
    let (text, rows) = list(&staff, &style, &mut dice);
    let mut tally = Tally { people: staff.len(), has_headings: style.heads > 1, accounted: true, ..Tally::default() };
    let table = match read_table(&bytes(&text, style.encoding), "list.csv") {
        Ok(table) => table,
        Err(error) => {
            tally.complaint = Some(format!("{seed}: {error}"));
            return tally;
        }
    };
    let outcome = read_guessed(&table);
    let account = &outcome.account;
    let sections = if style.sections { staff.len().div_ceil(20) as u32 } else { 0 };
    // Without headings a title above the people looks like a section's.
    let titles = if style.heads == 0 { style.above as u32 } else { 0 };
    tally.accounted = account.balances()
        && (sections..=sections + titles).contains(&account.count(Went::PassedOver(SkipReason::Section)))
        && account.count(Went::PassedOver(SkipReason::Total)) == u32::from(style.total);
    let mut has = style.has();
    // Without headings nobody can tell a person's number from a relative's: neither is taken.
    if style.heads <= 1 && has_two_phones(&text) {
        has.insert("mobile", false);
    }
    for (person, row) in staff.iter().zip(&rows) {
        let found = outcome.rows.iter().find(|r| r.row == *row);
        let faults = found.map_or(vec!["not read".to_owned()], |r| wrong(r, person, &has));
        tally.right += usize::from(faults.is_empty());
        if !faults.is_empty() {
            tally.complaint.get_or_insert(format!("{seed} (headings {}): row {row}: {faults:?}", style.heads));
        }
    }
    tally
}

#[test]
fn employers_nobody_has_seen_are_read_right() {
    let tallies: Vec<Tally> = (0..400).map(tried).collect();
    let sum = |of: &dyn Fn(&Tally) -> usize| tallies.iter().map(of).sum::<usize>();
    let (right, all) = (sum(&|t| t.right), sum(&|t| t.people));
    let (plain, plain_all) =
        (sum(&|t| t.right * usize::from(t.has_headings)), sum(&|t| t.people * usize::from(t.has_headings)));
    println!("{} lists, {right} of {all} people right, with headings {plain} of {plain_all}", tallies.len());
    tallies.iter().filter_map(|t| t.complaint.as_ref()).for_each(|c| println!("  {c}"));
    assert!(tallies.iter().all(|t| t.accounted), "{} not accounted for", sum(&|t| usize::from(!t.accounted)));
    assert!(plain * 100 >= plain_all * 99, "{plain} of {plain_all} with headings");
    assert!(right * 100 >= all * 95, "{right} of {all}");
}
