//! The sheets of a workbook become one table: each keeps its own headings, columns that mean the same are put together.

use std::sync::Arc;

use super::guess;
use super::header::{self, Row};
use super::lines::{Lines, trim_end};
use super::sorter::Sorter;
use super::synonyms;
use super::table::{Cell, Dialect, Record, Sheet, SheetState, SkipReason, Skipped, Source, Table, TableError};
use super::table_read::{Plan, plan, section_title};

/// A sheet as it was read from the workbook.
#[derive(Debug, Default)]
pub(super) struct RawSheet {
    pub name: String,
    pub hidden: bool,
    /// Rows with content, by number.
    pub rows: Vec<Row>,
}

/// Rows looked at to find a sheet's headings.
const HEAD: usize = 400;

/// The table of all sheets with people. A hidden sheet is left alone unless no other has people.
pub(super) fn table(raw: Vec<RawSheet>) -> Result<Table, TableError> {
    let first = raw.iter().filter(|s| !s.hidden).find_map(|s| s.rows.first().map(|(row, _)| *row));
    let plans: Vec<Option<Plan>> = raw.iter().map(plan_of).collect();
    let names = |at: &usize| plans[*at].as_ref().is_some_and(|p| guess::mapping_of(&p.columns).names_somebody());
    let mut chosen: Vec<usize> = (0..raw.len()).filter(|at| !raw[*at].hidden && names(at)).collect();
    if chosen.is_empty() {
        chosen = (0..raw.len()).filter(|at| raw[*at].hidden && names(at)).collect();
    }
    if chosen.is_empty() {
        // Headings without a name: whoever looks at the mapping can still say what they are.
        chosen = (0..raw.len()).filter(|at| !raw[*at].hidden && plans[*at].is_some()).take(1).collect();
    }
    let Some(lead) = chosen.first().and_then(|at| plans[*at].as_ref()) else {
        return Err(first.map_or(TableError::Empty, |row| TableError::NoHeader { row }));
    };
    let header_row = lead.rows.first().copied().unwrap_or(0);
    let mut gather = Gather { several: chosen.len() > 1, ..Gather::default() };
    let mut listed = Vec::with_capacity(raw.len());
    for (at, (sheet, plan)) in raw.into_iter().zip(plans).enumerate() {
        let read = chosen.contains(&at);
        let state = match (read, sheet.hidden) {
            (true, false) => SheetState::Read,
            (true, true) => SheetState::ReadThoughHidden,
            (false, true) => SheetState::Hidden,
            (false, false) => SheetState::NobodyInIt,
        };
        listed.push(Sheet { name: sheet.name.clone(), state });
        match plan.filter(|_| read) {
            Some(plan) => gather.people(at as u16, sheet, &plan),
            None => gather.nobody(at as u16, &sheet),
        }
    }
    gather.finish(Source::Workbook { sheets: listed }, header_row)
}

fn plan_of(sheet: &RawSheet) -> Option<Plan> {
    let head = &sheet.rows[..sheet.rows.len().min(HEAD)];
    plan(head).ok()
}

#[derive(Default)]
struct Gather {
    several: bool,
    headings: Vec<String>,
    /// What each heading is taken for.
    fields: Vec<Option<super::field::Field>>,
    records: Vec<Record>,
    skipped: Vec<Skipped>,
    read: u32,
}

impl Gather {
    /// A sheet's people, its columns moved to where the table has them.
    fn people(&mut self, number: u16, sheet: RawSheet, plan: &Plan) {
        let order = self.order(plan);
        let sorter = Sorter::new(&plan.columns);
        let name: Option<Arc<str>> = (self.several && !is_plain_name(&sheet.name)).then(|| sheet.name.as_str().into());
        let mut section = name;
        let first = plan.rows.first().copied().unwrap_or(0);
        let mut next = 1;
        for (row, cells) in sheet.rows {
            self.blanks(number, next, row);
            next = row + 1;
            let why = if row < first {
                Some(if cells.is_empty() { SkipReason::Blank } else { SkipReason::AboveHeader })
            } else if plan.rows.contains(&row) {
                Some(SkipReason::Header)
            } else {
                sorter.passes_over(&cells)
            };
            if why == Some(SkipReason::Section) {
                section = section_title(&cells).or(section);
            }
            match why {
                Some(why) => self.skip(number, row, why),
                None => {
                    let cells = moved(cells, &order, self.headings.len());
                    self.records.push(Record { row, sheet: number, cells, section: section.clone() });
                    self.read += 1;
                }
            }
        }
    }

    fn nobody(&mut self, number: u16, sheet: &RawSheet) {
        let why = if sheet.hidden { SkipReason::HiddenSheet } else { SkipReason::OtherSheet };
        let mut next = 1;
        for (row, cells) in &sheet.rows {
            self.blanks(number, next, *row);
            next = row + 1;
            self.skip(number, *row, if cells.is_empty() { SkipReason::Blank } else { why });
        }
    }

    /// Rows of which the workbook stores nothing.
    fn blanks(&mut self, sheet: u16, from: u32, to: u32) {
        (from..to).for_each(|row| self.skip(sheet, row, SkipReason::Blank));
    }

    fn skip(&mut self, sheet: u16, row: u32, why: SkipReason) {
        self.skipped.push(Skipped { row, sheet, why, of: None });
        self.read += 1;
    }

    /// For each column of a sheet, its column in the table: that of the same heading, else that of the same meaning, else
    /// a new one.
    fn order(&mut self, plan: &Plan) -> Vec<usize> {
        let mut order: Vec<usize> = Vec::with_capacity(plan.headings.len());
        let before = self.headings.len();
        for (heading, column) in plan.headings.iter().zip(&plan.columns) {
            let folded = synonyms::fold(heading);
            let free = |at: &usize| *at < before && !order.contains(at);
            let same = (0..before).filter(free).find(|at| synonyms::fold(&self.headings[*at]) == folded);
            let like = || {
                let field = column.field?;
                (0..before).filter(free).find(|at| self.fields[*at] == Some(field))
            };
            let at = same.or_else(like).unwrap_or_else(|| {
                self.headings.push(header::unused(heading, &self.headings));
                self.fields.push(column.field);
                self.headings.len() - 1
            });
            order.push(at);
        }
        order
    }

    fn finish(mut self, source: Source, header_row: u32) -> Result<Table, TableError> {
        if self.records.is_empty() {
            return Err(TableError::NoRecords { header_row });
        }
        let width = self.headings.len();
        for record in &mut self.records {
            if record.cells.len() < width {
                record.cells.resize(width, Cell::Empty);
            }
        }
        Ok(Table {
            dialect: Dialect { source, header_row, date_forms: Vec::new() },
            headings: self.headings,
            skipped: self.skipped,
            records_read: self.read,
            cut: None,
            declared: None,
            lines: Lines::Cells(self.records),
        })
    }
}

/// A name the program gave the sheet.
fn is_plain_name(name: &str) -> bool {
    let folded = synonyms::fold(name);
    let plain = ["sheet", "table", "blad", "tabelle", "feuil"].iter().find_map(|start| folded.strip_prefix(start));
    plain.is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
}

fn moved(mut cells: Vec<Cell>, order: &[usize], width: usize) -> Vec<Cell> {
    trim_end(&mut cells);
    if order.iter().enumerate().all(|(from, to)| from == *to) {
        return cells;
    }
    let beyond: Vec<Cell> = if cells.len() > order.len() { cells.drain(order.len()..).collect() } else { Vec::new() };
    let mut own = vec![Cell::Empty; width];
    for (cell, to) in cells.into_iter().zip(order) {
        own[*to] = cell;
    }
    own.extend(beyond);
    own
}
