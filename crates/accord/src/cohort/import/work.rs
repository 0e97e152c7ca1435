//! A list against what is known: the passes that make a change set. Pure; the order of the file decides every tie.
//!
//! 1. Rows whose staff number (or made key) has an employment here claim it - unless a stranger holds the number.
//! 2. The other first rows of a person are matched by the table of [`super::super::matching`].
//! 3. Further rows under a staff number that the list has already are second assignments: they make nothing.
//! 4. Employments nobody claimed are not seen.

use super::super::employment::{EmploymentState, Job, own_key, reissued};
use super::super::matching::{Candidate, Index, Traits, Verdict, are_strangers, decide};
use super::super::person::{FieldName, Particulars, Say};
use super::super::worklist::ItemKind;
use super::change_set::{ChangeSet, ItemRef, NewItem, Outcome, RowOutcome, Who};
use super::incoming::{Incoming, Kind, incoming};
use super::known::Known;
use super::reading::{Place, Reading};
use super::{finish, items};
use crate::base::ids::{EmploymentId, PersonId};
use std::collections::HashMap;

/// What taking the list would change.
pub fn change_set(reading: &Reading, known: &Known) -> ChangeSet {
    let incoming = incoming(reading);
    let mut work = Work::new(known);
    let mut later = Vec::new();
    for (at, row) in incoming.iter().enumerate() {
        if row.kind == Kind::Further || !work.claims_by_number(row) {
            later.push(at);
        }
    }
    let (first, further): (Vec<usize>, Vec<usize>) =
        later.into_iter().partition(|at| incoming[*at].kind == Kind::First);
    first.into_iter().for_each(|at| work.match_row(&incoming[at]));
    further.into_iter().for_each(|at| work.further_row(&incoming[at]));
    finish::finish(work, reading, known)
}

/// A person while the list is worked through.
pub(super) struct Party {
    pub id: Option<PersonId>,
    pub before: Option<Particulars>,
    pub now: Particulars,
    pub traits: Traits,
    pub has_primary: bool,
    pub birth_asked: bool,
    pub fields: Vec<FieldName>,
    /// The first row that means this person.
    pub row: Option<Place>,
}

/// An employment while the list is worked through.
pub(super) struct Post {
    pub id: Option<EmploymentId>,
    pub party: usize,
    pub is_primary: bool,
    pub was: Option<EmploymentState>,
    pub job: Job,
    pub fields: Vec<FieldName>,
    pub claimed: bool,
}

pub(super) struct Work<'k> {
    pub known: &'k Known,
    pub parties: Vec<Party>,
    pub posts: Vec<Post>,
    pub rows: Vec<RowOutcome>,
    pub items: Vec<NewItem>,
    index: Index,
    /// Posts by staff number or made key, without the mark of a reissued number.
    by_number: HashMap<String, Vec<usize>>,
    /// Posts by party.
    by_party: HashMap<usize, Vec<usize>>,
}

impl<'k> Work<'k> {
    fn new(known: &'k Known) -> Self {
        let mut work = Self {
            known,
            parties: Vec::with_capacity(known.people.len()),
            posts: Vec::with_capacity(known.employments.len()),
            rows: Vec::new(),
            items: Vec::new(),
            index: Index::default(),
            by_number: HashMap::new(),
            by_party: HashMap::new(),
        };
        let mut places = HashMap::new();
        for person in &known.people {
            places.insert(person.id, work.parties.len());
            work.add_party(Party {
                id: Some(person.id),
                before: Some(person.particulars.clone()),
                now: person.particulars.clone(),
                traits: Traits::of_person(&person.particulars),
                has_primary: person.has_primary,
                birth_asked: person.birth_asked,
                fields: Vec::new(),
                row: None,
            });
        }
        for employment in &known.employments {
            // Whoever has an employment here was loaded with it.
            let Some(party) = places.get(&employment.person).copied() else { continue };
            work.add_post(Post {
                id: Some(employment.id),
                party,
                is_primary: employment.is_primary,
                was: Some(employment.job.state),
                job: employment.job.clone(),
                fields: Vec::new(),
                claimed: false,
            });
        }
        work
    }

    fn add_party(&mut self, party: Party) -> usize {
        let place = self.parties.len();
        self.index.add(place, &party.traits);
        self.parties.push(party);
        place
    }

    fn add_post(&mut self, post: Post) -> usize {
        let place = self.posts.len();
        let number = super::super::employment::number_of(&post.job.staff_number).to_owned();
        self.by_number.entry(number).or_default().push(place);
        self.by_party.entry(post.party).or_default().push(place);
        self.posts.push(post);
        place
    }

    /// Pass 1: true where the row found an employment of the store by its key.
    fn claims_by_number(&mut self, row: &Incoming<'_>) -> bool {
        let post = self.post_of(row).filter(|post| self.posts[*post].id.is_some() && !self.posts[*post].claimed);
        if let Some(post) = post {
            self.claim(post, row);
        }
        post.is_some()
    }

    /// The employment under the row's number whose person is no stranger to the row.
    fn post_of(&self, row: &Incoming<'_>) -> Option<usize> {
        let posts = self.by_number.get(row.key())?;
        posts.iter().copied().find(|post| !are_strangers(&row.traits, &self.parties[self.posts[*post].party].traits))
    }

    /// The row is this employment's: takes what it says of job and person.
    fn claim(&mut self, post: usize, row: &Incoming<'_>) {
        let key = self.key_for(row, post);
        let party = self.posts[post].party;
        let claimed = &mut self.posts[post];
        claimed.claimed = true;
        if row.row.leaver {
            self.leaves(post);
            self.put(row, Outcome::Leaver, Some(party));
            return;
        }
        claimed.fields.extend(claimed.job.absorb(row.row, &key));
        if !claimed.is_primary && !self.parties[party].has_primary {
            claimed.is_primary = true;
            claimed.fields.push("primary employment");
            self.parties[party].has_primary = true;
        }
        let say = if claimed.is_primary { Say::Replace } else { Say::FillBlanks };
        let changed_job = !claimed.fields.is_empty();
        let changed_person = self.absorb(party, row, say);
        let outcome = if changed_job || changed_person { Outcome::Changed } else { Outcome::Same };
        self.put(row, outcome, Some(party));
    }

    /// A claimed number stays as it is stored, mark of reissue and all; a new one is written where the employer changed it.
    fn key_for(&self, row: &Incoming<'_>, post: usize) -> String {
        let stored = &self.posts[post].job.staff_number;
        if super::super::employment::number_of(stored) == row.key() || row.number.is_none() {
            stored.clone()
        } else {
            self.free_key(row)
        }
    }

    /// The row's number, marked where somebody else has it.
    fn free_key(&self, row: &Incoming<'_>) -> String {
        let taken = self.by_number.get(row.key()).map_or(&[][..], Vec::as_slice);
        let used = |key: &str| taken.iter().any(|post| self.posts[*post].job.staff_number == key);
        if !used(row.key()) {
            return row.key().to_owned();
        }
        let mut copy = 2;
        while used(&reissued(row.key(), copy)) {
            copy += 1;
        }
        reissued(row.key(), copy)
    }

    fn leaves(&mut self, post: usize) {
        let party = self.posts[post].party;
        let post = &mut self.posts[post];
        if post.job.state != EmploymentState::Left {
            post.job.state = EmploymentState::Left;
            post.fields.push("left");
            if post.is_primary {
                post.is_primary = false;
                self.parties[party].has_primary = false;
            }
        }
    }

    /// What the row says of the person. An NHS number that somebody else holds is not taken: it goes to the worklist.
    fn absorb(&mut self, party: usize, row: &Incoming<'_>, say: Say) -> bool {
        let holder = self.holder(row, party);
        let fields = self.parties[party].now.absorb(row.row, say, holder.is_none());
        let changed = !fields.is_empty();
        let person = &mut self.parties[party];
        person.fields.extend(fields);
        person.row.get_or_insert(row.place());
        if changed {
            person.traits = Traits::of_person(&person.now);
            self.index.add(party, &self.parties[party].traits);
        }
        if let Some(holder) = holder {
            items::clash(self, row, party, holder);
        }
        changed
    }

    /// Who else holds the row's NHS number.
    fn holder(&self, row: &Incoming<'_>, party: usize) -> Option<usize> {
        let number = row.row.nhs_number?;
        let holds = |other: &&usize| **other != party && self.parties[**other].now.nhs_number == Some(number);
        self.index.holders(number).iter().find(holds).copied()
    }

    /// Pass 2: somebody known, somebody new, or somebody for the worklist.
    fn match_row(&mut self, row: &Incoming<'_>) {
        let found = self.index.find(&row.traits);
        let candidates: Vec<Candidate<'_, usize>> = found
            .iter()
            .map(|party| Candidate {
                who: *party,
                traits: &self.parties[*party].traits,
                works_here: self.waits(*party).is_some(),
            })
            .collect();
        match decide(&row.traits, &candidates) {
            Verdict::Same(party) => self.is_known(party, row),
            // Nobody is added for somebody who has left, and nobody without a name.
            _ if row.row.leaver => self.put(row, Outcome::Leaver, None),
            _ if row.row.name.is_none() => items::nameless(self, row),
            Verdict::New => {
                let stranger = self.by_number.contains_key(row.key()).then(|| self.by_number[row.key()][0]);
                let party = self.add(row, Outcome::Added);
                if let (Some(post), Some(party)) = (stranger, party) {
                    let other = self.posts[post].party;
                    items::reissued_number(self, row, party, other);
                }
            }
            Verdict::Unclear { candidates, why } => {
                if let Some(party) = self.add(row, Outcome::Unclear) {
                    items::pair(self, row, party, candidates[0], why);
                }
            }
        }
    }

    /// An employment of the store here that no row has claimed.
    fn waits(&self, party: usize) -> Option<usize> {
        let posts = self.by_party.get(&party)?;
        posts.iter().copied().find(|post| !self.posts[*post].claimed && self.posts[*post].id.is_some())
    }

    fn is_known(&mut self, party: usize, row: &Incoming<'_>) {
        if let Some(post) = self.waits(party) {
            return self.claim(post, row);
        }
        if row.row.leaver {
            return self.put(row, Outcome::Leaver, Some(party));
        }
        let has_post = self.by_party.contains_key(&party);
        if has_post && row.number.is_none() {
            return self.put(row, Outcome::SecondAssignment, Some(party));
        }
        let is_primary = self.employ(party, row);
        let say = if is_primary { Say::Replace } else { Say::FillBlanks };
        self.absorb(party, row, say);
        self.put(row, Outcome::SecondEmployment, Some(party));
    }

    /// A new person; none where the row has no name.
    fn add(&mut self, row: &Incoming<'_>, outcome: Outcome) -> Option<usize> {
        let mut now = Particulars::of(row.row)?;
        let holder = self.holder(row, usize::MAX);
        if holder.is_some() {
            now.nhs_number = None;
        }
        let party = self.add_party(Party {
            id: None,
            before: None,
            traits: Traits::of_person(&now),
            now,
            has_primary: false,
            birth_asked: false,
            fields: Vec::new(),
            row: Some(row.place()),
        });
        self.employ(party, row);
        self.put(row, outcome, Some(party));
        Some(party)
    }

    /// A new employment here; whether it is the person's primary one.
    fn employ(&mut self, party: usize, row: &Incoming<'_>) -> bool {
        let is_primary = !std::mem::replace(&mut self.parties[party].has_primary, true);
        let job = Job::of(row.row, self.free_key(row));
        self.add_post(Post { id: None, party, is_primary, was: None, job, fields: Vec::new(), claimed: true });
        is_primary
    }

    /// Pass 3: the number is on the list already.
    fn further_row(&mut self, row: &Incoming<'_>) {
        match self.post_of(row) {
            Some(post) if self.posts[post].claimed => {
                self.put(row, Outcome::SecondAssignment, Some(self.posts[post].party));
            }
            Some(post) => self.claim(post, row),
            None => self.match_row(row),
        }
    }

    pub(super) fn put(&mut self, row: &Incoming<'_>, outcome: Outcome, party: Option<usize>) {
        let who = party.map(|party| self.who(party));
        self.rows.push(RowOutcome { place: row.place(), outcome, who, item: None, reason: None });
    }

    /// The n-th fresh person is the n-th party without an id.
    pub(super) fn who(&self, party: usize) -> Who {
        // Known people stand first, so a fresh one's number is its distance from them.
        self.parties[party].id.map_or_else(|| Who::Fresh(party - self.known.people.len()), Who::Known)
    }

    /// Hangs an item onto the row that was put last.
    pub(super) fn hang(&mut self, item: ItemRef, reason: &'static str) {
        if let Some(last) = self.rows.last_mut() {
            last.item = Some(item);
            last.reason = Some(reason);
        }
    }

    /// Adds an item; its reference.
    pub(super) fn add_item(&mut self, item: NewItem) -> ItemRef {
        self.items.push(item);
        ItemRef::New(self.items.len() - 1)
    }

    /// True where an item about this pair was made before, by an earlier list or by this one.
    pub(super) fn pair_was_asked(&self, one: usize, other: usize) -> bool {
        let (a, b) = (self.who(one), self.who(other));
        let stored = match (a, b) {
            (Who::Known(a), Who::Known(b)) => self.known.pairs.contains(&(a, b)) || self.known.pairs.contains(&(b, a)),
            _ => false,
        };
        let of_pair = |item: &&NewItem| item.kind.is_pair();
        stored
            || self.items.iter().filter(of_pair).any(|item| {
                (item.who, item.other) == (Some(a), Some(b)) || (item.who, item.other) == (Some(b), Some(a))
            })
    }
}

/// The made key of a row without a staff number.
pub(super) fn made_key(traits: &Traits, above: usize) -> String {
    own_key(&traits.name_key().unwrap_or_default(), traits.birth, above)
}

/// The kinds that wait for a person's decision about who is who or what a row means.
pub(super) fn is_unclear(kind: ItemKind) -> bool {
    kind != ItemKind::NotSeen
}
