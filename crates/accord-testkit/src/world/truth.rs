//! The people as they are, and for every row of every staff list what it is.

mod file;

use jiff::civil::Date;

/// A person as they are. Invented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TruthPerson {
    /// 0, 1, 2 ...: place in [`Truth::people`].
    pub index: u32,
    /// Forename; empty for people with one name only.
    pub forename: String,
    /// Surname; empty for people with one name only.
    pub surname: String,
    /// `F` or `M`.
    pub sex: char,
    /// Date of birth: 17 to 70 years old on the world's day.
    pub born: Date,
    /// Ten digits of the 999 range with a valid check digit, or None.
    pub nhs_number: Option<String>,
    /// Home postcode.
    pub home: String,
    /// 07700 900000 to 900999; several people share one.
    pub mobile: String,
    /// At example.org.
    pub email: String,
    /// Language in English words: `English`, `Polish` ...
    pub language: String,
    /// Access attributes the person needs, joined by `; `, or empty.
    pub access_needs: String,
    /// 1 (first) to 4.
    pub priority: u8,
    /// Id of the main employer.
    pub employer_id: String,
    /// Team at the main employer.
    pub team: String,
    /// Why this person is easily confused with another, if so.
    pub trap: Option<Trap>,
    /// All rows that mean this person.
    pub rows: Vec<RowRef>,
}

/// Somebody else this person must not be merged with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trap {
    /// Same surname, birth date and home: a twin.
    Twin(u32),
    /// Same name, other birth date.
    SameName(u32),
    /// Same name and birth date, other NHS number and home.
    SameNameAndBirth(u32),
    /// Same name and birth date; one list has no NHS number and nothing else agrees.
    SameNameAndBirthUnnumbered(u32),
    /// Twins, one of them with an initial and no NHS number on the list.
    TwinByInitial(u32),
    /// Same name, home and telephone, a generation apart; one list has no NHS number.
    ParentAndChild(u32),
}

impl Trap {
    /// The person this one must not be merged with.
    #[must_use]
    pub fn other(self) -> u32 {
        match self {
            Self::Twin(other)
            | Self::SameName(other)
            | Self::SameNameAndBirth(other)
            | Self::SameNameAndBirthUnnumbered(other)
            | Self::TwinByInitial(other)
            | Self::ParentAndChild(other) => other,
        }
    }

    /// True where the lists alone leave it open whether the two are one: an importer has to ask.
    #[must_use]
    pub fn leaves_it_open(self) -> bool {
        matches!(self, Self::SameNameAndBirthUnnumbered(_) | Self::TwinByInitial(_) | Self::ParentAndChild(_))
    }
}

/// A row of a staff list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowRef {
    /// Whose list.
    pub employer_id: String,
    /// Its file.
    pub file_name: String,
    /// Record in the file from 1, as a spreadsheet shows it: title lines, empty lines and the
    /// header count; a record with quoted line breaks counts once.
    pub row: u32,
    /// What the row is to the person.
    pub kind: RowKind,
    /// The surname as this list has it (before planted faults).
    pub surname: String,
    /// What was spoilt on purpose.
    pub planted_fault: Option<Fault>,
    /// How this list differs so far from the person's main one that an importer has to ask.
    pub variation: Option<Variation>,
}

/// What a row is to the person it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// The main job.
    Main,
    /// Another assignment with the same employer.
    SecondAssignment,
    /// The same person on another employer's list.
    OtherEmployer,
}

/// The same person written so that the lists alone leave open whether it is one. Never with an NHS number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Variation {
    /// Only the initial of the forename.
    Initial,
    /// Another surname.
    MarriedName,
    /// The forename in another spelling.
    Spelling,
    /// Day and month of the birth date changed places.
    DayAndMonthSwapped,
    /// Another home and another telephone.
    MovedAway,
}

/// What was spoilt on purpose in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// A date of birth that no calendar has.
    ImpossibleDate,
    /// No date of birth.
    MissingBirthDate,
    /// An NHS number whose check digit is wrong.
    BadNhsNumber,
    /// A telephone number a spreadsheet turned into `7.7009E+09`.
    SpoiltPhone,
    /// Blanks around the names; harmless.
    TrailingSpaces,
    /// Neither forename nor surname.
    MissingName,
}

/// A row that means no person of the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherRow {
    /// Whose list.
    pub employer_id: String,
    /// Its file.
    pub file_name: String,
    /// Record in the file from 1.
    pub row: u32,
    /// leaver, blank, repeated_header or total.
    pub what: String,
}

/// All people and all other rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// Everybody, once.
    pub people: Vec<TruthPerson>,
    /// Rows below the headers that mean nobody.
    pub other_rows: Vec<OtherRow>,
}

/// A truth file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TruthError {
    /// `people` or `rows`.
    pub file: &'static str,
    /// Record from 1, header included.
    pub record: u64,
    /// What is wrong.
    pub problem: String,
}

impl std::fmt::Display for TruthError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "truth {}, record {}: {}", self.file, self.record, self.problem)
    }
}

impl std::error::Error for TruthError {}
