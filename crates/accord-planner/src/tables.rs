//! What a unit of everything limited costs at the moment, laid out for the kernel.

use crate::model::{BIG, Model, NONE};

/// Price tables; `W` is the horizon rounded up to whole vectors.
pub(crate) struct Tables<const W: usize> {
    /// For each cell (product, site, half): the price of its block on each day, [`BIG`] where there is none.
    pub cells: Vec<[i32; W]>,
    /// For each team: the price of one absence on each day; the last row is for people without a team.
    pub teams: Vec<[i32; W]>,
    /// For each allocation; the last is for bookings without one.
    pub allocations: Vec<i32>,
    /// For each product: the price of a dose on each day.
    pub doses: Vec<[i32; W]>,
    /// The same for supplies of one site.
    pub site_doses: Vec<[i32; W]>,
    /// For each employer: what one more unplaced person costs beyond their own weight.
    pub fair: Vec<i32>,
}

impl<const W: usize> Tables<W> {
    pub fn empty(model: &Model<'_>) -> Self {
        let mut cells = vec![[BIG; W]; model.block_of.len() / model.days];
        for b in &model.blocks {
            cells[b.cell][b.day] = 0;
        }
        Self {
            cells,
            teams: vec![[0; W]; model.problem.teams.len() + 1],
            allocations: vec![0; model.left.allocations.len() + 1],
            doses: vec![[0; W]; model.problem.products.len()],
            site_doses: vec![[0; W]; model.site_supply_rows],
            fair: vec![0; model.left.fair.len()],
        }
    }

    /// Sets the dose prices of every day from the price of each supply.
    pub fn set_doses(&mut self, model: &Model<'_>, price: impl Fn(usize) -> i32) {
        self.doses.iter_mut().chain(&mut self.site_doses).for_each(|row| *row = [0; W]);
        for (i, s) in model.problem.supplies.iter().enumerate() {
            let product = usize::from(s.product);
            let row = match s.site {
                None => &mut self.doses[product],
                Some(site) => {
                    let at = model.site_supply[product * model.sites + site as usize];
                    debug_assert_ne!(at, NONE);
                    &mut self.site_doses[at as usize]
                }
            };
            let price = price(i);
            for x in &mut row[..=usize::from(s.until_day).min(W - 1)] {
                *x = (*x + price).min(BIG);
            }
        }
    }
}
