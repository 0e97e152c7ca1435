//! Working patterns and leave, in the text forms the lists use.
//!
//! A rota is a list of days (`Mon-Fri`, `Mon Tue Thu`, `Sat-Sun`), such a list after `Late`, or
//! `3 on 4 off from 2027-01-04`, perhaps after `Nights`; empty where the employer has none. Leave
//! is `2026-12-21 to 2026-12-27; 2027-02-01`: spans and single days, both ends included.

use jiff::ToSpan;

use super::dice::Dice;
use super::jobs::Role;
use super::{Campaign, Organisation};

const PART_TIME: [&str; 8] =
    ["Mon Tue Thu", "Mon Wed Fri", "Tue Wed Thu", "Mon Tue Wed", "Wed Thu Fri", "Mon-Thu", "Tue-Fri", "Thu Fri Sat"];
/// Small employers without a rota system.
const WITHOUT: [&str; 4] = ["SMD", "OLC", "AUA", "JSC"];

/// Whether an employer writes rotas into its list at all.
pub(super) fn known(organisation: &Organisation, dice: &mut Dice) -> bool {
    let small_practice = organisation.kind == "gp_practice" && dice.chance(0.45);
    !small_practice && !WITHOUT.contains(&organisation.id.as_str())
}

/// A rota that suits the role.
pub(super) fn draw(role: &Role, campaign: &Campaign, dice: &mut Dice) -> String {
    let limits: [f64; 5] =
        if role.round_the_clock { [0.24, 0.63, 0.76, 0.90, 0.95] } else { [0.70, 0.72, 0.94, 0.94, 0.97] };
    let draw = dice.unit();
    let starts = || campaign.starts;
    match limits.iter().position(|&limit| draw < limit) {
        Some(0) => "Mon-Fri".to_owned(),
        Some(1) => format!("3 on 4 off from {}", starts().saturating_add(dice.between(0, 6).days())),
        Some(2) => (*dice.pick(&PART_TIME)).to_owned(),
        Some(3) => {
            format!("Nights 3 on 4 off from {}", starts().saturating_add(dice.between(0, 6).days()))
        }
        Some(_) => "Late Mon-Fri".to_owned(),
        None => "Sat-Sun".to_owned(),
    }
}

/// 35 % have leave of 3 to 14 days during the campaign; some of them a single day more.
pub(super) fn leave(campaign: &Campaign, dice: &mut Dice) -> String {
    if !dice.chance(0.35) {
        return String::new();
    }
    let starts = campaign.starts.saturating_add(dice.between(-5, 52).days());
    let ends = starts.saturating_add(dice.between(2, 13).days());
    if dice.chance(0.2) {
        let single = ends.saturating_add(dice.between(5, 40).days());
        format!("{starts} to {ends}; {single}")
    } else {
        format!("{starts} to {ends}")
    }
}
