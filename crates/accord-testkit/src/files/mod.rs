//! Staff lists as employers send them, each in its own dialect, with faults planted on purpose.
//!
//! | employers | form |
//! |---|---|
//! | trusts and the integrated care board | CSV, Windows-1252, CRLF, six lines above the header, dates `14-JAN-1974`, second assignments, leavers, a total row |
//! | councils | CSV, UTF-8 with BOM, `;`, dates `14/01/1974` |
//! | care providers, contractor | XLSX: merged title, header in row 4, date cells mixed with text |
//! | universities, police | UTF-16LE with BOM, tabs |
//! | hospices | UTF-8, tabs |
//! | practices and the rest | plain CSV, headings and date form vary |
//!
//! Columns that nobody of a list has anything in are left out. Leavers carry the assignment status
//! `Terminate Process Assignment` and a leaving date in the past; they are nobody of the world.

mod lines;
mod style;
pub(crate) mod text;
mod values;
mod workbook;

use crate::world::dice::Dice;
use crate::world::staff::{Job, Person, Staff};
use crate::world::{Campaign, Fault, Organisation, OtherRow, RowRef, Settings, StaffFile, Truth, TruthPerson};
use lines::Line;
use style::{Encoding, Style};

/// Writes a list for every employer with people, and the truth about every row.
pub(crate) fn write(
    settings: Settings,
    campaign: &Campaign,
    organisations: &[Organisation],
    staff: Staff,
) -> (Vec<StaffFile>, Truth) {
    let mut of_employer: Vec<Vec<(&Person, &Job)>> = vec![Vec::new(); organisations.len()];
    for person in &staff.people {
        for job in &person.jobs {
            of_employer[job.employer].push((person, job));
        }
    }
    let mut files = Vec::new();
    let mut rows: Vec<Vec<RowRef>> = vec![Vec::new(); staff.people.len()];
    let mut other_rows = Vec::new();
    for (organisation, jobs) in organisations.iter().zip(of_employer) {
        if jobs.is_empty() {
            continue;
        }
        let mut dice = Dice::new(settings.seed, &format!("file {}", organisation.id));
        let style = Style::of(organisation, &jobs, &mut dice);
        let lines = lines::arrange(organisation, campaign, jobs, &mut dice);
        let file_name = style.file_name(organisation);
        let bytes = bytes(settings, organisation, &style, &lines, &mut dice);
        for (at, line) in lines.iter().enumerate() {
            let row = style.first_row() + u32::try_from(at).expect("lists are short");
            match line {
                Line::Job { person, job, fault } => rows[person.index as usize].push(RowRef {
                    employer_id: organisation.id.clone(),
                    file_name: file_name.clone(),
                    row,
                    kind: job.kind,
                    surname: style.letters(&job.surname),
                    planted_fault: *fault,
                    variation: job.variation,
                }),
                other => other_rows.push(OtherRow {
                    employer_id: organisation.id.clone(),
                    file_name: file_name.clone(),
                    row,
                    what: other.what().to_owned(),
                }),
            }
        }
        files.push(StaffFile { employer_id: organisation.id.clone(), file_name, bytes });
    }
    let people = staff.people.into_iter().zip(rows);
    let people = people.map(|(person, rows)| TruthPerson { rows, ..person.truth }).collect();
    (files, Truth { people, other_rows })
}

fn bytes(
    settings: Settings,
    organisation: &Organisation,
    style: &Style,
    lines: &[Line<'_>],
    dice: &mut Dice,
) -> Vec<u8> {
    if style.encoding == Encoding::Xlsx {
        return workbook::write(settings, organisation, style, lines, dice);
    }
    let newline = if style.encoding == Encoding::Windows1252 { "\r\n" } else { "\n" };
    let mut out = String::with_capacity(lines.len() * 260);
    for line in style.above(organisation, settings.today) {
        out.push_str(&line);
        out.push_str(newline);
    }
    text::push_cells(&mut out, style.delimiter, &style.header());
    out.push_str(newline);
    for line in lines {
        if !matches!(line, Line::Blank) {
            text::push_cells(&mut out, style.delimiter, &values::cells(style, line));
        }
        out.push_str(newline);
    }
    match style.encoding {
        Encoding::Windows1252 => encoding_rs::WINDOWS_1252.encode(&out).0.into_owned(),
        Encoding::Utf8Bom => [b"\xef\xbb\xbf", out.as_bytes()].concat(),
        Encoding::Utf16 => {
            let units = std::iter::once(0xfeff).chain(out.encode_utf16());
            units.flat_map(u16::to_le_bytes).collect()
        }
        Encoding::Utf8 | Encoding::Xlsx => out.into_bytes(),
    }
}

/// How often each fault is planted, in rows of people known once. Together 1 %.
const FAULTS: [(Fault, f64); 6] = [
    (Fault::ImpossibleDate, 0.0015),
    (Fault::MissingBirthDate, 0.0020),
    (Fault::BadNhsNumber, 0.0022),
    (Fault::SpoiltPhone, 0.0023),
    (Fault::TrailingSpaces, 0.0018),
    (Fault::MissingName, 0.0004),
];
