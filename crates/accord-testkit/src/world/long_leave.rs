//! People who are away for months: parental leave, long illness, secondment abroad.

use jiff::ToSpan;
use jiff::civil::Date;

use super::dice::Dice;
use super::staff::Staff;
use super::{Campaign, Settings};

/// People in so many who are away for the whole campaign.
const ALL_OF_IT: usize = 500;
/// People in so many who come back when the first appointments are over.
const TOO_LATE: usize = 1_000;

/// Sends some people on long leave, at all their employers. As many as the size of the world
/// warrants, whoever they are.
pub(super) fn set(settings: Settings, campaign: &Campaign, staff: &mut Staff) {
    let mut dice = Dice::new(settings.seed, "long leave");
    let mut order: Vec<usize> = (0..staff.people.len()).collect();
    dice.shuffle(&mut order);
    let rounded = |one_in: usize| (staff.people.len() + one_in / 2) / one_in;
    let (all, late) = (rounded(ALL_OF_IT), rounded(TOO_LATE));
    for (rank, at) in order.into_iter().take(all + late).enumerate() {
        let began = campaign.starts.saturating_sub(dice.between(10, 200).days());
        let until = if rank < all {
            campaign.ends.saturating_add(dice.between(3, 150).days())
        } else {
            campaign.first_dose_until.saturating_add(dice.between(0, 30).days())
        };
        away(staff, at, began, until);
    }
}

fn away(staff: &mut Staff, at: usize, began: Date, until: Date) {
    for job in &mut staff.people[at].jobs {
        job.leave = format!("{began} to {until}");
    }
}
