//! A table and a mapping become typed rows: the whole list, its columns, its repeated records.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::civil::Date;

use super::columns::{self, Column};
use super::field::Field;
use super::mapping::Mapping;
use super::row::{RowFault, StaffRow};
use super::row_maker::RowMaker;
use super::table::{Record, SheetState, Source, Table};
use crate::fault::{Fault, FaultCode, Severity};

/// What reading a list brings forth, in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// Somebody.
    Row(Box<StaffRow>),
    /// Something that was not taken as it stood.
    Fault(RowFault),
}

/// Makes typed rows. A bad value never loses a person who still has a name or a staff number: the value is left out and
/// listed. Columns the mapping does not name, and those recognised in order to be dropped, are not looked at. `today`
/// settles two-digit years, the age of the people and who has left.
pub fn read_staff(table: &Table, mapping: &Mapping, today: Date) -> (Vec<StaffRow>, Vec<RowFault>) {
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    read_each(table, mapping, today, |item| match item {
        Item::Row(row) => rows.push(*row),
        Item::Fault(fault) => faults.push(fault),
    });
    (rows, faults)
}

/// [`read_staff`] one row at a time: a list of a million takes no room for its rows. What is assumed about whole columns
/// comes first, the end of a cut transfer last.
pub fn read_each(table: &Table, mapping: &Mapping, today: Date, mut take: impl FnMut(Item)) {
    let columns = columns::columns(table, mapping);
    whole_list_faults(table, &columns).into_iter().for_each(|fault| take(Item::Fault(fault)));
    let mut seen: HashMap<u64, u32> = HashMap::new();
    let mut numbers: HashMap<u64, (u32, Option<u64>)> = HashMap::new();
    let mut faults = Vec::new();
    for record in table.records() {
        let fault = repeats(&record, &mut seen);
        let dropped = fault.as_ref().is_some_and(|f| f.severity == Severity::RowDropped);
        faults.extend(fault);
        let row = if dropped {
            None
        } else {
            RowMaker::new(&record, &columns, today, &mut faults).make(table.headings.len())
        };
        if let Some(row) = &row {
            faults.extend(same_number(row, &mut numbers));
        }
        faults.drain(..).for_each(|fault| take(Item::Fault(fault)));
        if let Some(row) = row {
            take(Item::Row(Box::new(row)));
        }
    }
    if let Some(cut) = table.cut_off() {
        let wanted = if cut.inside {
            "a whole record and what comes after it (the transfer was cut off: ask for the file again)"
        } else {
            "the end of the file (the transfer was cut off after this record: ask for the file again)"
        };
        let severity = if cut.inside { Severity::RowDropped } else { Severity::Assumed };
        take(Item::Fault(whole_row(cut.row, 0, FaultCode::CutOff, severity, wanted)));
    }
}

/// What is assumed about whole columns and sheets.
fn whole_list_faults(table: &Table, columns: &[Column<'_>]) -> Vec<RowFault> {
    let headless = table.dialect.header_row == 0 && !matches!(table.dialect.source, Source::EsrOutbound { .. });
    let mut faults: Vec<RowFault> = columns.iter().flat_map(|column| column_faults(column, headless)).collect();
    faults.extend(second_table(table, columns));
    if let Source::Workbook { sheets } = &table.dialect.source {
        for (at, _) in sheets.iter().enumerate().filter(|(_, s)| s.state == SheetState::ReadThoughHidden) {
            let wanted = "people on a sheet that can be seen (it was read because no other sheet has any)";
            faults.push(whole_row(0, at as u16, FaultCode::HiddenSheetRead, Severity::Assumed, wanted));
        }
    }
    faults.extend(table.declared.filter(|(said, read)| said != read).map(|(said, read)| {
        let wanted = "as many records as the file says it has";
        let mut fault = whole_row(0, 0, FaultCode::RecordsMissing, Severity::Assumed, wanted);
        fault.seen = format!("{said} records declared, {read} read");
        fault
    }));
    faults
}

fn column_faults(column: &Column<'_>, headless: bool) -> Vec<RowFault> {
    let mut faults = Vec::new();
    let mut assume = |code, seen: String, wanted| {
        let column = column.heading.to_owned();
        faults.push(RowFault { row: 0, sheet: 0, column, code, seen, wanted, severity: Severity::Assumed });
    };
    if headless {
        let wanted = "a row with headings (what the column holds was concluded from its values)";
        let seen = format!("no heading, read as {}", column.field.label().to_lowercase());
        assume(FaultCode::HeadingAssumed, seen, wanted);
    }
    if let Some(dates) = column.dates.filter(|d| d.ambiguous) {
        let doubtful = dates.evidence.either;
        let wanted = "dates that can be read in one way only (day before month was assumed)";
        assume(FaultCode::DateOrderAssumed, format!("{doubtful} dates such as 03/04/1980"), wanted);
    }
    if let Some(swapped) = column.swapped {
        let (cells, texts) = (swapped.cells, swapped.texts);
        let seen = format!("{cells} date cells with days up to 12 only, {texts} texts with days above 12");
        assume(
            FaultCode::DatesSwapped,
            seen,
            "dates as they were typed (a spreadsheet may have swapped day and month)",
        );
    }
    if column.family_first {
        let wanted = "given and family name in columns of their own (the first word was taken for the family name)";
        assume(FaultCode::NameParted, "names without a comma, family name first".to_owned(), wanted);
    }
    faults
}

/// Headings of people that stand twice: another table beside the one that is read.
fn second_table(table: &Table, columns: &[Column<'_>]) -> Option<RowFault> {
    let is_name = |c: &&Column<'_>| matches!(c.field, Field::FullName | Field::FamilyName | Field::StaffNumber);
    let twice = columns.iter().filter(is_name).find_map(|column| {
        let again = format!("{} (2)", column.heading);
        table.headings.iter().find(|h| **h == again && table.headings.len() >= 4)
    })?;
    let wanted = "one table (the columns of a second one beside it were not read: move its people below the first)";
    let mut fault = whole_row(0, 0, FaultCode::SecondTable, Severity::Assumed, wanted);
    fault.column.clone_from(twice);
    Some(fault)
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
    // The same person on two sheets works in two places.
    record.section.hash(&mut hasher);
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
fn same_number(row: &StaffRow, numbers: &mut HashMap<u64, (u32, Option<u64>)>) -> Option<RowFault> {
    let hashed = |text: &str| {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        hasher.finish()
    };
    let number = hashed(row.staff_number.as_ref()?.as_str());
    let own = row.assignment_number.as_ref().map(|a| hashed(a.as_str()));
    let Some((first, assignment)) = numbers.get(&number) else {
        numbers.insert(number, (row.row, own));
        return None;
    };
    if *assignment != own {
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
