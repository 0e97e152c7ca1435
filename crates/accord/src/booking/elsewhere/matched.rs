//! Who a report means: by the staff number at its employer, else by the table of `cohort/matching.rs`.

use super::read::Said;
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{OrganisationId, PersonId};
use crate::cohort::employment::EmploymentState;
use crate::cohort::import::known::Known;
use crate::cohort::matching::{Candidate, Index, Traits, Verdict as Table, decide};
use crate::cohort::store;
use std::collections::BTreeMap;

/// How sure it is who is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// One person.
    Certain,
    /// Somebody must decide.
    Unclear,
    /// Nobody we know.
    Nobody,
}

impl Verdict {
    /// The word in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Unclear => "unclear",
            Self::Nobody => "nobody",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Certain, Self::Unclear, Self::Nobody].into_iter().find(|verdict| verdict.word() == word)
    }
}

/// Who is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// How sure.
    pub verdict: Verdict,
    /// Who, when it is certain.
    pub person: Option<PersonId>,
    /// Who it may be, when it is not.
    pub candidates: Vec<PersonId>,
}

impl Match {
    fn certain(person: PersonId) -> Self {
        Self { verdict: Verdict::Certain, person: Some(person), candidates: Vec::new() }
    }

    fn unclear(candidates: Vec<PersonId>) -> Self {
        Self { verdict: Verdict::Unclear, person: None, candidates }
    }
}

/// Who each of these means. `own`: only people of the employer can be meant.
pub(super) fn matched(tx: &mut Tx<'_>, all: &[Said], own: bool) -> Result<Vec<Match>, StoreError> {
    let mut groups: BTreeMap<Option<OrganisationId>, Vec<usize>> = BTreeMap::new();
    for (at, said) in all.iter().enumerate() {
        groups.entry(said.employer).or_default().push(at);
    }
    let mut found: Vec<Option<Match>> = vec![None; all.len()];
    for (employer, places) in groups {
        let rows: Vec<_> = places.iter().map(|at| all[*at].as_row()).collect();
        // Without an employer nobody's employments are looked at.
        let of = employer.unwrap_or(OrganisationId::from_uuid(uuid::Uuid::nil()));
        let group = Group::new(store::known(tx, of, &rows)?, own);
        for at in places {
            found[at] = Some(group.one(&all[at]));
        }
    }
    Ok(found.into_iter().flatten().collect())
}

struct Group {
    known: Known,
    traits: Vec<Traits>,
    index: Index,
    own: bool,
}

impl Group {
    fn new(known: Known, own: bool) -> Self {
        let traits: Vec<Traits> = known.people.iter().map(|p| Traits::of_person(&p.particulars)).collect();
        let mut index = Index::default();
        traits.iter().enumerate().for_each(|(place, traits)| index.add(place, traits));
        Self { known, traits, index, own }
    }

    fn works_here(&self, person: PersonId) -> bool {
        self.known.employments.iter().any(|e| e.person == person && e.job.state != EmploymentState::Left)
    }

    fn one(&self, said: &Said) -> Match {
        let row = Traits::of_row(&said.as_row());
        if let Some(number) = &said.staff_number
            && said.employer.is_some()
        {
            let number = number.to_string();
            let holder = |e: &&crate::cohort::employment::Employment| {
                e.job.staff_number == number && e.job.state != EmploymentState::Left
            };
            if let Some(person) = self.known.employments.iter().find(holder).map(|e| e.person) {
                return self.by_number(&row, person);
            }
        }
        let mut places = self.index.find(&row);
        places.retain(|at| !self.own || self.works_here(self.known.people[*at].id));
        self.by_table(&row, &places)
    }

    /// A number names one person; a name beside it must not name another.
    fn by_number(&self, row: &Traits, person: PersonId) -> Match {
        let nothing_else = Traits { ..Traits::default() } == *row;
        let Some(at) = self.known.people.iter().position(|p| p.id == person) else {
            return Match::unclear(vec![person]);
        };
        let candidate = Candidate { who: person, traits: &self.traits[at], works_here: true };
        if nothing_else || decide(row, &[candidate]) == Table::Same(person) {
            return Match::certain(person);
        }
        let mut candidates = vec![person];
        let others = self.index.find(row).into_iter().map(|at| self.known.people[at].id);
        candidates.extend(others.filter(|p| *p != person && (!self.own || self.works_here(*p))));
        Match::unclear(candidates)
    }

    fn by_table(&self, row: &Traits, places: &[usize]) -> Match {
        let candidates: Vec<Candidate<'_, PersonId>> = places
            .iter()
            .map(|at| {
                let who = self.known.people[*at].id;
                Candidate { who, traits: &self.traits[*at], works_here: self.works_here(who) }
            })
            .collect();
        match decide(row, &candidates) {
            Table::Same(person) => Match::certain(person),
            Table::Unclear { candidates, .. } => Match::unclear(candidates),
            Table::New => Match { verdict: Verdict::Nobody, person: None, candidates: Vec::new() },
        }
    }
}
