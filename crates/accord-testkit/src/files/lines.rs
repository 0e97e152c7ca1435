//! The order of a list's records, and what is spoilt in it.

use std::collections::HashMap;

use jiff::ToSpan;
use jiff::civil::Date;

use super::FAULTS;
use crate::geo::Geo;
use crate::world::dice::Dice;
use crate::world::staff::{Job, Person};
use crate::world::{Campaign, Fault, Organisation, RowKind, TruthPerson};

/// One record below the header.
pub(super) enum Line<'p> {
    Job { person: &'p TruthPerson, job: &'p Job, fault: Option<Fault> },
    Leaver(Leaver),
    Blank,
    RepeatedHeader,
    Total(usize),
}

/// Somebody who left: nobody of the world.
pub(super) struct Leaver {
    pub(super) payroll: String,
    pub(super) forename: String,
    pub(super) surname: String,
    pub(super) born: Date,
    pub(super) left: Date,
}

impl Line<'_> {
    /// The word of the truth file for a record that means nobody.
    pub(super) fn what(&self) -> &'static str {
        match self {
            Self::Job { .. } => "person",
            Self::Leaver(_) => "leaver",
            Self::Blank => "blank",
            Self::RepeatedHeader => "repeated_header",
            Self::Total(_) => "total",
        }
    }
}

/// People in random order, second assignments below the main job, then what does not belong.
pub(super) fn arrange<'p>(
    organisation: &Organisation,
    campaign: &Campaign,
    jobs: Vec<(&'p Person, &'p Job)>,
    dice: &mut Dice,
) -> Vec<Line<'p>> {
    let (second, mut first): (Vec<_>, Vec<_>) =
        jobs.into_iter().partition(|(_, job)| job.kind == RowKind::SecondAssignment);
    dice.shuffle(&mut first);
    let mut lines: Vec<Line<'p>> = Vec::with_capacity(first.len() + 20);
    let mut seconds: HashMap<u32, &Job> = second.into_iter().map(|(person, job)| (person.truth.index, job)).collect();
    for (person, job) in first {
        let fault = fault(person, job, dice);
        lines.push(Line::Job { person: &person.truth, job, fault });
        if let Some(job) = seconds.remove(&person.truth.index) {
            lines.push(Line::Job { person: &person.truth, job, fault: None });
        }
    }
    let people = lines.len();
    let trust = organisation.sector == "nhs";
    if trust {
        for serial in 0..people.div_ceil(200) {
            insert(&mut lines, Line::Leaver(leaver(campaign, serial, dice)), dice);
        }
    }
    if people > 40 && dice.chance(0.5) {
        insert(&mut lines, Line::Blank, dice);
    }
    if people > 60 && dice.chance(0.25) {
        insert(&mut lines, Line::RepeatedHeader, dice);
    }
    if trust {
        lines.push(Line::Total(people));
    }
    lines
}

/// Anywhere but at the very top or end, and never between a person's two assignments.
fn insert<'p>(lines: &mut Vec<Line<'p>>, line: Line<'p>, dice: &mut Dice) {
    let mut at = 1 + dice.below(lines.len().max(2) - 1);
    while at < lines.len() && matches!(&lines[at], Line::Job { job, .. } if job.kind == RowKind::SecondAssignment) {
        at += 1;
    }
    lines.insert(at.min(lines.len()), line);
}

/// Only rows of people who are on one list once, so that a fault leaves its person unclear.
fn fault(person: &Person, job: &Job, dice: &mut Dice) -> Option<Fault> {
    let draw = dice.unit();
    if person.jobs.len() > 1 || person.truth.trap.is_some() {
        return None;
    }
    let mut limit = 0.0;
    let drawn = FAULTS.iter().find(|(_, share)| {
        limit += share;
        draw < limit
    })?;
    let fits = drawn.0 != Fault::BadNhsNumber || job.nhs_number.is_some();
    fits.then_some(drawn.0)
}

fn leaver(campaign: &Campaign, serial: usize, dice: &mut Dice) -> Leaver {
    let geo = Geo::demo();
    let british = |list: &'static [crate::geo::Name]| -> Vec<&'static str> {
        list.iter().filter(|n| n.group == "British").map(|n| n.name.as_str()).collect()
    };
    let born = campaign.starts.saturating_sub(dice.between(9_000, 22_000).days());
    Leaver {
        payroll: format!("{}", 8_000_000 + serial),
        forename: (*dice.pick(&british(&geo.forenames))).to_owned(),
        surname: (*dice.pick(&british(&geo.surnames))).to_owned(),
        born,
        left: campaign.starts.saturating_sub(dice.between(10, 300).days()),
    }
}
