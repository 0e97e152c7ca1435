//! A month of all clinics as a picture, drawn at most once a second however many look at it.
//!
//! Adding up every slot of every clinic takes longer than all the rest of the page. So the picture is kept and says when
//! it was read; who finds it more than a second old has it read again and does not wait for it. Nobody is shown one of
//! more than five seconds: then they wait.

use super::store::campaign as store;
use crate::base::db::{Actor, Db, StoreError};
use crate::base::page::Figure;
use crate::base::svg::{Cell, Heat, HeatRow};
use crate::base::words;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Microseconds after which a picture is read again.
const FRESH_US: i64 = 1_000_000;
/// Microseconds after which nobody is shown it.
const STALE_US: i64 = 5_000_000;
/// Months kept: nobody turns more pages than that in five seconds.
const KEPT: usize = 24;
/// Clinics in the picture; the table has all.
const DRAWN: usize = 14;

/// A month as it was read.
#[derive(Debug)]
pub struct Month {
    /// When.
    pub at: Timestamp,
    /// How full it is; none: no clinic is open.
    pub figure: Option<Figure>,
}

#[derive(Debug, Clone, Default)]
struct Kept {
    month: Option<Arc<Month>>,
    being_read: bool,
}

/// The months that were read last. Cheap to clone; every clone is the same.
#[derive(Debug, Clone, Default)]
pub struct Months(Arc<Mutex<HashMap<Date, Kept>>>);

impl Months {
    /// The month that begins on `first`, at most five seconds old.
    pub async fn of(&self, db: &Db, who: &Actor, first: Date) -> Result<Arc<Month>, StoreError> {
        let now = db.clock.now().as_microsecond();
        let age = |month: &Month| now - month.at.as_microsecond();
        let (known, read_again) = {
            let mut all = self.all();
            if all.len() >= KEPT && !all.contains_key(&first) {
                all.clear();
            }
            let kept = all.entry(first).or_default();
            let old = kept.month.as_deref().is_none_or(|month| !(0..FRESH_US).contains(&age(month)));
            let read_again = old && !kept.being_read;
            kept.being_read |= old;
            (kept.month.clone().filter(|month| (0..STALE_US).contains(&age(month))), read_again)
        };
        match known {
            Some(known) => {
                if read_again {
                    let (months, db, who) = (self.clone(), db.clone(), who.clone());
                    tokio::spawn(async move { months.read(&db, &who, first).await });
                }
                Ok(known)
            }
            None => self.read(db, who, first).await,
        }
    }

    async fn read(&self, db: &Db, who: &Actor, first: Date) -> Result<Arc<Month>, StoreError> {
        let last = first.last_of_month();
        let read = db.read(who, move |tx| Ok((store::site_days(tx, first, last)?, tx.now()))).await;
        let read = read.map(|(rows, at)| Arc::new(Month { at, figure: drawn(&rows, first) }));
        let month = read.as_ref().ok().cloned();
        let mut all = self.all();
        let kept = all.entry(first).or_default();
        *kept = Kept { month: month.or(kept.month.take()), being_read: false };
        drop(all);
        read
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Date, Kept>> {
        // Whoever panicked with it left whole entries behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn drawn(site_days: &[(String, Date, u32, u32)], first: Date) -> Option<Figure> {
    let days: Vec<Date> = first.series(1.day()).take_while(|day| day.month() == first.month()).collect();
    let mut rows: BTreeMap<&str, Vec<Cell>> = BTreeMap::new();
    let (mut full, mut free) = (0_u64, 0_u64);
    for (site, date, taken, capacity) in site_days {
        let cells = rows.entry(site).or_insert_with(|| vec![Cell::Closed; days.len()]);
        cells[usize::from(date.day().unsigned_abs()) - 1] =
            Cell::Open { used: u64::from(*taken), room: u64::from(*capacity) };
        full += u64::from(taken >= capacity);
        free += u64::from(capacity.saturating_sub(*taken));
    }
    let all = site_days.len() as u64;
    let finding = match free {
        0 => "Every clinic is full".to_owned(),
        _ => format!(
            "{} free on {}{}",
            words::count(free, "place is", "places are"),
            words::count(all - full, "clinic day", "clinic days"),
            if full == 0 { String::new() } else { format!("; {} full", words::count(full, "is", "are")) }
        ),
    };
    let finding = words::sentence(&finding);
    let rows = rows.into_iter().map(|(name, cells)| HeatRow { name: name.to_owned(), cells }).collect();
    Heat { finding, days, rows, show: DRAWN }.figure("month")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_month_counts_clinic_days_and_has_a_cell_for_each_day() {
        let first = date(2027, 2, 1);
        let rows = [
            ("Harwich".to_owned(), date(2027, 2, 1), 10, 10),
            ("Harwich".to_owned(), date(2027, 2, 28), 4, 10),
            ("Clacton".to_owned(), date(2027, 2, 3), 0, 12),
        ];
        let figure = drawn(&rows, first).expect("a picture");
        assert_eq!(figure.table.head.len(), 29);
        assert_eq!(figure.table.rows.len(), 2);
        assert_eq!(figure.table.rows[0][28], "4 of 10");
        assert!(figure.finding.contains("18 places are free on 2 clinic days; 1 is full"), "{}", figure.finding);
        assert!(drawn(&[], first).is_none());
        let whole = drawn(&rows[..1], first).expect("a picture");
        assert_eq!(whole.finding, "Every clinic is full");
    }
}
