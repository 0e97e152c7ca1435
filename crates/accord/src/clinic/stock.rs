//! Doses as running totals. Pure.
//!
//! Between one delivery and the next nothing new arrives, so one row tells all: how many doses had
//! arrived by its first day, and how many are used up to its last. A day's bookings count in its own row
//! and in every later one; a plan or a booking fits where no row's use is above its deliveries.

use jiff::civil::Date;

/// The last day of the last row.
pub const END_OF_TIME: Date = Date::constant(9999, 12, 31);
/// The first day of the first row.
pub const BEGIN_OF_TIME: Date = Date::constant(1, 1, 1);

/// One row of running totals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StockRow {
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// Doses that can be given by then.
    pub delivered: i64,
    /// Doses used on all days up to `until`.
    pub taken: i64,
}

/// The first day on which a delivery can be given: the one after it arrives.
pub fn usable_from(arrives_on: Date) -> Date {
    arrives_on.tomorrow().unwrap_or(END_OF_TIME)
}

/// The rows of one site and product: `deliveries` by day of arrival, `used` by day. No delivery, no row.
pub fn running_totals(deliveries: &[(Date, i64)], used: &[(Date, i64)]) -> Vec<StockRow> {
    let mut sorted: Vec<(Date, i64)> = deliveries.iter().map(|(day, doses)| (usable_from(*day), *doses)).collect();
    sorted.sort();
    let mut rows: Vec<StockRow> = Vec::with_capacity(sorted.len() + 1);
    if sorted.is_empty() {
        return rows;
    }
    rows.push(StockRow { from: BEGIN_OF_TIME, until: END_OF_TIME, delivered: 0, taken: 0 });
    for (day, doses) in sorted {
        let Some(last) = rows.last_mut() else { continue };
        if last.from == day {
            last.delivered += doses;
            continue;
        }
        last.until = day.yesterday().unwrap_or(BEGIN_OF_TIME);
        let delivered = last.delivered + doses;
        rows.push(StockRow { from: day, until: END_OF_TIME, delivered, taken: 0 });
    }
    for row in &mut rows {
        row.taken = used.iter().filter(|(day, _)| *day <= row.until).map(|(_, n)| n).sum();
    }
    rows
}
