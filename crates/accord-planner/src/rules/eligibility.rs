//! People have only products they may have, and end a course with what they began it with.

use super::{Kind, RuleCard};
use accord_proof::{Person, Problem};

pub(super) const RULE: RuleCard = RuleCard {
    code: "eligibility",
    kind: Kind::Mask,
    sentence: "A person has only a product they may have, and the same one throughout.",
};

pub(crate) fn mask(problem: &Problem, person: &Person) -> u16 {
    (0..problem.products.len()).filter(|v| person.may_have(*v)).fold(0, |m, v| m | 1 << v)
}
