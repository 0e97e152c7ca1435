//! Weekly sessions as CSV: `site`, `weekday`, `from`, `until` (09:00), `slot_minutes`, `stations`,
//! `product`, `from_date`, `until_date` (ISO, inclusive), `except` (dates parted by blanks or `;`).
//! `site_id`, `valid_from` and `valid_until` are read as well. A file may also have `vaccinators` and `rooms` (told apart;
//! `stations` is then the smaller and may be left empty), `people_max`, `breaks` (`12:00-12:30`, parted like `except`),
//! `kind` (booked, drop_in, roving) with `place` (where a roving
//! team goes), `kept_walk_in` and `kept_assisted` (places of each slot) and `assisted_hours` (24: hours before a slot until which the
//! latter are kept). Closed days come beside it as a file of
//! their own: `site`, `date`, `reason`.

use crate::base::table::{CsvFault, Record, Table, iso_date};
use crate::clinic::layout::{ASSISTED_HOURS, Break, Settings, Takes, Terms};
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
    /// How its places are given out.
    pub terms: Terms,
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
        let settings = settings(&row.template, &row.terms);
        match row.template.check().map_err(|no| (no.column, no.wanted)).and_then(|()| settings.check()) {
            Ok(()) => rows.push(row),
            Err((column, wanted)) => faults.push(CsvFault::new(row.row, column, record.cell(&[column]), wanted)),
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
    let terms = terms(record, faults);
    let told = terms.as_ref().and_then(Terms::stations);
    let stations = record.take(&["stations"], "a whole number from 1", faults, |cell| match (cell, told) {
        ("", Some(stations)) => Some(stations),
        (cell, _) => small(cell),
    });
    let first = record.take(&["from_date", "valid_from"], DATE, faults, iso_date);
    let last = record.take(&["until_date", "valid_until"], DATE, faults, iso_date);
    let except = record.take(&["except"], "dates such as 2027-01-04 2027-01-11", faults, |cell| {
        cell.split([' ', ';', ',']).filter(|d| !d.is_empty()).map(iso_date).collect::<Option<Vec<_>>>()
    });
    let template = Template {
        weekday: weekday?,
        from_minute: from?,
        until_minute: until?,
        slot_minutes: slot_minutes?,
        stations: stations?,
        from_date: first?,
        until_date: last?,
        except: except?,
    };
    let (site, product, terms) = (site?, product?.to_ascii_uppercase(), terms?);
    Some(TemplateRow { row: record.row, site, product, template, terms })
}

/// The columns that a file may leave out.
fn terms(record: &Record<'_>, faults: &mut Vec<CsvFault>) -> Option<Terms> {
    const NUMBER: &str = "a whole number, or nothing";
    let mut number = |name: &'static str| {
        record.take(
            &[name],
            NUMBER,
            faults,
            |cell| if cell.is_empty() { Some(None) } else { cell.parse().ok().map(Some) },
        )
    };
    let (vaccinators, rooms, people_max) = (number("vaccinators"), number("rooms"), number("people_max"));
    let (walk_in, assisted, hours) = (number("kept_walk_in"), number("kept_assisted"), number("assisted_hours"));
    let breaks = record.take(&["breaks"], "times such as 12:00-12:30", faults, breaks_of);
    let kind = record.take(&["kind"], "booked, drop_in or roving", faults, |cell| {
        if cell.is_empty() { Some(Kind::Booked) } else { Kind::parse(cell) }
    });
    let place = if kind == Some(Kind::Roving) { record.cell(&["place"]).to_owned() } else { String::new() };
    Some(Terms {
        vaccinators: vaccinators?,
        rooms: rooms?,
        people_max: people_max?,
        breaks: breaks?,
        kept_walk_in: walk_in?.unwrap_or(0),
        kept_assisted: assisted?.unwrap_or(0),
        assisted_hours: hours?.unwrap_or(ASSISTED_HOURS),
        kind: kind?,
        place,
    })
}

/// Breaks as people write them: `12:00-12:30 15:00-15:15`.
pub fn breaks_of(text: &str) -> Option<Vec<Break>> {
    let one = |word: &str| {
        let (from, until) = word.split_once('-')?;
        Some(Break(minute_of(from.trim())?, minute_of(until.trim())?))
    };
    text.split([' ', ';', ',']).filter(|word| !word.is_empty()).map(one).collect()
}

/// The other way round.
pub fn breaks_in_words(breaks: &[Break]) -> String {
    let one = |b: &Break| format!("{}-{}", clock_time(b.0), clock_time(b.1));
    breaks.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// A template's session as it is laid out.
pub fn settings(t: &Template, terms: &Terms) -> Settings {
    Settings {
        takes: Takes::Open,
        from_minute: t.from_minute,
        until_minute: t.until_minute,
        slot_minutes: t.slot_minutes,
        stations: t.stations,
        terms: terms.clone(),
    }
}

fn weekday(cell: &str) -> Option<Weekday> {
    let lower = cell.to_lowercase();
    DAYS.iter().find(|(name, _)| lower.len() >= 3 && name.to_lowercase().starts_with(&lower)).map(|(_, day)| *day)
}

/// `09:00` and `9:00` as minutes after midnight; 24:00 is the end of the day.
pub fn minute_of(cell: &str) -> Option<u16> {
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
        "vaccinators",
        "rooms",
        "people_max",
        "breaks",
        "kept_walk_in",
        "kept_assisted",
        "assisted_hours",
        "kind",
        "place",
    ]);
    let told = |n: Option<u16>| n.map(|n| n.to_string()).unwrap_or_default();
    for TemplateRow { site, product, template: t, terms, .. } in rows {
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
            &told(terms.vaccinators),
            &told(terms.rooms),
            &told(terms.people_max),
            &breaks_in_words(&terms.breaks),
            &terms.kept_walk_in.to_string(),
            &terms.kept_assisted.to_string(),
            &terms.assisted_hours.to_string(),
            terms.kind.word(),
            &terms.place,
        ]);
    }
    out.finish()
}
