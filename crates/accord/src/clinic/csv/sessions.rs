//! Weekly sessions as CSV: `site`, `weekday`, `from`, `until` (09:00), `slot_minutes`, `stations`,
//! `product`, `from_date`, `until_date` (ISO, inclusive), `except` (dates parted by blanks or `;`).
//! Optional: `kind` (booked, drop_in, roving; booked when left out), `place` (where a roving team goes).
//! `site_id`, `valid_from` and `valid_until` are read as well. Closed days come beside it as a file of
//! their own: `site`, `date`, `reason`.

use crate::base::table::{CsvFault, Record, Table, iso_date};
use crate::clinic::session::{Kind, Template};
use accord_formats::csv_out::CsvOut;
use jiff::civil::{Date, Weekday};

/// A weekly session as its file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateRow {
    /// Where it stands in the file.
    pub row: u32,
    /// Code of the site.
    pub site: String,
    /// Code of the product.
    pub product: String,
    /// When, and how much.
    pub template: Template,
    /// Where a roving team goes; blank for other kinds.
    pub place: String,
}

/// A day on which a site is closed all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosureRow {
    /// Where it stands in the file.
    pub row: u32,
    /// Code of the site.
    pub site: String,
    /// The day.
    pub date: Date,
}

const DAYS: [(&str, Weekday); 7] = [
    ("Monday", Weekday::Monday),
    ("Tuesday", Weekday::Tuesday),
    ("Wednesday", Weekday::Wednesday),
    ("Thursday", Weekday::Thursday),
    ("Friday", Weekday::Friday),
    ("Saturday", Weekday::Saturday),
    ("Sunday", Weekday::Sunday),
];

/// Reads a session file. Whether each template makes sense is for [`Template::check`].
pub fn read(text: &str) -> (Vec<TemplateRow>, Vec<CsvFault>) {
    let wanted: Vec<&[&str]> = vec![
        &["site", "site_id"],
        &["weekday"],
        &["from"],
        &["until"],
        &["slot_minutes"],
        &["stations"],
        &["product"],
        &["from_date", "valid_from"],
        &["until_date", "valid_until"],
    ];
    let table = match Table::read(text, &wanted) {
        Ok(table) => table,
        Err(faults) => return (Vec::new(), faults),
    };
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for record in table.records() {
        let Some(row) = template(&record, &mut faults) else { continue };
        match row.template.check() {
            Ok(()) => rows.push(row),
            Err(no) => faults.push(CsvFault::new(row.row, no.column, record.cell(&[no.column]), no.wanted)),
        }
    }
    (rows, faults)
}

fn template(record: &Record<'_>, faults: &mut Vec<CsvFault>) -> Option<TemplateRow> {
    const DATE: &str = "a date such as 2027-01-04";
    let site = record.text(&["site", "site_id"], "a site's id", faults);
    let product = record.text(&["product"], "a product's code", faults);
    let weekday = record.take(&["weekday"], "a day such as Monday", faults, weekday);
    let from = record.take(&["from"], "a time such as 09:00", faults, minute_of);
    let until = record.take(&["until"], "a time such as 17:00", faults, minute_of);
    let small = |cell: &str| cell.parse::<u16>().ok();
    let slot_minutes = record.take(&["slot_minutes"], "minutes, from 1", faults, small);
    let stations = record.take(&["stations"], "a whole number from 1", faults, small);
    let first = record.take(&["from_date", "valid_from"], DATE, faults, iso_date);
    let last = record.take(&["until_date", "valid_until"], DATE, faults, iso_date);
    let except = record.take(&["except"], "dates such as 2027-01-04 2027-01-11", faults, |cell| {
        cell.split([' ', ';', ',']).filter(|d| !d.is_empty()).map(iso_date).collect::<Option<Vec<_>>>()
    });
    let kind = record.take(&["kind"], "booked, drop_in or roving", faults, |cell| {
        if cell.is_empty() { Some(Kind::Booked) } else { Kind::parse(cell) }
    });
    let kind = kind?;
    let place = if kind == Kind::Roving { record.cell(&["place"]).to_owned() } else { String::new() };
    let template = Template {
        weekday: weekday?,
        from_minute: from?,
        until_minute: until?,
        slot_minutes: slot_minutes?,
        stations: stations?,
        from_date: first?,
        until_date: last?,
        except: except?,
        kind,
    };
    Some(TemplateRow { row: record.row, site: site?, product: product?.to_ascii_uppercase(), template, place })
}

fn weekday(cell: &str) -> Option<Weekday> {
    let lower = cell.to_lowercase();
    DAYS.iter().find(|(name, _)| lower.len() >= 3 && name.to_lowercase().starts_with(&lower)).map(|(_, day)| *day)
}

/// `09:00` and `9:00` as minutes after midnight; 24:00 is the end of the day.
fn minute_of(cell: &str) -> Option<u16> {
    let (hours, minutes) = cell.split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.get(..2)?.parse().ok()?);
    let rest = &cell[cell.find(':')? + 3..];
    let whole = matches!(rest, "" | ":00") && minutes < 60;
    let minute = hours.checked_mul(60)?.checked_add(minutes)?;
    (whole && minute <= 24 * 60).then_some(minute)
}

/// Minutes after midnight as `09:00`.
pub fn clock_time(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Reads a file of closed days.
pub fn read_closures(text: &str) -> (Vec<ClosureRow>, Vec<CsvFault>) {
    let wanted: Vec<&[&str]> = vec![&["site", "site_id"], &["date"]];
    let table = match Table::read(text, &wanted) {
        Ok(table) => table,
        Err(faults) => return (Vec::new(), faults),
    };
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for record in table.records() {
        let site = record.text(&["site", "site_id"], "a site's id", &mut faults);
        let date = record.take(&["date"], "a date such as 2027-01-04", &mut faults, iso_date);
        if let (Some(site), Some(date)) = (site, date) {
            rows.push(ClosureRow { row: record.row, site, date });
        }
    }
    (rows, faults)
}

/// Writes weekly sessions.
pub fn write(rows: &[TemplateRow]) -> String {
    let mut out = CsvOut::new(false);
    out.record([
        "site",
        "weekday",
        "from",
        "until",
        "slot_minutes",
        "stations",
        "product",
        "from_date",
        "until_date",
        "except",
        "kind",
        "place",
    ]);
    for TemplateRow { site, product, template: t, place, .. } in rows {
        let day = DAYS.iter().find(|(_, d)| *d == t.weekday).map_or("", |(name, _)| name);
        let except: Vec<String> = t.except.iter().map(Date::to_string).collect();
        out.record([
            site,
            day,
            &clock_time(t.from_minute),
            &clock_time(t.until_minute),
            &t.slot_minutes.to_string(),
            &t.stations.to_string(),
            product,
            &t.from_date.to_string(),
            &t.until_date.to_string(),
            &except.join(" "),
            t.kind.word(),
            place,
        ]);
    }
    out.finish()
}
