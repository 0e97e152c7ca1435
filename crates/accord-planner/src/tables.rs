//! What a unit of everything limited costs at the moment, laid out for the kernel.

use crate::model::{BIG, Model};

/// Price tables; `W` is the horizon rounded up to whole vectors.
pub(crate) struct Tables<const W: usize> {
    /// For each cell (product, site, half): the price of an appointment on each day, its doses included; [`BIG`] where
    /// there is no block. The kernel reads only this.
    pub cells: Vec<[i32; W]>,
    /// The same without the doses.
    places: Vec<[i32; W]>,
    /// For each product and site: the price of a dose on each day.
    doses: Vec<[i32; W]>,
    halves: usize,
    /// For each team: the price of one absence on each day; the last row is for people without a team.
    pub teams: Vec<[i32; W]>,
    /// For each allocation; the last is for bookings without one.
    pub allocations: Vec<i32>,
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
            places: cells.clone(),
            doses: vec![[0; W]; cells.len() / model.halves],
            cells,
            halves: model.halves,
            teams: vec![[0; W]; model.problem.teams.len() + 1],
            allocations: vec![0; model.left.allocations.len() + 1],
            fair: vec![0; model.left.fair.len()],
        }
    }

    /// Sets the price of a place.
    #[inline(always)]
    pub fn set_place(&mut self, cell: usize, day: usize, price: i32) {
        self.places[cell][day] = price;
        self.cells[cell][day] = (price + self.doses[cell / self.halves][day]).min(BIG);
    }

    /// Sets the dose prices of every day from the price of each supply.
    #[inline(always)]
    pub fn set_doses(&mut self, model: &Model<'_>, price: impl Fn(usize) -> i32) {
        self.doses.iter_mut().for_each(|row| *row = [0; W]);
        for (i, s) in model.problem.supplies.iter().enumerate() {
            let price = price(i);
            if price == 0 {
                continue;
            }
            let product = usize::from(s.product) * model.sites;
            let rows = s.site.map_or(product..product + model.sites, |site| {
                let row = product + site as usize;
                row..row + 1
            });
            for row in &mut self.doses[rows] {
                for x in &mut row[..=usize::from(s.until_day).min(W - 1)] {
                    *x = (*x + price).min(BIG);
                }
            }
        }
        let places = self.cells.chunks_mut(self.halves).zip(self.places.chunks(self.halves));
        for ((cells, places), doses) in places.zip(&self.doses) {
            for (cell, place) in cells.iter_mut().zip(places) {
                for d in 0..W {
                    cell[d] = (place[d] + doses[d]).min(BIG);
                }
            }
        }
    }
}
