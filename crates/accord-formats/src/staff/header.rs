//! Finding the row with the headings, or the two rows, or that there is none.

use super::contents;
use super::field::Field;
use super::synonyms;
use super::table::Cell;
use crate::Postcode;
use crate::date::Evidence;

/// Headings are looked for in this many rows with content.
const LOOKED_AT: usize = 60;

/// A row with its number.
pub(super) type Row = (u32, Vec<Cell>);

/// Where the headings are.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Head {
    /// Index of the first row with headings among the rows given.
    pub at: usize,
    /// Rows they take: one or two.
    pub rows: usize,
    /// What they say, a cell a column.
    pub cells: Vec<Cell>,
}

/// How many of the cells are known headings, each field counted once.
pub(super) fn known_headings<'a>(cells: impl Iterator<Item = &'a str>) -> usize {
    count(cells.filter_map(|c| synonyms::known(c).map(|(f, _)| f)).collect())
}

fn count(mut fields: Vec<Field>) -> usize {
    fields.sort_unstable();
    fields.dedup();
    fields.len()
}

/// Known and misspelt headings among the cells; what people put into cells under a heading is none.
fn score(cells: &[Cell]) -> usize {
    let field = |cell: &Cell| match cell {
        Cell::Text(text) => synonyms::known(text)
            .map(|(f, _)| f)
            .or_else(|| synonyms::hinted(text))
            .or_else(|| synonyms::misspelt(text)),
        _ => None,
    };
    count(cells.iter().filter_map(field).collect())
}

/// The headings: the first row with the most known ones, at least two of them; one is enough where it names people and
/// nothing else stands in the row (a bare list of names). A second line of headings above or below is read with it where
/// the two say more together. Where no word is known, a first row whose cells are unlike all below them.
pub(super) fn find(rows: &[Row]) -> Option<Head> {
    let mut best = (0, 0);
    let with_content = rows.iter().enumerate().filter(|(_, (_, cells))| !cells.is_empty());
    for (at, (_, cells)) in with_content.take(LOOKED_AT) {
        let mut known = score(cells);
        let wide = cells.iter().filter(|c| !c.is_empty()).count();
        // A list of two columns may call one of them anything.
        let enough = known >= 2 || (wide <= 2 && cells.iter().any(is_person_heading)) || known * 2 > wide;
        if !enough || values(cells) >= known {
            known = 0;
        }
        if known > best.0 {
            best = (known, at);
        }
    }
    if best.0 == 0 {
        return unlike_all_below(rows);
    }
    let (known, at) = best;
    let one = Head { at, rows: 1, cells: rows[at].1.clone() };
    let pairs = [at.checked_sub(1), Some(at)];
    let two = pairs.into_iter().flatten().filter_map(|upper| {
        let ((above, first), (below, second)) = (rows.get(upper)?, rows.get(upper + 1)?);
        let both = combined(first, second);
        (above + 1 == *below && first.len() >= 2 && !second.is_empty() && score(&both) > known).then_some(Head {
            at: upper,
            rows: 2,
            cells: both,
        })
    });
    Some(two.max_by_key(|head| score(&head.cells)).unwrap_or(one))
}

/// Cells that are nobody's heading: numbers, dates, addresses, postcodes. A rota has a few above its days.
fn values(cells: &[Cell]) -> usize {
    let is_value = |cell: &&Cell| match cell {
        Cell::Text(text) => is_value_text(text),
        cell => !cell.is_empty(),
    };
    cells.iter().filter(is_value).count()
}

fn is_value_text(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if text.contains('@') || digits >= 6 || (digits > 0 && digits == text.len()) {
        return true;
    }
    let mut seen = Evidence::default();
    if digits > 0 {
        seen.add(text);
    }
    seen.plain_dates() > 0 || (digits > 0 && Postcode::parse(text).is_ok())
}

fn is_person_heading(cell: &Cell) -> bool {
    matches!(synonyms::known(&cell.text()), Some((Field::FullName | Field::StaffNumber | Field::FamilyName, _)))
}

/// Two lines of headings as one: a group's heading counts for the cells to its right.
fn combined(upper: &[Cell], lower: &[Cell]) -> Vec<Cell> {
    let mut group = String::new();
    (0..upper.len().max(lower.len()))
        .map(|at| {
            let own = upper.get(at).map(|c| c.text().into_owned()).unwrap_or_default();
            let below = lower.get(at).map(|c| c.text().into_owned()).unwrap_or_default();
            if !own.is_empty() {
                group.clone_from(&own);
            }
            if below.is_empty() {
                return Cell::from_text(&own);
            }
            let both = format!("{group} {below}");
            let alone = synonyms::known(&below).is_some() && !synonyms::is_about_others(&group);
            let together = synonyms::known(&both).is_some();
            Cell::from_text(if alone && !together { &below } else { &both })
        })
        .collect()
}

/// A first row of words above columns whose values all have a shape that the row's cells do not have.
fn unlike_all_below(rows: &[Row]) -> Option<Head> {
    const SHAPES: [Field; 5] =
        [Field::WorkEmail, Field::HomePostcode, Field::NhsNumber, Field::Mobile, Field::StartDate];
    let mut filled =
        rows.iter().enumerate().filter(|(_, (_, cells))| cells.iter().filter(|c| !c.is_empty()).count() >= 2);
    let (at, (_, first)) = filled.next()?;
    let below: Vec<&Row> = filled.map(|(_, row)| row).take(100).collect();
    if below.len() < 2 || first.iter().any(|c| !matches!(c, Cell::Empty | Cell::Text(_))) {
        return None;
    }
    let mut unlike = 0;
    for (column, cell) in first.iter().enumerate() {
        let texts: Vec<_> =
            below.iter().filter_map(|(_, c)| c.get(column)).filter(|c| !c.is_empty()).map(Cell::text).collect();
        let seen = contents::look(texts.iter().map(AsRef::as_ref));
        let own = cell.text();
        let like = contents::look([own.as_ref()].into_iter().filter(|t| !t.is_empty()));
        for field in SHAPES {
            let (column, cell) = (seen.fit(field).unwrap_or(0.0), like.fit(field).unwrap_or(0.0));
            if seen.filled >= 2 && column >= 0.8 {
                if cell > 0.5 {
                    return None;
                }
                unlike += usize::from(!own.is_empty() && !own.chars().any(|c| c.is_ascii_digit()));
            }
        }
    }
    (unlike > 0).then(|| Head { at, rows: 1, cells: first.clone() })
}

/// Headings made whole: blanks named by their column, repeated ones numbered, line breaks made blanks.
pub(super) fn headings(cells: &[Cell]) -> Vec<String> {
    let mut headings: Vec<String> = Vec::with_capacity(cells.len());
    for (at, cell) in cells.iter().enumerate() {
        let words: Vec<String> = cell.text().split_whitespace().map(str::to_owned).collect();
        let base = if words.is_empty() { format!("Column {}", at + 1) } else { words.join(" ") };
        headings.push(unused(&base, &headings));
    }
    headings
}

/// The heading itself, or with a number behind it where it stands already.
pub(super) fn unused(base: &str, headings: &[String]) -> String {
    let mut heading = base.to_owned();
    let mut copy = 2;
    while headings.contains(&heading) {
        heading = format!("{base} ({copy})");
        copy += 1;
    }
    heading
}

/// Headings also for columns that have values but no heading, as far as most records reach.
pub(super) fn whole_headings(cells: &[Cell], below: &[Row]) -> Vec<String> {
    let mut widths: Vec<usize> = below.iter().map(|(_, c)| c.len()).filter(|w| *w > 0).collect();
    widths.sort_unstable();
    let usual = widths.get(widths.len() / 2).copied().unwrap_or(0);
    let mut cells = cells.to_vec();
    if usual > cells.len() {
        cells.resize(usual, Cell::Empty);
    }
    headings(&cells)
}
