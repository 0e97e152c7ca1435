//! Whether a text ends where its sender meant it to end.

use super::contents;
use super::field::Field;
use super::header::Row;
use super::sorter::is_closing_line;
use super::table::{Cell, CutOff};

/// Records whose widths are remembered.
const KEPT: usize = 20;

/// How many cells the last records had, and the last one's number.
#[derive(Debug, Default)]
pub(super) struct Widths {
    seen: [usize; KEPT + 1],
    count: usize,
}

impl Widths {
    pub(super) fn push(&mut self, width: usize) {
        self.seen[self.count % (KEPT + 1)] = width;
        self.count += 1;
    }

    fn last(&self) -> usize {
        self.seen[(self.count + KEPT) % (KEPT + 1)]
    }

    /// The one width of the filled records before the last, where they all have the same.
    fn of_others(&self) -> Option<usize> {
        let from = self.count.saturating_sub(KEPT + 1);
        let mut others =
            (from..self.count.saturating_sub(1)).map(|n| self.seen[n % (KEPT + 1)]).filter(|w| *w > 0).skip(
                // A title above the headings is narrower than the table.
                if from == 0 { 1 } else { 0 },
            );
        let width = others.next()?;
        others.all(|w| w == width).then_some(width)
    }
}

/// A text that ends inside a character, in a record with fewer cells than all before it, or in a value of which only the
/// beginning is there. A text whose last line has its line end is whole as far as it shows.
pub(super) fn cut_off(
    text: &str,
    inside_character: bool,
    last: &[Cell],
    widths: &Widths,
    head: &[Row],
) -> Option<CutOff> {
    let row = u32::try_from(widths.count).ok()?;
    let cut = Some(CutOff { row, inside: true });
    if inside_character {
        return cut;
    }
    if text.ends_with(['\n', '\r']) || widths.count < 4 {
        return None;
    }
    let usual = widths.of_others();
    if usual.is_some_and(|usual| usual >= 3 && widths.last() < usual && !is_foot_line(last)) {
        return cut;
    }
    if usual.is_some_and(|usual| usual == widths.last()) && breaks_off(last, row, widths.last(), head) {
        return cut;
    }
    None
}

/// A total or a remark on a line of its own, which whoever wrote it need not have ended.
fn is_foot_line(last: &[Cell]) -> bool {
    last.len() <= 1 && last.first().is_none_or(|cell| is_closing_line(&cell.text()))
}

/// The last cell of the last record does not have the shape that all others of its column have.
fn breaks_off(last: &[Cell], row: u32, width: usize, head: &[Row]) -> bool {
    const SHAPES: [Field; 5] =
        [Field::WorkEmail, Field::HomePostcode, Field::NhsNumber, Field::Mobile, Field::StartDate];
    let Some(at) = width.checked_sub(1) else { return false };
    let head = || head.iter().filter(|(number, _)| *number != row);
    let texts: Vec<_> = head().filter_map(|(_, c)| c.get(at)).filter(|c| !c.is_empty()).map(Cell::text).collect();
    let seen = contents::look(texts.iter().skip(1).map(AsRef::as_ref));
    let own = last.get(at).map(Cell::text).unwrap_or_default();
    let like = contents::look([own.as_ref()].into_iter().filter(|t| !t.is_empty()));
    // Where the last column is never empty, nothing at all is a cut too.
    let never_empty = texts.len() + 1 >= head().filter(|(_, c)| c.len() > 1).count();
    SHAPES.iter().any(|field| {
        seen.filled >= 3
            && seen.fit(*field).unwrap_or(0.0) >= 0.93
            && if own.is_empty() { never_empty } else { like.fit(*field).unwrap_or(0.0) < 0.5 }
    })
}
