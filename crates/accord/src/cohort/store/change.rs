//! A change set written: people, teams, employments, worklist items, and where every row went. Statements run set-wise.

use super::super::employment::Job;
use super::super::import::change_set::{ChangeSet, ItemRef, JobEdit, Who};
use super::super::worklist::{DUE_DAYS, OWNER_ROLE};
use super::rows::{shown, written};
use crate::base::clock::london_date;
use crate::base::db::{Param, StoreError, ToParam, Tx};
use crate::base::ids::{
    Employment, EmploymentId, ImportId, OrganisationId, Person, PersonId, Team, TeamId, WorklistItem, WorklistItemId,
};
use jiff::ToSpan;
use std::collections::HashMap;

/// Takes the partnership's turn: until this transaction ends, no other commits a list or decides an item.
pub fn take_turn(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO cohort_turn (partnership_id, turn) VALUES ($1, 1)
         ON CONFLICT (partnership_id) DO UPDATE SET turn = cohort_turn.turn + 1",
        p![tx.partnership()],
    )?;
    Ok(())
}

/// What was made.
#[derive(Debug, Default)]
pub struct Made {
    /// The ids of the fresh people, in their order.
    pub people: Vec<PersonId>,
    /// The ids of the items, in their order.
    pub items: Vec<WorklistItemId>,
}

/// Writes everything a change set says.
pub fn apply(tx: &mut Tx<'_>, employer: OrganisationId, import: ImportId, set: &ChangeSet) -> Result<Made, StoreError> {
    let made = Made {
        people: set.fresh.iter().map(|_| tx.id::<Person>()).collect(),
        items: set.items.iter().map(|_| tx.id::<WorklistItem>()).collect(),
    };
    write_people(tx, set, &made)?;
    let teams = teams(tx, employer, set)?;
    change_jobs(tx, &set.jobs, &teams)?;
    add_jobs(tx, employer, set, &made, &teams)?;
    settle_primary(tx, &set.left)?;
    close_settled(tx, employer, set)?;
    add_items(tx, employer, import, set, &made)?;
    write_rows(tx, import, set, &made)?;
    Ok(made)
}

impl Made {
    fn person(&self, who: Who) -> PersonId {
        match who {
            Who::Known(id) => id,
            Who::Fresh(at) => self.people[at],
        }
    }
}

fn write_people(tx: &mut Tx<'_>, set: &ChangeSet, made: &Made) -> Result<(), StoreError> {
    let (partnership, now) = (tx.partnership(), tx.now());
    // Two people may trade numbers: those that change are given up before any is taken.
    let renumbered: Vec<Vec<Param<'_>>> = set
        .people
        .iter()
        .filter(|edit| edit.fields.contains(&"NHS number"))
        .map(|edit| vec![partnership.param(), edit.id.param()])
        .collect();
    tx.run_many("UPDATE person SET nhs_number = NULL WHERE partnership_id = $1 AND id = $2", &renumbered)?;
    let fresh: Vec<Vec<Param<'_>>> = set
        .fresh
        .iter()
        .zip(&made.people)
        .map(|(person, id)| {
            let mut row = vec![partnership.param(), id.param()];
            row.extend(written(person));
            row.push(now.param());
            row
        })
        .collect();
    tx.run_many(
        "INSERT INTO person (partnership_id, id, nhs_number, given_name, family_name, preferred_name, name_key, date_of_birth,
           birth_checked, home_postcode, email, mobile, language, access_needs, state, version, created_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'active', 1, $15)",
        &fresh,
    )?;
    let changed: Vec<Vec<Param<'_>>> = set
        .people
        .iter()
        .map(|edit| {
            let mut row = vec![partnership.param(), edit.id.param()];
            row.extend(written(&edit.after));
            row
        })
        .collect();
    tx.run_many(UPDATE_PERSON, &changed)?;
    Ok(())
}

/// `$1` partnership, `$2` id, then [`written`].
pub(super) const UPDATE_PERSON: &str =
    "UPDATE person SET nhs_number = $3, given_name = $4, family_name = $5, preferred_name = $6,
       name_key = $7, date_of_birth = $8, birth_checked = $9, home_postcode = $10, email = $11, mobile = $12,
       language = $13, access_needs = $14, version = version + 1
     WHERE partnership_id = $1 AND id = $2";

/// The ids of the employer's teams by name, those of the change set made where they are new.
fn teams(tx: &mut Tx<'_>, employer: OrganisationId, set: &ChangeSet) -> Result<HashMap<String, TeamId>, StoreError> {
    let known: Vec<(String, TeamId)> = tx.all(
        "SELECT name, id FROM team WHERE partnership_id = $1 AND employer_id = $2",
        p![tx.partnership(), employer],
    )?;
    let mut teams: HashMap<String, TeamId> = known.into_iter().collect();
    let jobs = set.jobs.iter().map(|edit| &edit.after).chain(set.new_jobs.iter().map(|new| &new.job));
    let mut rows = Vec::new();
    for name in jobs.filter_map(|job| job.team.as_ref()) {
        if !teams.contains_key(name) {
            let id = tx.id::<Team>();
            teams.insert(name.clone(), id);
            rows.push(vec![
                tx.partnership().param_owned(),
                Param::Uuid(id.uuid()),
                Param::Uuid(employer.uuid()),
                Param::Text(name),
            ]);
        }
    }
    tx.run_many("INSERT INTO team (partnership_id, id, employer_id, name) VALUES ($1, $2, $3, $4)", &rows)?;
    Ok(teams)
}

trait Owned {
    fn param_owned(&self) -> Param<'static>;
}

impl<K> Owned for crate::base::ids::Id<K> {
    fn param_owned(&self) -> Param<'static> {
        Param::Uuid(self.uuid())
    }
}

fn job_params<'a>(job: &'a Job, teams: &HashMap<String, TeamId>) -> Vec<Param<'a>> {
    let text = |value: &'a Option<String>| value.as_deref().map_or(Param::Null, Param::Text);
    let team = job.team.as_ref().and_then(|name| teams.get(name));
    vec![
        Param::Text(&job.staff_number),
        team.map_or(Param::Null, |id| Param::Uuid(id.uuid())),
        text(&job.job_title),
        text(&job.staff_group),
        text(&job.contract),
        shown(job.work_postcode.as_ref()),
        shown(job.rota.as_ref()),
        shown(job.leave.as_ref()),
        Param::Int(job.priority_group.into()),
        Param::Text(job.state.word()),
    ]
}

fn change_jobs(tx: &mut Tx<'_>, jobs: &[JobEdit], teams: &HashMap<String, TeamId>) -> Result<(), StoreError> {
    let partnership = tx.partnership();
    // As with NHS numbers: a staff number somebody gives up may be somebody else's in the same list.
    let renumbered: Vec<Vec<Param<'_>>> = jobs
        .iter()
        .filter(|edit| edit.fields.contains(&"staff number"))
        .map(|edit| vec![partnership.param(), edit.id.param()])
        .collect();
    tx.run_many("UPDATE employment SET staff_number = '~' || id WHERE partnership_id = $1 AND id = $2", &renumbered)?;
    let rows: Vec<Vec<Param<'_>>> = jobs
        .iter()
        .map(|edit| {
            let mut row = vec![partnership.param(), edit.id.param()];
            row.extend(job_params(&edit.after, teams));
            row.push(Param::Int(i64::from(edit.is_primary)));
            row
        })
        .collect();
    tx.run_many(
        "UPDATE employment SET staff_number = $3, team_id = $4, job_title = $5, staff_group = $6, contract = $7,
           work_postcode = $8, rota = $9, leave_dates = $10, priority_group = $11, state = $12, is_primary = $13,
           version = version + 1
         WHERE partnership_id = $1 AND id = $2",
        &rows,
    )?;
    Ok(())
}

fn add_jobs(
    tx: &mut Tx<'_>,
    employer: OrganisationId,
    set: &ChangeSet,
    made: &Made,
    teams: &HashMap<String, TeamId>,
) -> Result<(), StoreError> {
    let partnership = tx.partnership();
    let ids: Vec<EmploymentId> = set.new_jobs.iter().map(|_| tx.id::<Employment>()).collect();
    let rows: Vec<Vec<Param<'_>>> = set
        .new_jobs
        .iter()
        .zip(&ids)
        .map(|(new, id)| {
            let mut row = vec![partnership.param(), id.param(), made.person(new.who).param_owned(), employer.param()];
            row.extend(job_params(&new.job, teams));
            row.push(Param::Int(i64::from(new.is_primary)));
            row
        })
        .collect();
    tx.run_many(
        "INSERT INTO employment (partnership_id, id, person_id, employer_id, staff_number, team_id, job_title, staff_group,
           contract, work_postcode, rota, leave_dates, priority_group, state, is_primary, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1)",
        &rows,
    )?;
    Ok(())
}

/// Whoever has no primary employment any more gets their earliest one that isn't left.
pub(super) fn settle_primary(tx: &mut Tx<'_>, people: &[PersonId]) -> Result<(), StoreError> {
    let partnership = tx.partnership();
    let rows: Vec<Vec<Param<'_>>> = people.iter().map(|person| vec![partnership.param(), person.param()]).collect();
    tx.run_many(
        "UPDATE employment SET is_primary = 1, version = version + 1
         WHERE partnership_id = $1
           AND id = (SELECT MIN(id) FROM employment WHERE partnership_id = $1 AND person_id = $2 AND state <> 'left')
           AND NOT EXISTS (SELECT 1 FROM employment WHERE partnership_id = $1 AND person_id = $2 AND is_primary = 1)",
        &rows,
    )?;
    Ok(())
}

/// Open items the list settled by itself: a date of birth that came, people back or gone, unreadable rows put right.
fn close_settled(tx: &mut Tx<'_>, employer: OrganisationId, set: &ChangeSet) -> Result<(), StoreError> {
    let (partnership, now) = (tx.partnership(), tx.now());
    let found: Vec<Vec<Param<'_>>> =
        set.birth_found.iter().map(|person| vec![partnership.param(), person.param(), now.param()]).collect();
    tx.run_many(
        "UPDATE worklist_item SET state = 'done', outcome = 'date_came_with_a_list', done_us = $3
         WHERE partnership_id = $1 AND person_id = $2 AND kind = 'no_date_of_birth' AND state = 'open'",
        &found,
    )?;
    let back = set.seen_again.iter().map(|person| (person, "seen_again"));
    let rows: Vec<Vec<Param<'_>>> = back
        .chain(set.left.iter().map(|person| (person, "left")))
        .map(|(person, outcome)| {
            vec![partnership.param(), person.param(), employer.param(), Param::Text(outcome), now.param()]
        })
        .collect();
    tx.run_many(
        "UPDATE worklist_item SET state = 'done', outcome = $4, done_us = $5
         WHERE partnership_id = $1 AND person_id = $2 AND employer_id = $3 AND kind = 'not_seen' AND state = 'open'",
        &rows,
    )?;
    let gone: Vec<Vec<Param<'_>>> =
        set.gone_items.iter().map(|item| vec![partnership.param(), item.param(), now.param()]).collect();
    tx.run_many(
        "UPDATE worklist_item SET state = 'done', outcome = 'not_in_the_newer_list', done_us = $3
         WHERE partnership_id = $1 AND id = $2 AND state = 'open'",
        &gone,
    )?;
    Ok(())
}

fn add_items(
    tx: &mut Tx<'_>,
    employer: OrganisationId,
    import: ImportId,
    set: &ChangeSet,
    made: &Made,
) -> Result<(), StoreError> {
    let (partnership, now) = (tx.partnership(), tx.now());
    let due = london_date(now).saturating_add(DUE_DAYS.days());
    let person = |who: Option<Who>| who.map_or(Param::Null, |who| made.person(who).param_owned());
    let rows: Vec<Vec<Param<'_>>> = set
        .items
        .iter()
        .zip(&made.items)
        .map(|(item, id)| {
            vec![
                partnership.param(),
                id.param(),
                Param::Text(item.kind.word()),
                employer.param(),
                person(item.who),
                person(item.other),
                import.param(),
                item.place.map_or(Param::Null, |(_, row)| Param::Int(row.into())),
                item.row_key.as_deref().map_or(Param::Null, Param::Text),
                Param::Text(&item.summary),
                Param::Text(OWNER_ROLE),
                Param::Made(due.to_string()),
                now.param(),
            ]
        })
        .collect();
    tx.run_many(INSERT_ITEM, &rows)?;
    Ok(())
}

/// An open item that its employer's contact owns.
pub(super) const INSERT_ITEM: &str =
    "INSERT INTO worklist_item (partnership_id, id, kind, employer_id, person_id, other_person_id, import_id,
       row_number, row_key, summary, owner_role, owner_organisation_id, due_on, state, created_us)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $4, $12, 'open', $13)";

fn write_rows(tx: &mut Tx<'_>, import: ImportId, set: &ChangeSet, made: &Made) -> Result<(), StoreError> {
    let partnership = tx.partnership();
    let item = |item: Option<ItemRef>| match item {
        None => Param::Null,
        Some(ItemRef::New(at)) => made.items[at].param_owned(),
        Some(ItemRef::Open(id)) => id.param_owned(),
    };
    let rows: Vec<Vec<Param<'_>>> = set
        .rows
        .iter()
        .map(|row| {
            vec![
                partnership.param(),
                import.param(),
                Param::Int(row.place.0.into()),
                Param::Int(row.place.1.into()),
                Param::Text(row.outcome.word()),
                row.who.map_or(Param::Null, |who| made.person(who).param_owned()),
                item(row.item),
                row.reason.map_or(Param::Null, Param::Text),
            ]
        })
        .collect();
    tx.run_many(
        "INSERT INTO import_row (partnership_id, import_id, sheet, row_number, outcome, person_id, worklist_item_id, reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &rows,
    )?;
    Ok(())
}
