//! Who acts: a file each, a line each here. An actor does one thing a step; what it finds it reads from the store, as the
//! page in front of it would, and that may be old by the time its form arrives.

pub(super) mod change;
mod clinic;
mod desk;
mod door;
mod elsewhere;
pub(super) mod employer;
mod host;
mod lead;
mod paper;
mod person;
mod standby;
mod waiting;

use super::{Broken, Sim};

/// Somebody who acts.
struct Actor {
    /// How often, against the others.
    weight: usize,
    act: fn(&mut Sim) -> Result<(), Broken>,
}

const ALL: &[Actor] = &[
    Actor { weight: 60, act: person::act },
    Actor { weight: 22, act: clinic::act },
    Actor { weight: 6, act: employer::act },
    Actor { weight: 6, act: lead::act },
    Actor { weight: 1, act: host::act },
    Actor { weight: 6, act: change::act },
    Actor { weight: 9, act: waiting::act },
    Actor { weight: 7, act: standby::act },
    Actor { weight: 9, act: door::act },
    Actor { weight: 4, act: paper::act },
    Actor { weight: 2, act: desk::act },
    Actor { weight: 3, act: elsewhere::act },
];

/// One actor, drawn by weight, does one thing.
pub(super) fn act(sim: &mut Sim) -> Result<(), Broken> {
    let mut drawn = sim.dice.below(ALL.iter().map(|actor| actor.weight).sum());
    for actor in ALL {
        if drawn < actor.weight {
            return (actor.act)(sim);
        }
        drawn -= actor.weight;
    }
    Ok(())
}
