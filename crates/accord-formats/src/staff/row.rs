//! What a staff list says about one person, typed, and what was not taken as it stood.

use jiff::civil::Date;

use crate::access::AccessNeeds;
use crate::email::Email;
use crate::fault::{FaultCode, Severity};
use crate::nhs_number::NhsNumber;
use crate::person_name::PersonName;
use crate::phone::Mobile;
use crate::postcode::Postcode;
use crate::rota::{Leave, Rota};
use crate::staff_number::StaffNumber;

/// One record of a staff list. What the file does not have, or has wrongly, is none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StaffRow {
    /// As in [`super::Record::row`].
    pub row: u32,
    /// As in [`super::Record::sheet`].
    pub sheet: u16,
    /// The employer's number for the person.
    pub staff_number: Option<StaffNumber>,
    /// The number of this assignment.
    pub assignment_number: Option<StaffNumber>,
    /// Whether this is the person's main assignment.
    pub primary: Option<bool>,
    /// The name.
    pub name: Option<PersonName>,
    /// What the person wants to be called.
    pub preferred: Option<String>,
    /// Date of birth, of somebody aged 14 to 100.
    pub date_of_birth: Option<Date>,
    /// NHS number.
    pub nhs_number: Option<NhsNumber>,
    /// E-mail address for work matters.
    pub work_email: Option<Email>,
    /// Mobile number.
    pub mobile: Option<Mobile>,
    /// Where the person lives.
    pub home_postcode: Option<Postcode>,
    /// Where the person works.
    pub work_postcode: Option<Postcode>,
    /// The employer as the file names it.
    pub employer: Option<String>,
    /// Team, ward or department.
    pub team: Option<String>,
    /// Job title.
    pub job_title: Option<String>,
    /// Staff group.
    pub staff_group: Option<String>,
    /// Kind of contract.
    pub contract: Option<String>,
    /// Days worked.
    pub rota: Option<Rota>,
    /// Dates away.
    pub leave: Option<Leave>,
    /// 1 to 9.
    pub priority_group: Option<u8>,
    /// What the person needs of a site.
    pub access_needs: Option<AccessNeeds>,
    /// Preferred language.
    pub language: Option<String>,
    /// First day of employment.
    pub start_date: Option<Date>,
    /// Last day of employment.
    pub end_date: Option<Date>,
    /// The status as the file words it.
    pub status: Option<String>,
    /// True where status or end date say that the person has left or does not work now.
    pub leaver: bool,
}

/// Something in the file that was not taken as it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// As in [`super::Record::row`]; 0 where it is about the whole column.
    pub row: u32,
    /// As in [`super::Record::sheet`].
    pub sheet: u16,
    /// The heading; empty where it is about the whole record.
    pub column: String,
    /// The kind.
    pub code: FaultCode,
    /// What stands in the file, shortened to 80 characters.
    pub seen: String,
    /// What would have been right, as the end of the sentence "wanted ...".
    pub wanted: &'static str,
    /// What was done.
    pub severity: Severity,
}

impl RowFault {
    /// The fault as a sentence to show to whoever sent the file.
    pub fn sentence(&self) -> String {
        let place = match (self.row, self.column.as_str()) {
            (0, "") => "The file".to_owned(),
            (0, column) => format!("Column \"{column}\""),
            (row, "") => format!("Row {row}"),
            (row, column) => format!("Row {row}, column \"{column}\""),
        };
        let seen = if self.seen.is_empty() { String::new() } else { format!(" has \"{}\"", self.seen) };
        let done = match self.severity {
            Severity::RowDropped => "The row was left out.",
            Severity::ValueDropped => "The value was left out, the person was read.",
            Severity::Assumed => "Please check.",
            Severity::Note => "Nothing was lost.",
        };
        format!("{place}{seen}: wanted {}. {done}", self.wanted)
    }

    /// What happens if nobody puts it right.
    pub fn if_left(&self) -> &'static str {
        match (self.code, self.severity) {
            (FaultCode::CutOff, _) => {
                "Nothing of the file is taken without a second yes; whoever stands after this row is not on the list."
            }
            (FaultCode::RecordsMissing, _) => "Whoever is missing from the file is not on the list.",
            (FaultCode::RepeatedRow, Severity::RowDropped) => "The person is taken once, from the row further up.",
            (FaultCode::NoEvent, _) => "The offer stays open: the person may be invited to what they have had.",
            (_, Severity::RowDropped) => "Nobody is invited because of this row.",
            (FaultCode::Date | FaultCode::BirthImplausible, Severity::ValueDropped) => {
                "Without a date of birth the person cannot sign in and no rule about age can be checked; another date is left empty."
            }
            (FaultCode::Mobile | FaultCode::DigitsLost, Severity::ValueDropped) => {
                "The number is left empty: the person gets no text message, and nobody is found by it."
            }
            (FaultCode::Email, Severity::ValueDropped) => "The address is left empty: the person gets no e-mail.",
            (FaultCode::Postcode, Severity::ValueDropped) => "Travel is counted from the workplace.",
            (FaultCode::NhsNumberLength | FaultCode::NhsNumberCheckDigit, Severity::ValueDropped) => {
                "The person is matched without an NHS number and may have to be told apart by hand."
            }
            (FaultCode::StaffNumber, Severity::ValueDropped) => "The person is known by name and date of birth only.",
            (_, Severity::ValueDropped) => "The value is left empty.",
            (FaultCode::LettersLost, _) => {
                "The name stays as it stands, and the person may not be known again on another list."
            }
            (FaultCode::DateOrderAssumed | FaultCode::DatesSwapped, _) => {
                "Dates may be wrong by day and month: people whose date of birth is wrong cannot sign in."
            }
            (FaultCode::NameParted, _) => "The name is taken in these two parts.",
            (FaultCode::ZerosLost, _) => "The number is taken with its zeros.",
            (FaultCode::Leaver, _) => "The person is not invited for this post.",
            (_, Severity::Assumed) => "It is taken as it was understood.",
            (_, Severity::Note) => "Nothing is lost.",
        }
    }
}
