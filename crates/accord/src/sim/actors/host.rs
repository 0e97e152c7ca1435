//! The host: amends what it signed, and once in a while ends it.

use crate::base::db::{Actor, Tx};
use crate::partnership::signing::{amend, end, sign};
use crate::sim::rare::Rare;
use crate::sim::{Broken, Sim};

pub(super) fn act(sim: &mut Sim) -> Result<(), Broken> {
    if sim.dice.percent(60) { change_limits(sim) } else { end_and_sign_anew(sim) }
}

fn host(sim: &Sim) -> Actor {
    Actor::new(sim.world.lead.partnership, "campaign_lead", "the host's director")
}

/// Wider or tighter limits under a new version; tighter than what is in use is refused.
fn change_limits(sim: &mut Sim) -> Result<(), Broken> {
    let at = sim.dice.below(sim.world.agreements.len());
    let Some((id, text)) = sim.world.agreements.get(at).cloned() else { return Ok(()) };
    let mut new = text;
    for allocation in &mut new.allocations {
        allocation.capacity = if sim.dice.percent(30) { None } else { Some(sim.dice.between(2, 40)) };
    }
    let signed = new.clone();
    let work = move |tx: &mut Tx<'_>| amend(tx, id, &signed).map(|version| version.to_string());
    if sim.send(&host(sim), None, "amend the agreement", work)?.is_ok() {
        sim.world.agreements[at].1 = new;
        if !sim.acknowledged.is_empty() {
            sim.seen.note(Rare::AgreementAmended);
        }
    }
    Ok(())
}

/// What is booked is honoured; another agreement is signed some time later.
fn end_and_sign_anew(sim: &mut Sim) -> Result<(), Broken> {
    let at = sim.dice.below(sim.world.agreements.len());
    let Some((id, new)) = sim.world.agreements.get(at).cloned() else { return Ok(()) };
    let booked = in_use(sim, id)?;
    let work = move |tx: &mut Tx<'_>| end(tx, id, "simulated").map(|last| last.to_string());
    if sim.send(&host(sim), None, "end the agreement", work)?.is_ok() && booked {
        sim.seen.note(Rare::AgreementEnded);
    }
    let work = move |tx: &mut Tx<'_>| sign(tx, &new).map(|id| id.to_string());
    if let Ok(signed) = sim.send(&host(sim), None, "sign an agreement", work)?
        && let Ok(id) = signed.parse()
    {
        sim.world.agreements[at].0 = id;
    }
    Ok(())
}

fn in_use(sim: &Sim, id: crate::base::ids::AgreementId) -> Result<bool, Broken> {
    let (people, campaign) = (sim.world.people.clone(), sim.world.id());
    Ok(sim.db.read_now(&sim.world.lead, move |tx| {
        for person in &people {
            let live = crate::booking::store::live_of(tx, *person, campaign)?;
            if live.iter().any(|booking| booking.agreement == id) {
                return Ok(true);
            }
        }
        Ok(false)
    })?)
}
