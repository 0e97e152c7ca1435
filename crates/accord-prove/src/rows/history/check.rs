//! Whether a recorded history is linearizable: whether every operation could have taken effect at one instant between its
//! request and its answer, so that each answer is right at its instant.
//!
//! Wing and Gong's search, object by object (a history is linearizable if each object's part of it is), kept as the set of
//! all states that are possible after each event. An object of ours has few states and few operations under way at once,
//! so the set stays small and nothing is searched twice. Own, rather than a library's: sixty lines that take an answer's
//! meaning as a function, and can be refused by a planted history in the test below.

use std::collections::BTreeSet;

/// What happened to one object, in the order in which the recorder saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// An operation was asked for.
    Asked(usize),
    /// It was answered.
    Answered(usize),
}

/// An object: `apply` says what an operation with the answer it got makes of a state; none: it could not have got it.
pub struct Object<'a, S> {
    /// The state before everything.
    pub first: S,
    /// What the nth operation does.
    pub apply: &'a dyn Fn(&S, usize) -> Option<S>,
}

/// The first event after which no order explains the answers; none: the history is linearizable. An operation without an
/// answer may have taken effect at any time after it was asked for, or never.
pub fn unexplained<S: Clone + Ord>(object: &Object<'_, S>, events: &[Event]) -> Option<usize> {
    // A state, the operations under way, and those of them that took effect already.
    let mut possible: BTreeSet<(S, BTreeSet<usize>)> = BTreeSet::from([(object.first.clone(), BTreeSet::new())]);
    let mut under_way: BTreeSet<usize> = BTreeSet::new();
    for (at, event) in events.iter().enumerate() {
        match *event {
            Event::Asked(op) => {
                under_way.insert(op);
            }
            Event::Answered(op) => {
                let all = closure(object, possible, &under_way);
                under_way.remove(&op);
                possible = BTreeSet::new();
                for (state, mut done) in all {
                    if done.remove(&op) {
                        possible.insert((state, done));
                    }
                }
                if possible.is_empty() {
                    return Some(at);
                }
            }
        }
    }
    None
}

/// Everything that can be by now: any of the operations under way may have taken effect, in any order.
fn closure<S: Clone + Ord>(
    object: &Object<'_, S>,
    possible: BTreeSet<(S, BTreeSet<usize>)>,
    under_way: &BTreeSet<usize>,
) -> BTreeSet<(S, BTreeSet<usize>)> {
    let mut all = BTreeSet::new();
    let mut to_do: Vec<(S, BTreeSet<usize>)> = possible.into_iter().collect();
    while let Some((state, done)) = to_do.pop() {
        if !all.insert((state.clone(), done.clone())) {
            continue;
        }
        for op in under_way.difference(&done) {
            if let Some(next) = (object.apply)(&state, *op) {
                let mut more = done.clone();
                more.insert(*op);
                to_do.push((next, more));
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::Event::{Answered, Asked};
    use super::*;

    /// A slot of one place: whether an operation took it, found it full, or gave it back.
    fn slot(ops: &'static [&'static str]) -> impl Fn(&u32, usize) -> Option<u32> {
        move |taken, op| match (ops[op], *taken) {
            ("took", 0) => Some(1),
            ("full", 1) => Some(1),
            ("gave", 1) => Some(0),
            _ => None,
        }
    }

    #[test]
    fn right_histories_pass_and_planted_wrong_ones_do_not() {
        let check = |ops: &'static [&'static str], events: &[Event]| {
            unexplained(&Object { first: 0, apply: &slot(ops) }, events)
        };
        let one_by_one = [Asked(0), Answered(0), Asked(1), Answered(1), Asked(2), Answered(2)];
        assert_eq!(check(&["took", "full", "gave"], &one_by_one), None);
        assert_eq!(check(&["took", "took", "gave"], &one_by_one), Some(3), "two in one place");
        assert_eq!(check(&["took", "gave", "full"], &one_by_one), Some(5), "full after it was given back");
        assert_eq!(check(&["full", "took", "gave"], &one_by_one), Some(1), "full before anybody came");
        let together = [Asked(0), Asked(1), Answered(1), Answered(0)];
        assert_eq!(check(&["took", "full"], &together), None, "the other one was first");
        assert_eq!(check(&["took", "took"], &together), Some(3));
        // Whoever got no answer may have it all the same.
        assert_eq!(check(&["took", "full"], &[Asked(0), Asked(1), Answered(1)]), None);
    }
}
