//! Bytes become typed rows, faults, and the rows that name nobody. Pure.

use super::refusal::ImportRefusal;
use crate::base::secret::sha256_hex;
use accord_formats::staff::{
    CutOff, Mapping, Record, RowFault, SheetState, SkipReason, Source, StaffRow, Table, Went, guess_mapping,
    read_staff, read_table,
};
use accord_formats::{Date, FaultCode, Severity};
use std::collections::{BTreeMap, HashMap};

/// Where a row stands: sheet (0 in text) and the row as a spreadsheet counts it.
pub type Place = (u16, u32);

/// A file as it came.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// Its name; settles what the bytes leave open.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// A list, read.
#[derive(Debug)]
pub struct Reading {
    /// Everybody who can be told apart.
    pub rows: Vec<StaffRow>,
    /// What was not taken as it stood.
    pub faults: Vec<RowFault>,
    /// Rows that should name somebody and don't.
    pub unreadable: Vec<Unreadable>,
    /// Rows that are nobody, with the reason.
    pub passed_over: Vec<(Place, &'static str)>,
    /// Which heading is which field.
    pub mapping: Mapping,
    /// The headings as the file writes them, each with its first value.
    pub headings: Vec<(String, String)>,
    /// Encoding, delimiter and sheets in words.
    pub dialect: String,
    /// Where the transfer stopped too early, if it did.
    pub cut_off: Option<CutOff>,
    /// Records of the file, people or not.
    pub records: u32,
    /// Records that are nobody's, each with the word for what it is.
    pub no_people: Vec<(Place, &'static str)>,
    /// Records that belong to the person of another one.
    pub joined: Vec<(Place, Place)>,
    /// Names of a workbook's sheets; none in text.
    pub sheets: Vec<String>,
}

/// A row that names nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Where.
    pub place: Place,
    /// What it holds, hashed: the same row in a newer list is the same item.
    pub key: String,
    /// Why, as a sentence.
    pub why: &'static str,
}

/// Reads a list. `said` is a mapping a person gave for this file and counts as it is; `saved` is the employer's last one
/// and counts where it fits the headings, new headings guessed; otherwise the columns are guessed. `today` settles two-digit years and leavers.
pub fn read(
    file: File<'_>,
    said: Option<&Mapping>,
    saved: Option<&Mapping>,
    today: Date,
) -> Result<Reading, ImportRefusal> {
    let table = read_table(file.bytes, file.name).map_err(ImportRefusal::NotAList)?;
    let mapping = match (said, saved.filter(|saved| saved.fits(&table.headings))) {
        (Some(said), _) => said.clone(),
        (None, Some(saved)) => with_new_headings(saved, guess_mapping(&table)),
        (None, None) => guess_mapping(&table),
    };
    if !mapping.names_somebody() {
        return Err(ImportRefusal::NobodyNamed { headings: table.headings });
    }
    let (rows, faults) = read_staff(&table, &mapping, today);
    let (unreadable, passed_over) = rest(&table, &rows, &faults);
    let headings = table.headings.iter().enumerate().map(|(at, heading)| (heading.clone(), first_value(&table, at)));
    Ok(Reading {
        headings: headings.collect(),
        dialect: dialect(&table),
        cut_off: table.cut_off(),
        records: table.records_read,
        no_people: no_people(&table, &faults),
        joined: table.skipped.iter().filter_map(|s| Some(((s.sheet, s.row), (s.sheet, s.of?)))).collect(),
        sheets: match &table.dialect.source {
            Source::Workbook { sheets } => sheets.iter().map(|sheet| sheet.name.clone()).collect(),
            _ => Vec::new(),
        },
        rows,
        faults,
        unreadable,
        passed_over,
        mapping,
    })
}

/// What was passed over, and what should be somebody and is not. A record joined to a person's is that person's.
fn no_people(table: &Table, faults: &[RowFault]) -> Vec<(Place, &'static str)> {
    let skipped = table.skipped.iter().filter(|s| s.of.is_none()).map(|s| ((s.sheet, s.row), s.why.word()));
    let dropped = faults.iter().filter(|f| f.severity == Severity::RowDropped && f.code != FaultCode::CutOff);
    let dropped = dropped.map(|f| {
        let went = if f.code == FaultCode::RepeatedRow { Went::Repeated } else { Went::Nobody };
        ((f.sheet, f.row), went.word())
    });
    skipped.chain(dropped).collect()
}

/// The employer's last mapping, and for headings it has never seen what is guessed of them.
fn with_new_headings(saved: &Mapping, guess: Mapping) -> Mapping {
    let mut mapping = saved.clone();
    for entry in guess.entries() {
        let seen =
            saved.entries().iter().any(|e| e.heading == entry.heading) || saved.unmapped().contains(&entry.heading);
        if !seen && saved.heading(entry.field).is_none() {
            mapping.set(&entry.heading, Some(entry.field));
        }
    }
    mapping
}

fn first_value(table: &Table, at: usize) -> String {
    let first = table.records().find_map(|record| {
        let cell = record.cells.get(at).filter(|cell| !cell.is_empty())?;
        Some(cell.text().chars().take(40).collect())
    });
    first.unwrap_or_default()
}

/// Every record that became no row, and every line that is no record but no mere layout either.
fn rest(table: &Table, rows: &[StaffRow], faults: &[RowFault]) -> (Vec<Unreadable>, Vec<(Place, &'static str)>) {
    let read: std::collections::HashSet<Place> = rows.iter().map(|row| (row.sheet, row.row)).collect();
    let dropped: HashMap<Place, &RowFault> = faults
        .iter()
        .filter(|fault| fault.severity == Severity::RowDropped)
        .map(|fault| ((fault.sheet, fault.row), fault))
        .collect();
    let mut unreadable: BTreeMap<Place, Unreadable> = BTreeMap::new();
    let mut passed_over: BTreeMap<Place, &'static str> = BTreeMap::new();
    let mut copies: HashMap<String, usize> = HashMap::new();
    for record in table.records().filter(|record| !read.contains(&(record.sheet, record.row))) {
        let place = (record.sheet, record.row);
        if dropped.get(&place).is_some_and(|fault| fault.code == FaultCode::RepeatedRow) {
            passed_over.insert(place, "the same row stands further up");
        } else {
            let key = keyed(&content(&record), &mut copies);
            unreadable.insert(place, Unreadable { place, key, why: "The row has neither a name nor a staff number." });
        }
    }
    for skipped in &table.skipped {
        let place = (skipped.sheet, skipped.row);
        if read.contains(&place)
            || matches!(skipped.why, SkipReason::Blank | SkipReason::AboveHeader | SkipReason::Header)
            || matches!(skipped.why, SkipReason::HiddenSheet | SkipReason::OtherSheet)
        {
            continue;
        }
        if skipped.why == SkipReason::CutOff {
            let key = keyed("cut off", &mut copies);
            let why = "The file ends in the middle of this row: ask for the file again.";
            unreadable.insert(place, Unreadable { place, key, why });
        } else if !unreadable.contains_key(&place) {
            passed_over.entry(place).or_insert(skipped.why.sentence());
        }
    }
    passed_over.retain(|place, _| !unreadable.contains_key(place));
    (unreadable.into_values().collect(), passed_over.into_iter().collect())
}

fn content(record: &Record) -> String {
    record.cells.iter().map(|cell| cell.text()).collect::<Vec<_>>().join("\u{1f}")
}

/// A short hash of the content; a second row of the same content gets another one.
pub(super) fn keyed(content: &str, copies: &mut HashMap<String, usize>) -> String {
    let copy = copies.entry(content.to_owned()).or_default();
    *copy += 1;
    sha256_hex(format!("{content}\u{1e}{copy}").as_bytes())[..24].to_owned()
}

fn dialect(table: &Table) -> String {
    let from = |row: u32| if row == 0 { "no heading row".to_owned() } else { format!("headings in row {row}") };
    let source = match &table.dialect.source {
        Source::Text { encoding, delimiter: '\t' } => format!("text, {encoding}, tabs between cells"),
        Source::Text { encoding, delimiter } => format!("text, {encoding}, {delimiter} between cells"),
        Source::Workbook { sheets } => {
            let read = sheets.iter().filter(|s| matches!(s.state, SheetState::Read | SheetState::ReadThoughHidden));
            format!("workbook, sheets: {}", read.map(|s| s.name.as_str()).collect::<Vec<_>>().join(", "))
        }
        Source::EsrOutbound { .. } => return "records of the ESR outbound interface".to_owned(),
    };
    format!("{source}, {}", from(table.dialect.header_row))
}
