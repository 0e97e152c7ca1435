//! Why one value could not be taken as it stands, and what would have been right.

/// The kinds of fault, stable names for counting and for tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultCode {
    /// Not ten digits.
    NhsNumberLength,
    /// Ten digits whose last is not the check digit of the others.
    NhsNumberCheckDigit,
    /// A spreadsheet rewrote a long number as 7.7009E+09: digits are lost and cannot be rebuilt.
    DigitsLost,
    /// Not a mobile number of the United Kingdom.
    Mobile,
    /// Not an e-mail address.
    Email,
    /// Not a postcode of the United Kingdom.
    Postcode,
    /// Not an organisation code.
    OdsCode,
    /// Not a staff or assignment number.
    StaffNumber,
    /// Neither given nor family name holds a letter.
    Name,
    /// A name that starts like a spreadsheet formula; it is kept as it is.
    FormulaLead,
    /// Control characters stood in the value; they were removed.
    ControlCharacter,
    /// A question mark inside a name: the exporting system could not write a letter and lost it.
    LettersLost,
    /// Longer than any real value of its kind.
    TooLong,
    /// Not a date in the form of its column.
    Date,
    /// The form of a date column could not be decided from its values: UK order was assumed.
    DateOrderAssumed,
    /// A date of birth that makes the person younger than 14 or older than 100.
    BirthImplausible,
    /// An end date before the start date.
    EndBeforeStart,
    /// Not a rota.
    Rota,
    /// Not a list of leave dates.
    Leave,
    /// Not a priority group from 1 to 9.
    PriorityGroup,
    /// An access need nobody here knows.
    AccessNeed,
    /// Neither yes nor no.
    YesNo,
    /// A full name was parted into given and family name by rule.
    NameParted,
    /// Neither name nor staff number: nobody to book.
    NobodyToBook,
    /// The same content as an earlier record.
    RepeatedRow,
    /// The staff number of an earlier record, and no assignment number tells the two apart.
    SameStaffNumber,
    /// The record has more cells than there are headings.
    TooManyCells,
    /// The transfer stopped inside this record.
    CutOff,
    /// The person's status or end date says they have left or do not work now.
    Leaver,
    /// Letters that had been read with the wrong encoding on the way were put right.
    LettersMended,
    /// Zeros in front of a staff number that a spreadsheet had dropped were put back.
    ZerosLost,
    /// A formula of a workbook for which no value is stored.
    NotCalculated,
    /// Date cells of which a spreadsheet seems to have swapped day and month.
    DatesSwapped,
    /// The people stand on a hidden sheet.
    HiddenSheetRead,
    /// Headings stand twice: a second table beside the first, which is not read.
    SecondTable,
    /// The file says how many records it has, and it has another number.
    RecordsMissing,
    /// An event of a file of vaccinations that cannot be used: not given, deleted, or without its day.
    NoEvent,
    /// The file had no header row: what each column holds was concluded from its values.
    HeadingAssumed,
}

/// What a fault did to the record it was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The whole record was left out.
    RowDropped,
    /// Only this value was left out; the person was read.
    ValueDropped,
    /// A value was taken under an assumption that a person should confirm.
    Assumed,
    /// Nothing was lost; worth knowing.
    Note,
}

/// A value that was refused: the kind, and in plain words what was wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("wanted {wanted}")]
pub struct Fault {
    /// The kind.
    pub code: FaultCode,
    /// What would have been right, as the end of the sentence "wanted ...".
    pub wanted: &'static str,
}

impl Fault {
    /// A fault of this kind.
    pub const fn new(code: FaultCode, wanted: &'static str) -> Self {
        Self { code, wanted }
    }
}
