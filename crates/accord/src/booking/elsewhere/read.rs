//! What a report says of a person, and a file of reports.

use crate::base::db::{StoreError, Tx};
use crate::base::ids::OrganisationId;
use crate::base::table::{CsvFault, Table, iso_date};
use crate::cohort;
use accord_formats::staff::StaffRow;
use accord_formats::{Email, Mobile, NhsNumber, PersonName, Postcode, StaffNumber};
use jiff::civil::Date;

/// What is said of a person. Read once; what can't be read is not there.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The day they had it.
    pub had_on: Date,
    /// The product, in the words of whoever says so; or empty.
    pub product: String,
    /// Whose member of staff.
    pub employer: Option<OrganisationId>,
    /// The employer's number for them.
    pub staff_number: Option<StaffNumber>,
    /// Given name.
    pub given: String,
    /// Family name.
    pub family: String,
    /// Date of birth.
    pub born: Option<Date>,
    /// NHS number.
    pub nhs_number: Option<NhsNumber>,
    /// Where they live.
    pub home: Option<Postcode>,
    /// E-mail address.
    pub email: Option<Email>,
    /// Mobile number.
    pub mobile: Option<Mobile>,
}

/// Characters of a product's name that are kept.
const PRODUCT_CHARS: usize = 60;

impl Said {
    /// Nothing but a day.
    pub fn on(had_on: Date) -> Self {
        Self {
            had_on,
            product: String::new(),
            employer: None,
            staff_number: None,
            given: String::new(),
            family: String::new(),
            born: None,
            nhs_number: None,
            home: None,
            email: None,
            mobile: None,
        }
    }

    /// The name, if there is one that can be read.
    pub fn name(&self) -> Option<PersonName> {
        PersonName::parse(&self.given, &self.family).ok().map(|(name, _)| name)
    }

    /// As a row of a staff list, for matching.
    pub fn as_row(&self) -> StaffRow {
        StaffRow {
            staff_number: self.staff_number.clone(),
            name: self.name(),
            date_of_birth: self.born,
            nhs_number: self.nhs_number,
            work_email: self.email.clone(),
            mobile: self.mobile.clone(),
            home_postcode: self.home.clone(),
            ..StaffRow::default()
        }
    }

    /// All of it as one line of named values: for the store, and to know it again.
    pub fn text(&self) -> String {
        let of = |value: Option<String>| value.unwrap_or_default();
        serde_json::json!({
            "had_on": self.had_on.to_string(),
            "product": self.product,
            "employer": of(self.employer.map(|id| id.to_string())),
            "staff_number": of(self.staff_number.as_ref().map(ToString::to_string)),
            "given": self.given,
            "family": self.family,
            "born": of(self.born.map(|day| day.to_string())),
            "nhs_number": of(self.nhs_number.map(|number| number.to_string())),
            "home": of(self.home.as_ref().map(ToString::to_string)),
            "email": of(self.email.as_ref().map(ToString::to_string)),
            "mobile": of(self.mobile.as_ref().map(ToString::to_string)),
        })
        .to_string()
    }

    /// Reads what [`Said::text`] wrote.
    pub fn of_text(text: &str) -> Option<Self> {
        let value: serde_json::Value = serde_json::from_str(text).ok()?;
        let field = |name: &str| value[name].as_str().unwrap_or_default();
        Some(Self {
            had_on: field("had_on").parse().ok()?,
            product: field("product").to_owned(),
            employer: field("employer").parse().ok(),
            staff_number: StaffNumber::parse(field("staff_number")).ok(),
            given: field("given").to_owned(),
            family: field("family").to_owned(),
            born: field("born").parse().ok(),
            nhs_number: NhsNumber::parse(field("nhs_number")).ok(),
            home: Postcode::parse(field("home")).ok(),
            email: Email::parse(field("email")).ok(),
            mobile: Mobile::parse(field("mobile")).ok(),
        })
    }
}

type Rows = (Vec<(u32, Said)>, Vec<CsvFault>);

/// Reads a file: `date` (ISO) and whom it names: `given_name`, `family_name`, `date_of_birth`, and where there are
/// `nhs_number`, `home_postcode`, `email`, `mobile`, `employer` (its code), `staff_number`, `product`. A row that can't be
/// read is left out with its fault; a file without these columns is refused.
pub fn read(tx: &mut Tx<'_>, text: &str) -> Result<Result<Rows, CsvFault>, StoreError> {
    let wanted: Vec<&[&str]> = vec![&["date", "given_on"], &["family_name", "surname", "nhs_number", "staff_number"]];
    let table = match Table::read(text, &wanted) {
        Ok(table) => table,
        Err(faults) => return Ok(Err(faults.into_iter().next().unwrap_or(CsvFault::new(1, "", "", "a table")))),
    };
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for record in table.records() {
        let before = faults.len();
        let day = record.take(&["date", "given_on"], "a date such as 2027-01-04", &mut faults, iso_date);
        let nhs =
            filled(&record, &["nhs_number"], "an NHS number of 10 digits", &mut faults, |c| NhsNumber::parse(c).ok());
        let born = filled(&record, &["date_of_birth"], "a date such as 1984-03-15", &mut faults, iso_date);
        let number = filled(&record, &["staff_number"], "a staff number", &mut faults, |c| StaffNumber::parse(c).ok());
        let code = record.cell(&["employer"]);
        let employer = if code.is_empty() { None } else { cohort::store::employer_by_code(tx, code)? };
        if !code.is_empty() && employer.is_none() {
            faults.push(CsvFault::new(record.row, "employer", code, "the code of an employer of the partnership"));
        }
        let (Some(had_on), true) = (day, faults.len() == before || day.is_some()) else { continue };
        let said = Said {
            product: record.cell(&["product"]).chars().take(PRODUCT_CHARS).collect(),
            employer: employer.map(|e| e.id),
            staff_number: number,
            given: record.cell(&["given_name", "first_name", "forename"]).to_owned(),
            family: record.cell(&["family_name", "surname"]).to_owned(),
            born,
            nhs_number: nhs,
            home: Postcode::parse(record.cell(&["home_postcode", "postcode"])).ok(),
            email: Email::parse(record.cell(&["email"])).ok(),
            mobile: Mobile::parse(record.cell(&["mobile"])).ok(),
            ..Said::on(had_on)
        };
        // A wrong identifier makes the rest no surer: the row is left out.
        if faults.len() > before {
            continue;
        }
        if said.name().is_none()
            && said.nhs_number.is_none()
            && (said.staff_number.is_none() || said.employer.is_none())
        {
            faults.push(CsvFault::new(
                record.row,
                "family_name",
                "",
                "a name, an NHS number, or a staff number with its employer",
            ));
            continue;
        }
        rows.push((record.row, said));
    }
    Ok(Ok((rows, faults)))
}

/// A cell that may be empty; a fault where it is filled with something else than wanted.
fn filled<T>(
    record: &crate::base::table::Record<'_>,
    names: &[&str],
    wanted: &str,
    faults: &mut Vec<CsvFault>,
    read: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    if record.cell(names).is_empty() { None } else { record.take(names, wanted, faults, read) }
}
