//! Up to every day, no more doses are used than have arrived.

use super::{Kind, RuleCard, limit};
use crate::model::NONE;
use accord_proof::{Block, Problem};

pub(super) const RULE: RuleCard = RuleCard {
    code: "supply",
    kind: Kind::Row,
    sentence: "No more of a product is planned than will have been delivered.",
};

pub(crate) fn limits(problem: &Problem) -> Vec<i32> {
    problem.supplies.iter().map(|s| limit(s.doses)).collect()
}

/// The supplies an appointment in this block uses a dose of.
pub(crate) fn units(problem: &Problem, block: &Block) -> Vec<u32> {
    let counted = (0u32..).zip(&problem.supplies).filter(|(_, s)| {
        s.product == block.product && s.site.is_none_or(|x| x == block.site) && block.day <= s.until_day
    });
    counted.map(|(i, _)| i).collect()
}

/// For each (product, site) the number of the table row that holds its own supplies' prices, and how many rows there are.
pub(crate) fn site_rows(problem: &Problem) -> (Vec<u32>, usize) {
    let sites = problem.sites as usize;
    let mut row_of = vec![NONE; problem.products.len() * sites];
    let mut rows = 0;
    for s in &problem.supplies {
        if let Some(site) = s.site {
            let at = &mut row_of[usize::from(s.product) * sites + site as usize];
            if *at == NONE {
                *at = rows;
                rows += 1;
            }
        }
    }
    (row_of, rows as usize)
}
