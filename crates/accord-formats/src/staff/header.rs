//! Finding the row with the headings, and telling people from everything else below it.

use super::field::Field;
use super::mapping;
use super::synonyms;
use super::table::{Cell, Record, SkipReason, Skipped};
use super::text::Rows;

/// Headings are looked for in this many rows with content.
const LOOKED_AT: usize = 60;

/// How many of the cells are known headings, each field counted once.
pub(super) fn known_headings<'a>(cells: impl Iterator<Item = &'a str>) -> usize {
    let mut fields: Vec<Field> = cells.filter_map(|c| synonyms::known(c).map(|(f, _)| f)).collect();
    fields.sort_unstable();
    fields.dedup();
    fields.len()
}

/// The index of the row with the headings: the first with the most known ones, at least two of them; one is enough where
/// it names people and nothing else stands in the row (a bare list of names).
pub(super) fn find(rows: &[(u32, Vec<Cell>)]) -> Option<usize> {
    let mut best = (0, 0);
    let with_content = rows.iter().enumerate().filter(|(_, (_, cells))| !cells.is_empty());
    for (at, (_, cells)) in with_content.take(LOOKED_AT) {
        let texts = cells.iter().filter_map(|cell| match cell {
            Cell::Text(text) => Some(text.as_ref()),
            _ => None,
        });
        let mut known = known_headings(texts);
        if known == 1 && !(cells.len() == 1 && is_person_heading(&cells[0])) {
            known = 0;
        }
        if known > best.0 {
            best = (known, at);
        }
    }
    (best.0 > 0).then_some(best.1)
}

fn is_person_heading(cell: &Cell) -> bool {
    matches!(synonyms::known(&cell.text()), Some((Field::FullName | Field::StaffNumber | Field::FamilyName, _)))
}

/// Headings made whole: blanks named by their column, repeated ones numbered, line breaks made blanks.
pub(super) fn headings(cells: &[Cell]) -> Vec<String> {
    let mut headings: Vec<String> = Vec::with_capacity(cells.len());
    for (at, cell) in cells.iter().enumerate() {
        let words: Vec<String> = cell.text().split_whitespace().map(str::to_owned).collect();
        let base = if words.is_empty() { format!("Column {}", at + 1) } else { words.join(" ") };
        let mut heading = base.clone();
        let mut copy = 2;
        while headings.contains(&heading) {
            heading = format!("{base} ({copy})");
            copy += 1;
        }
        headings.push(heading);
    }
    headings
}

/// Sorts the rows below the headings into records and what is passed over.
pub(super) struct Sorter {
    folded: Vec<String>,
    full_name: Option<usize>,
    staff_number: Option<usize>,
    sheet: u16,
}

impl Sorter {
    pub(super) fn new(headings: &[String], sheet: u16) -> Self {
        let mapping = mapping::guess_from(headings);
        let column = |field| {
            let heading = mapping.heading(field)?;
            headings.iter().position(|h| h == heading)
        };
        Self {
            folded: headings.iter().map(|h| synonyms::fold(h)).collect(),
            full_name: column(Field::FullName),
            staff_number: column(Field::StaffNumber),
            sheet,
        }
    }

    /// Puts each row where it belongs.
    pub(super) fn sort(&self, rows: Rows, records: &mut Vec<Record>, skipped: &mut Vec<Skipped>) {
        let last = rows.rows.len();
        for (at, (row, mut cells)) in rows.rows.into_iter().enumerate() {
            let ends_here = rows.cut_off == Some(row) && at + 1 == last;
            let why = if ends_here { Some(SkipReason::CutOff) } else { self.passes_over(&cells) };
            match why {
                Some(why) => skipped.push(Skipped { row, sheet: rows.sheet.clone(), why }),
                None => {
                    if cells.len() < self.folded.len() {
                        cells.resize(self.folded.len(), Cell::Empty);
                    }
                    records.push(Record { row, sheet: self.sheet, cells });
                }
            }
        }
    }

    fn passes_over(&self, cells: &[Cell]) -> Option<SkipReason> {
        let filled = cells.iter().filter(|c| !c.is_empty()).count();
        if filled == 0 {
            return Some(SkipReason::Blank);
        }
        let repeats = cells
            .iter()
            .zip(&self.folded)
            .filter(|(cell, heading)| matches!(cell, Cell::Text(text) if synonyms::fold(text) == **heading))
            .count();
        if filled >= 2 && repeats * 5 >= filled * 4 {
            return Some(SkipReason::RepeatedHeader);
        }
        let first = cells.iter().find(|c| !c.is_empty())?.text();
        if is_closing_line(&first) && filled <= 1 + self.folded.len() / 3 {
            return Some(SkipReason::Total);
        }
        let alone = filled == 1 && self.folded.len() >= 4;
        (alone && !self.could_be_a_person(cells)).then_some(SkipReason::Section)
    }

    /// A lone staff number, or a lone cell in the column of whole names: two or three words of letters that are no words for places and shifts.
    fn could_be_a_person(&self, cells: &[Cell]) -> bool {
        const NOT_NAMES: [&str; 24] = [
            "staff",
            "team",
            "ward",
            "house",
            "home",
            "lodge",
            "unit",
            "floor",
            "nights",
            "night",
            "days",
            "day",
            "kitchen",
            "agency",
            "bank",
            "care",
            "nurses",
            "carers",
            "office",
            "department",
            "service",
            "leavers",
            "list",
            "the",
        ];
        let numbered = self.staff_number.and_then(|at| cells.get(at));
        if numbered.is_some_and(|c| c.text().chars().any(|c| c.is_ascii_digit())) {
            return true;
        }
        let Some(Cell::Text(text)) = self.full_name.and_then(|at| cells.get(at)) else {
            return false;
        };
        let words: Vec<String> = text.split([' ', ',']).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
        (2..=4).contains(&words.len())
            && words.iter().all(|w| w.chars().all(|c| c.is_alphabetic() || "-'’.".contains(c)))
            && !words.iter().any(|w| NOT_NAMES.contains(&w.as_str()))
    }
}

/// `Total`, `Grand total: 120`, `Total staff`, `Page 3 of 7`.
fn is_closing_line(first: &str) -> bool {
    let mut words = first.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase);
    let (one, two) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    matches!(
        (one.as_str(), two.as_str()),
        ("total" | "totals" | "subtotal" | "count", _)
            | ("grand" | "sub" | "overall", "total")
            | ("end", "of")
            | ("number", "of")
            | ("record" | "row", "count")
    ) || (one == "page" && two.parse::<u32>().is_ok())
}
