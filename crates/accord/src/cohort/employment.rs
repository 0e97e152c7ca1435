//! A person at an employer.

use super::person::{FieldName, take};
use super::priority::default_group;
use crate::base::ids::{EmploymentId, PersonId};
use crate::base::secret::sha256_hex;
use accord_formats::staff::StaffRow;
use accord_formats::{Date, Leave, Postcode, Rota};

/// Whether the person still works there, as far as the employer's lists say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EmploymentState {
    /// On the latest list, or the employer said "still here".
    Current,
    /// Missing from the latest list; nobody said that the person left.
    NotSeen,
    /// The employer said so.
    Left,
}

impl EmploymentState {
    /// The word in the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::NotSeen => "not_seen",
            Self::Left => "left",
        }
    }

    /// Reads the store's word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Current, Self::NotSeen, Self::Left].into_iter().find(|state| state.word() == word)
    }
}

/// What an employer's list says about the job.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The employer's number for the person, or a key made from the row where the list has none ([`own_key`]).
    pub staff_number: String,
    /// Team, ward or department.
    pub team: Option<String>,
    /// Job title.
    pub job_title: Option<String>,
    /// Staff group.
    pub staff_group: Option<String>,
    /// Kind of contract.
    pub contract: Option<String>,
    /// Where the person works.
    pub work_postcode: Option<Postcode>,
    /// Days worked; none: every clinic hour is possible.
    pub rota: Option<Rota>,
    /// Dates away.
    pub leave: Option<Leave>,
    /// 1 (first) to 9.
    pub priority_group: u8,
    /// See [`EmploymentState`].
    pub state: EmploymentState,
}

/// An employment of the store.
#[derive(Debug, Clone, PartialEq)]
pub struct Employment {
    /// Its id.
    pub id: EmploymentId,
    /// Who.
    pub person: PersonId,
    /// The first one committed of the person's current ones.
    pub is_primary: bool,
    /// What the list says.
    pub job: Job,
}

impl Job {
    /// The job of a row, under `staff_number`.
    pub fn of(row: &StaffRow, staff_number: String) -> Self {
        let group = row.priority_group;
        Self {
            staff_number,
            team: row.team.clone(),
            job_title: row.job_title.clone(),
            staff_group: row.staff_group.clone(),
            contract: row.contract.clone(),
            work_postcode: row.work_postcode.clone(),
            rota: row.rota,
            leave: row.leave.clone(),
            priority_group: group
                .unwrap_or_else(|| default_group(row.staff_group.as_deref(), row.job_title.as_deref())),
            state: EmploymentState::Current,
        }
    }

    /// Takes what the employer's newer row says and tells which fields changed. What the row does not say stays.
    pub fn absorb(&mut self, row: &StaffRow, staff_number: &str) -> Vec<FieldName> {
        let mut changed = Vec::new();
        if self.staff_number != staff_number {
            staff_number.clone_into(&mut self.staff_number);
            changed.push("staff number");
        }
        take(&mut self.team, row.team.as_ref(), true, "team", &mut changed);
        let before = changed.len();
        take(&mut self.staff_group, row.staff_group.as_ref(), true, "staff group", &mut changed);
        take(&mut self.job_title, row.job_title.as_ref(), true, "job title", &mut changed);
        let other_work = changed.len() > before;
        take(&mut self.contract, row.contract.as_ref(), true, "contract", &mut changed);
        take(&mut self.work_postcode, row.work_postcode.as_ref(), true, "work postcode", &mut changed);
        take(&mut self.rota, row.rota.as_ref(), true, "rota", &mut changed);
        take(&mut self.leave, row.leave.as_ref(), true, "leave", &mut changed);
        let group = match row.priority_group {
            Some(group) => group,
            None if other_work => default_group(self.staff_group.as_deref(), self.job_title.as_deref()),
            None => self.priority_group,
        };
        if group != self.priority_group {
            self.priority_group = group;
            changed.push("priority group");
        }
        if self.state != EmploymentState::Current {
            self.state = EmploymentState::Current;
            changed.push("seen again");
        }
        changed
    }
}

/// The start of every made key. No payroll's number starts like this: a staff number is refused with a leading dash.
const MADE: &str = "-";

/// The key of an employment whose list has no staff numbers: made from name and date of birth as sent, and from how many
/// such rows stand above, so that the same list sent again finds the same employments.
pub fn own_key(name_key: &str, date_of_birth: Option<Date>, above: usize) -> String {
    let birth = date_of_birth.map(|date| date.to_string()).unwrap_or_default();
    let hash = sha256_hex(format!("{name_key}\u{1f}{birth}\u{1f}{above}").as_bytes());
    format!("{MADE}{}", &hash[..16])
}

/// True for a key made by [`own_key`]: pages show no number then.
pub fn is_made(staff_number: &str) -> bool {
    staff_number.starts_with(MADE)
}

/// The key of a row of the `copy`-th person under a staff number that belongs to somebody else already.
pub fn reissued(staff_number: &str, copy: usize) -> String {
    format!("{staff_number}~{copy}")
}

/// The number itself of a key that [`reissued`] made; any other key as it is.
pub fn number_of(key: &str) -> &str {
    key.split_once('~').map_or(key, |(number, _)| number)
}
