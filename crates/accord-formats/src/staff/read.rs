//! A table and a mapping become typed rows: the whole list, its columns, its repeated records.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::civil::Date;

use super::field::Field;
use super::mapping::Mapping;
use super::row::{RowFault, StaffRow};
use super::row_maker::RowMaker;
use super::table::{Record, SkipReason, Source, Table};
use super::table_read::detect_column;
use crate::StaffNumber;
use crate::date::Detected;
use crate::fault::{Fault, FaultCode, Severity};

/// A column that is read.
pub(super) struct Column<'t> {
    pub field: Field,
    pub at: usize,
    pub heading: &'t str,
    /// For columns of dates.
    pub dates: Option<Detected>,
}

/// Makes typed rows. A bad value never loses a person who still has a name or a staff number: the value is left out and
/// listed. Columns the mapping does not name, and those recognised in order to be dropped, are not looked at. `today`
/// settles two-digit years, the age of the people and who has left.
pub fn read_staff(table: &Table, mapping: &Mapping, today: Date) -> (Vec<StaffRow>, Vec<RowFault>) {
    let columns = columns(table, mapping);
    let mut faults = column_faults(table, &columns);
    let mut rows = Vec::with_capacity(table.records.len());
    let mut seen: HashMap<u64, u32> = HashMap::with_capacity(table.records.len());
    let mut numbers: HashMap<StaffNumber, (u32, Option<StaffNumber>)> = HashMap::new();
    for record in &table.records {
        if let Some(fault) = repeats(record, &mut seen) {
            let dropped = fault.severity == Severity::RowDropped;
            faults.push(fault);
            if dropped {
                continue;
            }
        }
        let mut maker = RowMaker::new(record, &columns, today, &mut faults);
        if let Some(row) = maker.make(table.headings.len()) {
            faults.extend(same_number(&row, &mut numbers));
            rows.push(row);
        }
    }
    if let Some(row) = table.cut_off() {
        faults.push(whole_row(row, 0, FaultCode::CutOff, Severity::RowDropped, SkipReason::CutOff.sentence()));
    }
    (rows, faults)
}

fn columns<'t>(table: &'t Table, mapping: &Mapping) -> Vec<Column<'t>> {
    let known = |at: usize| table.dialect.date_forms.iter().find(|(column, _)| *column == at).map(|(_, d)| *d);
    mapping
        .entries()
        .iter()
        .filter(|entry| !entry.field.is_dropped())
        .filter_map(|entry| {
            let at = table.headings.iter().position(|h| *h == entry.heading)?;
            let dates = entry.field.is_date().then(|| known(at).unwrap_or_else(|| detect_column(table, at)));
            Some(Column { field: entry.field, at, heading: &table.headings[at], dates })
        })
        .collect()
}

/// What is assumed about whole columns.
fn column_faults(table: &Table, columns: &[Column<'_>]) -> Vec<RowFault> {
    let mut faults = Vec::new();
    let headless = table.dialect.header_row == 0 && !matches!(table.dialect.source, Source::EsrOutbound);
    for column in columns {
        let mut assume = |code, seen: String, wanted| {
            faults.push(RowFault {
                row: 0,
                sheet: 0,
                column: column.heading.to_owned(),
                code,
                seen,
                wanted,
                severity: Severity::Assumed,
            });
        };
        if headless {
            let wanted = "a row with headings (what the column holds was concluded from its values)";
            assume(FaultCode::HeadingAssumed, format!("no heading, column {}", column.at + 1), wanted);
        }
        if let Some(dates) = column.dates.filter(|d| d.ambiguous) {
            let doubtful = dates.evidence.either;
            let wanted = "dates that can be read in one way only (day before month was assumed)";
            assume(FaultCode::DateOrderAssumed, format!("{doubtful} dates such as 03/04/1980"), wanted);
        }
    }
    faults
}

/// The same content as an earlier record. With three cells or more it is the same line pasted twice and left out; two
/// people may share a name, so shorter ones stay and are noted.
fn repeats(record: &Record, seen: &mut HashMap<u64, u32>) -> Option<RowFault> {
    let mut hasher = DefaultHasher::new();
    let mut filled = 0;
    for (at, cell) in record.cells.iter().enumerate().filter(|(_, c)| !c.is_empty()) {
        filled += 1;
        (at, cell.text()).hash(&mut hasher);
    }
    let first = *seen.entry(hasher.finish()).or_insert(record.row);
    if first == record.row {
        return None;
    }
    let (severity, wanted) = if filled >= 3 {
        (Severity::RowDropped, "each person once (the same row stands further up)")
    } else {
        (Severity::Assumed, "each person once, or more to tell two people of one name apart")
    };
    let mut fault = whole_row(record.row, record.sheet, FaultCode::RepeatedRow, severity, wanted);
    fault.seen = format!("the same as row {first}");
    Some(fault)
}

/// A staff number seen before is the same person once more: right where assignment numbers differ, else worth a word.
fn same_number(row: &StaffRow, numbers: &mut HashMap<StaffNumber, (u32, Option<StaffNumber>)>) -> Option<RowFault> {
    let number = row.staff_number.clone()?;
    let Some((first, assignment)) = numbers.get(&number) else {
        numbers.insert(number, (row.row, row.assignment_number.clone()));
        return None;
    };
    if *assignment != row.assignment_number {
        return None;
    }
    let wanted = "each staff number once (the rows are read as one person with two posts)";
    let mut fault = whole_row(row.row, row.sheet, FaultCode::SameStaffNumber, Severity::Assumed, wanted);
    fault.seen = format!("the staff number of row {first}");
    Some(fault)
}

pub(super) fn whole_row(row: u32, sheet: u16, code: FaultCode, severity: Severity, wanted: &'static str) -> RowFault {
    let fault = Fault::new(code, wanted);
    RowFault { row, sheet, column: String::new(), code, seen: String::new(), wanted: fault.wanted, severity }
}
