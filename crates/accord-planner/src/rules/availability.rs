//! People come only on half-days on which they can.

use super::{Kind, RuleCard};
use accord_proof::{DayMask, Person};

pub(super) const RULE: RuleCard = RuleCard {
    code: "availability",
    kind: Kind::Mask,
    sentence: "A person comes only on a half-day on which they can come.",
};

pub(crate) fn mask(person: &Person) -> [DayMask; 3] {
    person.available
}
