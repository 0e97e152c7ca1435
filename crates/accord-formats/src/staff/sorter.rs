//! Telling people from everything else that stands below the headings.

use super::field::Field;
use super::guess::ColumnGuess;
use super::synonyms;
use super::table::{Cell, SkipReason};

/// Sorts the rows below the headings into records and what is passed over.
pub(super) struct Sorter {
    folded: Vec<String>,
    full_name: Option<usize>,
    staff_number: Option<usize>,
    /// Columns whose values say something about one person only.
    personal: Vec<usize>,
    names: Vec<usize>,
}

/// Words that a lone cell of a section has, and a name does not.
const NOT_NAMES: [&str; 40] = [
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
    "services",
    "leavers",
    "list",
    "the",
    "wing",
    "shift",
    "management",
    "housekeeping",
    "domestic",
    "maintenance",
    "catering",
    "clinic",
    "theatre",
    "community",
    "starters",
    "admin",
    "seniors",
    "volunteers",
    "and",
];

impl Sorter {
    pub(super) fn new(columns: &[ColumnGuess]) -> Self {
        let at = |field| columns.iter().position(|c| c.field == Some(field));
        const PERSONAL: [Field; 6] = [
            Field::DateOfBirth,
            Field::NhsNumber,
            Field::WorkEmail,
            Field::Mobile,
            Field::HomePostcode,
            Field::AssignmentNumber,
        ];
        let names = [Field::FullName, Field::GivenName, Field::FamilyName];
        Self {
            folded: columns.iter().map(|c| synonyms::fold(&c.heading)).collect(),
            full_name: at(Field::FullName),
            staff_number: at(Field::StaffNumber),
            personal: PERSONAL.into_iter().filter_map(at).collect(),
            names: names.into_iter().filter_map(at).collect(),
        }
    }

    /// Why the row is no person's; none where it should be one.
    pub(super) fn passes_over(&self, cells: &[Cell]) -> Option<SkipReason> {
        let filled = cells.iter().filter(|c| !c.is_empty()).count();
        if filled == 0 {
            return Some(SkipReason::Blank);
        }
        if filled >= 2 && self.repeats_headings(cells, filled) {
            return Some(SkipReason::RepeatedHeader);
        }
        if self.is_total(cells, filled) {
            return Some(SkipReason::Total);
        }
        if is_instruction(cells, filled) {
            return Some(SkipReason::NoPerson);
        }
        if self.is_rule(cells) {
            return Some(SkipReason::Section);
        }
        let alone = filled == 1 && self.folded.len() >= 3;
        let section = (alone && !self.could_be_a_person(cells)) || (filled <= 3 && self.names_a_place(cells));
        section.then_some(SkipReason::Section)
    }

    /// `Ward 3 - nights` where a name should stand, and nothing about one person beside it.
    fn names_a_place(&self, cells: &[Cell]) -> bool {
        let filled = |at: &usize| cells.get(*at).is_some_and(|c| !c.is_empty());
        if self.personal.len() < 2 || self.personal.iter().any(filled) || self.staff_number.iter().any(filled) {
            return false;
        }
        let mut named = self.names.iter().copied().filter(filled).map(|at| cells[at].text().to_lowercase()).peekable();
        named.peek().is_some()
            && named.all(|text| {
                let words = || text.split(|c: char| !c.is_alphanumeric());
                text.chars().any(|c| c.is_ascii_digit()) || words().any(|w| NOT_NAMES.contains(&w))
            })
    }

    fn repeats_headings(&self, cells: &[Cell], filled: usize) -> bool {
        let same = |(cell, heading): (&Cell, &String)| match cell {
            Cell::Text(text) => text.len() <= 200 && synonyms::fold(text) == *heading,
            _ => false,
        };
        let Some(first) = cells.iter().position(|c| !c.is_empty()) else { return false };
        // Most rows are told by their first cell.
        let starts = cells.iter().zip(&self.folded).skip(first).take(2).any(same);
        starts && cells.iter().zip(&self.folded).filter(|pair| same(*pair)).count() * 5 >= filled * 4
    }

    /// A closing line: it opens with a word for a sum, and says nothing about one person.
    fn is_total(&self, cells: &[Cell], filled: usize) -> bool {
        let Some(first) = cells.iter().find(|c| !c.is_empty()) else { return false };
        let says_who =
            self.personal.iter().any(|at| cells.get(*at).is_some_and(|c| matches!(c, Cell::Text(_) | Cell::Date(_))));
        let few = filled <= 1 + self.folded.len() / 3;
        if matches!(first, Cell::Formula(_)) && !says_who && few {
            return self.names.iter().all(|at| cells.get(*at).is_none_or(|c| !matches!(c, Cell::Text(_))));
        }
        let sums =
            cells.iter().all(|c| !matches!(c, Cell::Text(_)) || is_closing_line(&c.text()) || is_a_count(&c.text()));
        let Cell::Text(_) = first else {
            return filled >= 1 && sums && !says_who && cells.iter().any(|c| matches!(c, Cell::Text(_)));
        };
        let label = filled <= 3 && !says_who && first.text().ends_with(':');
        label || is_closing_line(&first.text()) && (few || sums) && !(says_who && filled > 2)
    }

    /// A line drawn with signs.
    fn is_rule(&self, cells: &[Cell]) -> bool {
        cells.iter().all(|cell| match cell {
            Cell::Empty => true,
            Cell::Text(text) => !text.chars().any(char::is_alphanumeric),
            _ => false,
        })
    }

    /// A lone staff number, or a lone cell in the column of whole names: two or three words of letters that are no words for places and shifts.
    fn could_be_a_person(&self, cells: &[Cell]) -> bool {
        let numbered = self.staff_number.and_then(|at| cells.get(at)).filter(|c| !c.is_empty());
        if let Some(number) = numbered {
            let text = number.text();
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            return digits * 2 >= text.len() && !text.contains(char::is_whitespace);
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

/// `Total`, `Grand total: 120`, `Total staff`, `Page 3 of 7`, `24 records`, `Number of staff`, `*** End of report ***`.
pub(super) fn is_closing_line(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase);
    let (one, two) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let counted = matches!(
        two.as_str(),
        "records"
            | "record"
            | "rows"
            | "row"
            | "staff"
            | "employees"
            | "people"
            | "persons"
            | "total"
            | "members"
            | "assignments"
    );
    matches!(
        (one.as_str(), two.as_str()),
        ("total" | "totals" | "subtotal" | "subtotals" | "count" | "headcount" | "sum", _)
            | ("grand" | "sub" | "overall" | "running" | "page", "total" | "totals")
            | ("end", "of")
            | ("number" | "no", "of")
            | (
                "prepared" | "compiled" | "completed" | "signed" | "authorised" | "approved" | "checked" | "updated",
                "by" | "on"
            )
            | ("staff" | "record" | "row" | "employee" | "head", "count" | "total")
            | (
                "report" | "printed" | "run" | "produced" | "generated" | "extracted",
                "ends" | "end" | "on" | "by" | "run" | "date" | "generated"
            )
    ) || (one == "page" && two.parse::<u32>().is_ok())
        || (one.parse::<u32>().is_ok() && counted)
}

/// What a template says below its headings about how to fill them: `required`, `e.g. 07700 900123`, `DD/MM/YYYY`.
fn is_instruction(cells: &[Cell], filled: usize) -> bool {
    let says_how = |cell: &&Cell| {
        let Cell::Text(text) = cell else { return false };
        let text = text.trim_start_matches(['(', '[', '<']).to_lowercase();
        const STARTS: [&str; 15] = [
            "e.g",
            "eg ",
            "eg:",
            "example",
            "required",
            "optional",
            "mandatory",
            "dd/mm",
            "dd-mm",
            "yyyy",
            "mm/dd",
            "format",
            "free text",
            "must be",
            "please ",
        ];
        STARTS.iter().any(|start| text.starts_with(start))
    };
    filled >= 2 && cells.iter().filter(says_how).count() * 2 >= filled
}

/// A number, alone or with the word for what was counted.
fn is_a_count(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.next().is_some_and(|w| w.parse::<f64>().is_ok()) && words.count() <= 2
}
