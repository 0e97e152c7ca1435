//! Deliveries as CSV: `site`, `product`, `arrives_on` (ISO; doses can be given from the day after),
//! `doses`. A file with `date` in the place of `arrives_on` says from which day the doses can be given,
//! and is taken as having arrived the day before.

use crate::base::table::{CsvFault, Table, iso_date};
use accord_formats::csv_out::CsvOut;
use jiff::civil::Date;
use std::collections::HashSet;

/// A delivery as its file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Where it stands in the file.
    pub row: u32,
    /// Code of the site.
    pub site: String,
    /// Code of the product.
    pub product: String,
    /// The day it arrives.
    pub arrives_on: Date,
    /// How many.
    pub doses: i64,
}

/// Reads a delivery file.
pub fn read(text: &str) -> (Vec<DeliveryRow>, Vec<CsvFault>) {
    let wanted: Vec<&[&str]> = vec![&["site", "site_id"], &["product"], &["arrives_on", "date"], &["doses"]];
    let table = match Table::read(text, &wanted) {
        Ok(table) => table,
        Err(faults) => return (Vec::new(), faults),
    };
    let arrives = table.has("arrives_on");
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for record in table.records() {
        let site = record.text(&["site", "site_id"], "a site's id", &mut faults);
        let product = record.text(&["product"], "a product's code", &mut faults);
        let day = record.take(&["arrives_on", "date"], "a date such as 2027-01-04", &mut faults, |cell| {
            let date = iso_date(cell)?;
            if arrives { Some(date) } else { date.yesterday().ok() }
        });
        let doses = record.take(&["doses"], "a whole number from 1", &mut faults, |c| {
            c.parse().ok().filter(|n| (1..=10_000_000).contains(n))
        });
        if let (Some(site), Some(product), Some(arrives_on), Some(doses)) = (site, product, day, doses) {
            let product = product.to_ascii_uppercase();
            if seen.insert((site.clone(), product.clone(), arrives_on)) {
                rows.push(DeliveryRow { row: record.row, site, product, arrives_on, doses });
            } else {
                let what = format!("{site} {product} {arrives_on}");
                faults.push(CsvFault::new(record.row, "arrives_on", &what, "one delivery of a product a site and day"));
            }
        }
    }
    (rows, faults)
}

/// Writes deliveries.
pub fn write(rows: &[DeliveryRow]) -> String {
    let mut out = CsvOut::new(false);
    out.record(["site", "product", "arrives_on", "doses"]);
    for row in rows {
        out.record([&row.site, &row.product, &row.arrives_on.to_string(), &row.doses.to_string()]);
    }
    out.finish()
}
