//! What each column is, told from its heading and from what stands below it.
//!
//! A heading that is a known word is believed, unless the values plainly are something else. A heading nobody knows is
//! read by its parts, then as a misspelling, and last by the values alone. Where several columns could be one field, the
//! surest takes it; the others show what they could have been.

use super::contents::{self, Contents};
use super::field::Field;
use super::mapping::{Confidence, Entry, Mapping};
use super::synonyms;
use super::table::{Cell, Table};

/// Records looked at.
const PROBE: usize = 300;

/// What was concluded about one column.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnGuess {
    /// Its heading, as in [`Table::headings`].
    pub heading: String,
    /// What it is read as; none where it is not read.
    pub field: Option<Field>,
    /// What the guess rests on.
    pub confidence: Option<Confidence>,
    /// How sure the guess is, in percent.
    pub percent: u8,
    /// The next best field, with its percentage; for a column that is not read, what it could be.
    pub runner_up: Option<(Field, u8)>,
    /// The share of its filled values that have the shape of the field, in percent; none where the field has no shape.
    pub values_fit: Option<u8>,
}

/// Guesses what each column is, in the order of the columns.
pub fn guess_columns(table: &Table) -> Vec<ColumnGuess> {
    let sample: Vec<Vec<Cell>> = table.records().take(PROBE).map(|r| r.into_owned().cells).collect();
    guess_from(&table.headings, &sample)
}

/// The mapping that [`guess_columns`] amounts to.
pub fn guess_mapping(table: &Table) -> Mapping {
    mapping_of(&guess_columns(table))
}

pub(super) fn mapping_of(columns: &[ColumnGuess]) -> Mapping {
    let entries = columns.iter().filter_map(|column| {
        Some(Entry { field: column.field?, heading: column.heading.clone(), confidence: column.confidence? })
    });
    let unmapped = columns.iter().filter(|c| c.field.is_none()).map(|c| c.heading.clone());
    Mapping::new(entries.collect(), unmapped.collect())
}

/// A field a column could be.
#[derive(Debug, Clone, Copy)]
struct Could {
    field: Field,
    percent: f32,
    /// Place among the field's words: the earlier is the surer where two columns tie.
    rank: usize,
    confidence: Confidence,
}

/// [`guess_columns`] on rows that are not a table yet; rows that are no people do little harm.
pub(super) fn guess_from(headings: &[String], sample: &[Vec<Cell>]) -> Vec<ColumnGuess> {
    let contents = survey(headings.len(), sample);
    // ESR reports name the levels above as Org L2 to L7: "Organisation" is then the lowest one, the ward or team.
    let esr = headings.iter().any(|h| synonyms::fold(h).starts_with("orgl"));
    let mut could: Vec<Vec<Could>> =
        headings.iter().zip(&contents).map(|(heading, seen)| candidates(heading, seen, esr)).collect();
    for column in &mut could {
        column.sort_by(|a, b| b.percent.total_cmp(&a.percent).then(a.rank.cmp(&b.rank)));
    }
    not_by_contents_where_two_fit(&mut could);
    let mut taken = assign(&could);
    names_from_contents(&could, &contents, headings, &mut taken);
    headings
        .iter()
        .enumerate()
        .map(|(at, heading)| {
            let chosen = taken[at];
            let other = could[at].iter().find(|c| chosen.is_none_or(|t| t.field != c.field));
            ColumnGuess {
                heading: heading.clone(),
                field: chosen.map(|c| c.field),
                confidence: chosen.map(|c| c.confidence),
                percent: chosen.map_or(0, |c| c.percent.round() as u8),
                runner_up: other.map(|c| (c.field, c.percent.round() as u8)),
                values_fit: chosen.and_then(|c| contents[at].fit(c.field)).map(|fit| (fit * 100.0).round() as u8),
            }
        })
        .collect()
}

fn survey(width: usize, sample: &[Vec<Cell>]) -> Vec<Contents> {
    (0..width)
        .map(|at| {
            let texts: Vec<_> =
                sample.iter().filter_map(|cells| cells.get(at)).filter(|c| has_value(c)).map(Cell::text).collect();
            contents::look(texts.iter().map(AsRef::as_ref))
        })
        .collect()
}

/// A formula that nobody calculated says nothing about its column.
fn has_value(cell: &Cell) -> bool {
    !matches!(cell, Cell::Empty | Cell::Formula(_))
}

fn candidates(heading: &str, seen: &Contents, esr: bool) -> Vec<Could> {
    let mut found = Vec::new();
    if let Some((field, rank)) = synonyms::known(heading) {
        let lowest = esr && field == Field::Employer && synonyms::fold(heading) == "organisation";
        let (field, rank) = if lowest { (Field::Team, 0) } else { settled(field, rank, heading, seen) };
        let confidence = if rank == 0 { Confidence::Certain } else { Confidence::Synonym };
        let percent = if rank == 0 { 99.0 } else { 95.0 };
        found.push(Could { field, percent, rank, confidence });
    } else if let Some(field) = synonyms::hinted(heading) {
        found.push(Could { field, percent: 85.0, rank: 90, confidence: Confidence::Likely });
    } else if let Some(field) = synonyms::misspelt(heading) {
        found.push(Could { field, percent: 80.0, rank: 95, confidence: Confidence::Likely });
    }
    for could in &mut found {
        could.percent *= belief(seen, could.field);
    }
    if !synonyms::is_about_others(heading) {
        found.extend(
            by_contents(seen).into_iter().filter(|c| found.iter().all(|f| f.field != c.field)).collect::<Vec<_>>(),
        );
    }
    found
}

/// Headings that mean two things, settled by what stands below them.
fn settled(field: Field, rank: usize, heading: &str, seen: &Contents) -> (Field, usize) {
    let fit = |field| seen.fit(field).unwrap_or(0.0);
    match field {
        Field::Title if fit(Field::Title) < 0.3 && fit(Field::JobTitle) > 0.5 => (Field::JobTitle, 50),
        // One postcode for nearly everybody is where they work, unless the heading says home.
        Field::HomePostcode if is_shared(seen) && !is_home(heading) => (Field::WorkPostcode, 50),
        Field::Contract if fit(Field::Status) > 0.8 && fit(Field::Contract) < 0.3 => (Field::Status, 50),
        Field::EndDate if synonyms::fold(heading) == "leaver" && fit(Field::EndDate) < 0.3 => (Field::Status, 60),
        Field::Status if fit(Field::Contract) > 0.8 && fit(Field::Status) < 0.3 => (Field::Contract, 50),
        Field::Mobile if fit(Field::WorkEmail) > 0.6 => (Field::WorkEmail, 60),
        Field::WorkEmail if fit(Field::Mobile) > 0.6 => (Field::Mobile, 60),
        _ => (field, rank),
    }
}

fn is_shared(seen: &Contents) -> bool {
    let different = seen.different * seen.filled as f32;
    seen.filled >= 10 && different <= (seen.filled as f32 * 0.05).max(2.0)
}

fn is_home(heading: &str) -> bool {
    let folded = synonyms::fold(heading);
    ["home", "person", "residen", "employee"].iter().any(|word| folded.contains(word))
}

/// What the values do to the belief in a heading: nothing, unless none of them fits. Then it is a little less sure, and
/// hardly believed where they plainly are something else; odd names are still names.
fn belief(seen: &Contents, field: Field) -> f32 {
    const SHAPES: [Field; 6] =
        [Field::WorkEmail, Field::HomePostcode, Field::NhsNumber, Field::Mobile, Field::StartDate, Field::StaffNumber];
    let strict = matches!(
        field,
        Field::WorkEmail
            | Field::HomePostcode
            | Field::WorkPostcode
            | Field::NhsNumber
            | Field::DateOfBirth
            | Field::StaffNumber
            | Field::Title
            | Field::FullName
            | Field::FamilyName
            | Field::GivenName
            | Field::Mobile
    );
    let named = matches!(field, Field::FullName | Field::FamilyName | Field::GivenName);
    // A word with a digit or two at its end is no number.
    let other = |shape: &Field| *shape != Field::StaffNumber || !named || !seen.has_letters();
    let plainly_other = SHAPES.iter().filter(|s| other(s)).any(|s| seen.fit(*s).is_some_and(|fit| fit >= 0.8));
    match seen.fit(field) {
        Some(fit) if strict && seen.filled >= 4 && fit < 0.05 => {
            if plainly_other || (!named && seen.is_wordy()) {
                0.3
            } else {
                0.85
            }
        }
        Some(fit) if strict && seen.filled >= 4 && fit < 0.3 => 0.9,
        _ => 1.0,
    }
}

/// What the values alone make of a column: only fields whose values cannot be mistaken for much else.
fn by_contents(seen: &Contents) -> Vec<Could> {
    const SHAPES: [(Field, f32); 12] = [
        (Field::WorkEmail, 70.0),
        (Field::NhsNumber, 70.0),
        (Field::Mobile, 65.0),
        (Field::HomePostcode, 65.0),
        (Field::NationalInsurance, 60.0),
        (Field::DateOfBirth, 60.0),
        (Field::StaffGroup, 50.0),
        (Field::Title, 50.0),
        (Field::StaffNumber, 45.0),
        (Field::JobTitle, 40.0),
        (Field::Status, 40.0),
        (Field::Contract, 40.0),
    ];
    let mut found = Vec::new();
    for (field, most) in SHAPES {
        let fit = seen.fit(field).unwrap_or(0.0);
        let unlike = match field {
            Field::WorkEmail | Field::NhsNumber | Field::Mobile | Field::HomePostcode => seen.different < 0.5,
            // A grade, an age or hours are numbers too; a staff number is everybody's own.
            Field::StaffNumber => seen.different < 0.95 || seen.filled < 3,
            _ => false,
        };
        if seen.filled >= 2 && fit >= 0.8 && !unlike {
            found.push(Could { field, percent: most * fit, rank: 99, confidence: Confidence::Contents });
        }
    }
    if seen.filled >= 3 && seen.places() >= 0.6 && seen.different < 0.7 {
        found.push(Could { field: Field::Team, percent: 40.0, rank: 99, confidence: Confidence::Contents });
    }
    found
}

/// Two columns of telephone numbers without headings: one may be a relative's. Where the values alone fit a field of
/// contact in more than one column, none is taken; a person can say which. It stays as what the columns could be.
fn not_by_contents_where_two_fit(could: &mut [Vec<Could>]) {
    for field in [Field::Mobile, Field::WorkEmail, Field::HomePostcode, Field::NhsNumber, Field::StaffNumber] {
        let of = |c: &Could| c.field == field && c.confidence == Confidence::Contents;
        if could.iter().flatten().filter(|c| of(c)).count() > 1 {
            could.iter_mut().flatten().filter(|c| of(c)).for_each(|c| c.percent = c.percent.min(BARELY - 1.0));
        }
    }
}

/// A guess below this is not taken, in percent.
const BARELY: f32 = 35.0;

/// Each field to the column that is surest of it, each column to the field it is surest of.
fn assign(could: &[Vec<Could>]) -> Vec<Option<Could>> {
    let mut all: Vec<(usize, Could)> =
        could.iter().enumerate().flat_map(|(at, column)| column.iter().map(move |c| (at, *c))).collect();
    all.sort_by(|(i, a), (j, b)| b.percent.total_cmp(&a.percent).then(a.rank.cmp(&b.rank)).then(i.cmp(j)));
    let mut taken: Vec<Option<Could>> = vec![None; could.len()];
    for (at, candidate) in all {
        let free = taken[at].is_none() && taken.iter().flatten().all(|t| t.field != candidate.field);
        if free && candidate.percent >= BARELY {
            taken[at] = Some(candidate);
        }
    }
    taken
}

/// Where no heading says who the people are, their names are looked for among the words: a column in which common given
/// names open or stand in many values, with a family name beside it where the values are single words.
fn names_from_contents(could: &[Vec<Could>], contents: &[Contents], headings: &[String], taken: &mut [Option<Could>]) {
    let has = |taken: &[Option<Could>], field| taken.iter().flatten().any(|t| t.field == field);
    if has(taken, Field::FullName) || (has(taken, Field::GivenName) && has(taken, Field::FamilyName)) {
        return;
    }
    let free = |at: usize| {
        contents[at].filled >= 2
            && contents[at].is_wordy()
            && contents[at].different >= 0.4
            && !synonyms::is_about_others(&headings[at])
            && could[at].first().is_none_or(|c| c.percent < 80.0)
    };
    let words: Vec<usize> = (0..contents.len()).filter(|at| free(*at)).collect();
    let guess = |field, percent| Some(Could { field, percent, rank: 99, confidence: Confidence::Contents });
    if let Some(family) = taken.iter().position(|t| t.is_some_and(|t| t.field == Field::FamilyName)) {
        if let Some(at) = best(&words, contents, |c| c.given_first(), 0.25).filter(|at| *at != family) {
            taken[at] = guess(Field::GivenName, 60.0);
        }
        return;
    }
    let fit = |at: usize| contents[at].fit(Field::FullName).unwrap_or(0.0);
    let whole = words.iter().copied().filter(|at| fit(*at) >= 0.6 && contents[*at].given_any() >= 0.3);
    if let Some(at) = whole.max_by(|a, b| contents[*a].given_any().total_cmp(&contents[*b].given_any())) {
        taken[at] = guess(Field::FullName, 60.0);
        return;
    }
    let given = taken.iter().position(|t| t.is_some_and(|t| t.field == Field::GivenName));
    let Some(given) = given.or_else(|| best(&words, contents, |c| c.given_first(), 0.3)) else { return };
    let beside = |at: &usize| at.abs_diff(given) == 1;
    let single = |at: &usize| contents[*at].fit(Field::FamilyName).unwrap_or(0.0) >= 0.7;
    let others: Vec<usize> = words.iter().copied().filter(|at| *at != given && single(at)).collect();
    let family = others
        .iter()
        .copied()
        .filter(beside)
        .max_by(|a, b| contents[*a].different.total_cmp(&contents[*b].different).then(b.cmp(a)));
    if let Some(family) = family.or_else(|| others.first().copied()) {
        taken[given] = taken[given].filter(|t| t.field == Field::GivenName).or(guess(Field::GivenName, 55.0));
        taken[family] = guess(Field::FamilyName, 55.0);
    }
}

fn best(columns: &[usize], contents: &[Contents], by: impl Fn(&Contents) -> f32, least: f32) -> Option<usize> {
    columns
        .iter()
        .copied()
        .filter(|at| by(&contents[*at]) >= least)
        .max_by(|a, b| by(&contents[*a]).total_cmp(&by(&contents[*b])).then(b.cmp(a)))
}
