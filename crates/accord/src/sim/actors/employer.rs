//! Employers: send their list, again and in parts; decide what is unclear.

use crate::base::clock::london_date;
use crate::base::db::{Actor, Stop, Tx};
use crate::base::ids::{ImportId, PersonId};
use crate::booking::merge;
use crate::campaign::offer;
use crate::cohort::import::{self, Confirm, ImportRefusal, Preview, Previewed};
use crate::cohort::resolve::Decision;
use crate::cohort::store as cohort;
use crate::cohort::worklist::{Filter, ItemKind, Open};
use crate::plan::runs::catch_up;
use crate::sim::rare::Rare;
use crate::sim::world::{HEAD, row};
use crate::sim::{Broken, Sim};

/// The lists with which everything begins.
pub(in crate::sim) fn first_lists(sim: &mut Sim, most: usize) -> Result<(), Broken> {
    let people = (most / 2 + sim.dice.below(most / 2 + 1)).max(1);
    for _ in 0..people {
        let employer = sim.dice.below(sim.world.employers.len());
        let row = row(sim.world.next_number, &mut sim.dice);
        sim.world.next_number += 1;
        sim.world.employers[employer].rows.push(row);
    }
    for employer in 0..sim.world.employers.len() {
        send(sim, employer)?;
    }
    let campaign = sim.world.id();
    let lead = sim.world.lead.clone();
    let counted = sim.db.write_now(&lead, move |tx| catch_up(tx, campaign).map_err(Stop::<()>::Store));
    counted.map_err(|stop| Broken::new(format!("offers can't be opened: {stop:?}")))
}

pub(super) fn act(sim: &mut Sim) -> Result<(), Broken> {
    if sim.dice.percent(65) { decide_one(sim) } else { another_list(sim) }
}

pub(super) fn contact(sim: &Sim, employer: usize) -> Actor {
    Actor::new(sim.world.lead.partnership, "employer_contact", sim.world.employers[employer].id)
}

/// A list comes again: somebody new, somebody gone, somebody's rota changed.
fn another_list(sim: &mut Sim) -> Result<(), Broken> {
    let at = sim.dice.below(sim.world.employers.len());
    let before = sim.world.employers[at].rows.len();
    match sim.dice.below(3) {
        0 if sim.world.next_number < 160 => {
            let new = row(sim.world.next_number, &mut sim.dice);
            sim.world.next_number += 1;
            sim.world.employers[at].rows.push(new);
            sim.seen.note(Rare::NewStarter);
        }
        1 if before > 1 => {
            let gone = sim.dice.below(before);
            sim.world.employers[at].rows.remove(gone);
            sim.seen.note(Rare::ListPartial);
        }
        _ => {
            let changed = sim.dice.below(before.max(1));
            if let Some(old) = sim.world.employers[at].rows.get(changed).cloned()
                && let Some((kept, _)) = old.trim_end().rsplit_once(',')
            {
                let rota = ["Mon-Fri", "Tue-Sat", ""][sim.dice.below(3)];
                sim.world.employers[at].rows[changed] = format!("{kept},{rota}\n");
            }
        }
    }
    send(sim, at)
}

/// Previews and takes an employer's list; where the importer asks for a second yes, the contact gives it.
fn send(sim: &mut Sim, at: usize) -> Result<(), Broken> {
    let employer = &sim.world.employers[at];
    if employer.rows.is_empty() {
        return Ok(());
    }
    let text = format!("{HEAD}{}", employer.rows.concat());
    let cmd = Preview {
        employer: employer.code.clone(),
        file_name: "staff.csv".into(),
        bytes: text.into_bytes(),
        today: london_date(sim.db.clock.now()),
        mapping: None,
    };
    let work = move |tx: &mut Tx<'_>| -> Result<String, Stop<ImportRefusal>> {
        Ok(match import::preview(tx, &cmd)? {
            Previewed::Review(review) => review.import.map_or_else(String::new, |id| id.to_string()),
            Previewed::NothingToDo { .. } => String::new(),
        })
    };
    let who = contact(sim, at);
    let shown = sim.send(&who, None, "a list is looked at", work)?;
    let Some(import) = shown.ok().and_then(|id| id.parse::<ImportId>().ok()) else { return Ok(()) };
    let work = move |tx: &mut Tx<'_>| -> Result<String, Stop<ImportRefusal>> {
        import::commit(tx, import, Confirm { second_yes: true })?;
        offer::open_for_newcomers(tx)?;
        Ok("taken".to_owned())
    };
    sim.send(&who, None, "a list is taken", work)?.ok();
    let went = sim.db.read_now(&who, move |tx| cohort::where_rows_went(tx, import))?;
    let mut people: Vec<PersonId> = went.into_iter().filter_map(|row| row.3).collect();
    people.append(&mut sim.world.people);
    people.sort_unstable();
    people.dedup();
    sim.world.people = people;
    Ok(())
}

/// One item of the worklist is decided.
fn decide_one(sim: &mut Sim) -> Result<(), Broken> {
    let open = sim.db.read_now(&sim.world.lead, |tx| cohort::open_items(tx, &Filter::default(), 50))?;
    let Some(Open { item, .. }) = sim.dice.pick(&open).cloned() else { return Ok(()) };
    let decision = match (item.kind, sim.dice.below(2)) {
        (ItemKind::PossibleDuplicate | ItemKind::NhsNumberClash, 0) => Decision::Same { keep: None },
        (ItemKind::PossibleDuplicate | ItemKind::NhsNumberClash, _) => Decision::Different,
        (ItemKind::NoDateOfBirth, _) => Decision::CorrectedDate { date_of_birth: born(sim) },
        (ItemKind::NotSeen, 0) => Decision::Left,
        (ItemKind::NotSeen, _) => Decision::StillHere,
        (ItemKind::RowUnreadable, _) => Decision::SetAside { reason: "wrong".into() },
    };
    let rare = match decision {
        Decision::Same { .. } => Some(Rare::TwinsMerged),
        Decision::Different => Some(Rare::TwinsParted),
        Decision::Left => Some(Rare::Left),
        _ => None,
    };
    let id = item.id;
    let work = move |tx: &mut Tx<'_>| merge::decide(tx, id, &decision).map(|_| "decided".to_owned());
    let who = sim.world.lead.clone();
    if sim.send(&who, item.person, "decide", work)?.is_ok()
        && let Some(rare) = rare
    {
        sim.seen.note(rare);
    }
    Ok(())
}

fn born(sim: &mut Sim) -> jiff::civil::Date {
    jiff::civil::date(1965 + sim.dice.below(30) as i16, 3, 1 + sim.dice.below(28) as i8)
}
