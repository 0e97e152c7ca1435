//! Lists looked at without a store, matched with each other: what they say together, and where every record went.
//!
//! The same reading, matching and worklist as in a store; what one list makes is what the next one finds.

use super::super::employment::{Employment, Job};
use super::super::person::Particulars;
use super::super::worklist::ItemKind;
use super::change_set::{ChangeSet, Outcome, Who};
use super::known::{Known, KnownPerson};
use super::reading::{File, Place, Reading, read};
use super::refusal::ImportRefusal;
use super::work::change_set;
use crate::base::ids::{EmploymentId, PersonId};
use accord_formats::Date;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A list, and whose.
#[derive(Debug, Clone, Copy)]
pub struct List<'a> {
    /// Any code.
    pub employer: &'a str,
    /// The file.
    pub file: File<'a>,
}

/// A record: of which list, by its number among those given, and where in it.
pub type At = (usize, Place);

/// A person of the lists.
#[derive(Debug, Clone, PartialEq)]
pub struct Somebody {
    /// Their records, in the order of the lists.
    pub at: Vec<At>,
    /// What all of them say together.
    pub particulars: Particulars,
    /// Their jobs, each with the employer's code.
    pub jobs: Vec<(String, Job)>,
}

/// Something a person must decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unclear {
    /// The records it is about.
    pub at: Vec<At>,
    /// What is unclear, in a sentence.
    pub why: String,
}

/// What the lists say together.
#[derive(Debug, Default)]
pub struct Apart {
    /// Everybody, in the order of their first records.
    pub people: Vec<Somebody>,
    /// Records that are nobody who works there, with the word for what each is.
    pub no_people: Vec<(At, &'static str)>,
    /// What somebody must decide.
    pub unclear: Vec<Unclear>,
    /// Each list as it was read.
    pub readings: Vec<Reading>,
}

/// Reads the lists one after another.
///
/// # Errors
/// The number of the first list that is none, and why.
pub fn look(lists: &[List<'_>], today: Date) -> Result<Apart, (usize, ImportRefusal)> {
    let (mut apart, mut book) = (Apart::default(), Book::default());
    for (n, list) in lists.iter().enumerate() {
        let reading = read(list.file, None, None, today).map_err(|refusal| (n, refusal))?;
        book.known.employments = book.jobs.remove(list.employer).unwrap_or_default();
        let set = change_set(&reading, &book.known);
        book.take(n, &set, &mut apart);
        book.jobs.insert(list.employer.to_owned(), std::mem::take(&mut book.known.employments));
        let at = |(from, to): &(Place, Place)| Some((book.by_record.get(&(n, *to)).copied()?, (n, *from)));
        let joined: Vec<(usize, At)> = reading.joined.iter().filter_map(at).collect();
        joined.into_iter().for_each(|(person, at)| book.records[person].push(at));
        apart.no_people.extend(reading.no_people.iter().map(|(place, what)| ((n, *place), *what)));
        apart.readings.push(reading);
    }
    apart.people = book.people();
    apart.no_people.sort_unstable();
    apart.no_people.dedup_by_key(|(at, _)| *at);
    Ok(apart)
}

/// What the lists so far have made. The nth person has the id n.
#[derive(Default)]
struct Book {
    known: Known,
    jobs: HashMap<String, Vec<Employment>>,
    records: Vec<Vec<At>>,
    by_record: HashMap<At, usize>,
    /// Employments so far: the number of the next.
    made: u128,
}

fn number(id: PersonId) -> usize {
    usize::try_from(id.uuid().as_u128()).unwrap_or(usize::MAX)
}

impl Book {
    fn take(&mut self, list: usize, set: &ChangeSet, apart: &mut Apart) {
        let before = self.known.people.len();
        let id = |n: usize| PersonId::from_uuid(Uuid::from_u128(n as u128));
        let who = |who: Who| match who {
            Who::Known(id) => number(id),
            Who::Fresh(n) => before + n,
        };
        for (n, particulars) in set.fresh.iter().enumerate() {
            let particulars = particulars.clone();
            let person = KnownPerson { id: id(before + n), particulars, has_primary: false, birth_asked: false };
            self.known.people.push(person);
            self.records.push(Vec::new());
        }
        for edit in &set.people {
            self.known.people[number(edit.id)].particulars = edit.after.clone();
        }
        for edit in &set.jobs {
            let job = self.known.employments.iter_mut().find(|job| job.id == edit.id);
            job.into_iter().for_each(|job| (job.job, job.is_primary) = (edit.after.clone(), edit.is_primary));
        }
        for new in &set.new_jobs {
            let person = who(new.who);
            self.known.people[person].has_primary |= new.is_primary;
            let employment = EmploymentId::from_uuid(Uuid::from_u128(self.made));
            self.made += 1;
            let job = new.job.clone();
            self.known.employments.push(Employment {
                id: employment,
                person: id(person),
                is_primary: new.is_primary,
                job,
            });
        }
        for row in &set.rows {
            let at = (list, row.place);
            match row.who.filter(|_| row.outcome != Outcome::Leaver) {
                Some(of) => {
                    self.by_record.insert(at, who(of));
                    self.records[who(of)].push(at);
                }
                None if row.outcome == Outcome::Leaver => apart.no_people.push((at, "leaver_or_inactive")),
                // The reading says what it is.
                None => {}
            }
        }
        // Several lists of one employer are one list in parts: nobody is missing.
        for item in set.items.iter().filter(|item| item.kind != ItemKind::NotSeen) {
            let pair: Vec<usize> = [item.who, item.other].into_iter().flatten().map(who).collect();
            if let [one, other] = pair[..] {
                self.known.pairs.insert((id(one), id(other)));
            }
            let mut at: Vec<At> = item.place.iter().map(|place| (list, *place)).collect();
            at.extend(pair.iter().flat_map(|person| self.records[*person].clone()));
            let mut once = HashSet::new();
            at.retain(|at| once.insert(*at));
            apart.unclear.push(Unclear { at, why: item.summary.clone() });
        }
    }

    fn people(mut self) -> Vec<Somebody> {
        let mut jobs: Vec<Vec<(String, Job)>> = vec![Vec::new(); self.known.people.len()];
        let mut employers: Vec<(String, Vec<Employment>)> = self.jobs.drain().collect();
        employers.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (employer, all) in employers {
            all.into_iter().for_each(|one| jobs[number(one.person)].push((employer.clone(), one.job)));
        }
        let all = self.known.people.into_iter().zip(self.records).zip(jobs);
        let mut people: Vec<Somebody> =
            all.map(|((person, at), jobs)| Somebody { at, particulars: person.particulars, jobs }).collect();
        people.iter_mut().for_each(|person| person.at.sort_unstable());
        people.sort_by(|a, b| a.at.first().cmp(&b.at.first()));
        people
    }
}
