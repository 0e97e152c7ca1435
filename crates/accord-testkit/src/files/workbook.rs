//! A care home's own workbook: a merged title, a note, the header in row 4, dates as it happened.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, XlsxError};

use super::lines::Line;
use super::style::{Field, Style};
use super::values;
use crate::world::dice::Dice;
use crate::world::{Fault, Organisation, Settings};

/// Share of the birth dates that are text and not date cells.
const TEXT_DATES: f64 = 0.15;

/// The file's bytes. The same input gives the same bytes: no clock is read.
pub(super) fn write(
    settings: Settings,
    organisation: &Organisation,
    style: &Style,
    lines: &[Line<'_>],
    dice: &mut Dice,
) -> Vec<u8> {
    build(settings, organisation, style, lines, dice)
        .expect("a list of at most some thousand short cells fits the format's limits")
}

fn build(
    settings: Settings,
    organisation: &Organisation,
    style: &Style,
    lines: &[Line<'_>],
    dice: &mut Dice,
) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let (year, month, day) = (settings.today.year() as u16, settings.today.month() as u8, settings.today.day() as u8);
    let made = ExcelDateTime::from_ymd(year, month, day)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let sheet = book.add_worksheet();
    sheet.set_name("Staff")?;
    let title = Format::new().set_bold().set_align(FormatAlign::Center);
    let last = u16::try_from(style.columns.len() - 1).expect("lists have few columns");
    let text = format!("{}: staff list (invented people)", organisation.name);
    sheet.merge_range(0, 0, 0, last, &text, &title)?;
    sheet.write_string(1, 0, format!("Updated {}", settings.today))?;
    let bold = Format::new().set_bold();
    for (column, heading) in (0..).zip(style.header()) {
        sheet.write_string_with_format(3, column, heading, &bold)?;
    }
    let as_date = Format::new().set_num_format("dd/mm/yyyy");
    for (row, line) in (4..).zip(lines) {
        if matches!(line, Line::Blank) {
            continue;
        }
        let cells = values::cells(style, line);
        for ((column, cell), (field, _)) in (0..).zip(cells).zip(&style.columns) {
            if cell.is_empty() {
                continue;
            }
            match (field, line) {
                (Field::Born, Line::Job { person, job, fault })
                    if *fault != Some(Fault::ImpossibleDate) && !dice.chance(TEXT_DATES) =>
                {
                    let born = job.born.unwrap_or(person.born);
                    let (year, month) = (born.year() as u16, born.month() as u8);
                    let born = ExcelDateTime::from_ymd(year, month, born.day() as u8)?;
                    sheet.write_datetime_with_format(row, column, &born, &as_date)?;
                }
                (Field::Payroll | Field::Priority, Line::Job { .. }) => {
                    let number: f64 = cell.parse().unwrap_or_default();
                    sheet.write_number(row, column, number)?;
                }
                _ => {
                    sheet.write_string(row, column, cell)?;
                }
            }
        }
    }
    book.save_to_buffer()
}
