//! Organisations as CSV: `code` (ODS, or one of its form), `name`, `kind`, `postcode` (may be empty), `is_employer`,
//! `is_host` (TRUE or FALSE), `declared_headcount` (may be empty), `contact_name`, `contact_role`.
//!
//! Reading answers the rows it could read and the faults it found, each with its place; it decides nothing.
//! Headings count in any case, blanks and underscores aside. What is written can be read again.

use super::organisation::{NewOrganisation, Organisation};
use crate::base::table::{CsvFault, Record, Table};
use accord_formats::csv_out::CsvOut;
use accord_formats::{OdsCode, Postcode};
use std::collections::HashSet;

/// An organisation as its file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationRow {
    /// Where it stands in the file.
    pub row: u32,
    /// Who it is.
    pub new: NewOrganisation,
}

const COLUMNS: [&str; 9] = [
    "code",
    "name",
    "kind",
    "postcode",
    "is_employer",
    "is_host",
    "declared_headcount",
    "contact_name",
    "contact_role",
];

/// Reads a file of organisations.
pub fn read(text: &str) -> (Vec<OrganisationRow>, Vec<CsvFault>) {
    let wanted: Vec<&[&str]> = COLUMNS.iter().map(std::slice::from_ref).collect();
    let table = match Table::read(text, &wanted) {
        Ok(table) => table,
        Err(faults) => return (Vec::new(), faults),
    };
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for record in table.records() {
        let Some(new) = organisation(&record, &mut faults) else { continue };
        if seen.insert(new.code.clone()) {
            rows.push(OrganisationRow { row: record.row, new });
        } else {
            faults.push(CsvFault::new(record.row, "code", new.code.as_str(), "each organisation once"));
        }
    }
    (rows, faults)
}

fn organisation(record: &Record<'_>, faults: &mut Vec<CsvFault>) -> Option<NewOrganisation> {
    let code = record
        .take(&["code"], "an organisation code of at most 10 letters and digits", faults, |c| OdsCode::parse(c).ok());
    let name = record.text(&["name"], "the organisation's name", faults);
    let kind = record.text(&["kind"], "a kind such as acute_trust, council or pharmacy", faults);
    let postcode = record.take(&["postcode"], "a UK postcode such as CO4 5JL, or nothing", faults, |c| match c {
        "" => Some(None),
        text => Postcode::parse(text).ok().map(Some),
    });
    let is_employer = record.take(&["is_employer"], "TRUE or FALSE", faults, yes_or_no);
    let is_host = record.take(&["is_host"], "TRUE or FALSE", faults, yes_or_no);
    let headcount = record.take(&["declared_headcount"], "a whole number from 0, or nothing", faults, |c| match c {
        "" => Some(None),
        text => text.parse().ok().filter(|n| (0..=10_000_000).contains(n)).map(Some),
    });
    let contact_name = record.text(&["contact_name"], "the name of somebody to ring", faults);
    Some(NewOrganisation {
        code: code?,
        name: name?,
        kind: kind?,
        postcode: postcode?,
        is_employer: is_employer?,
        is_host: is_host?,
        declared_headcount: headcount?,
        contact_name: contact_name?,
        contact_role: record.cell(&["contact_role"]).to_owned(),
    })
}

fn yes_or_no(cell: &str) -> Option<bool> {
    match cell.to_lowercase().as_str() {
        "true" | "yes" | "y" | "1" => Some(true),
        "false" | "no" | "n" | "0" | "" => Some(false),
        _ => None,
    }
}

/// Writes organisations in the form that [`read`] takes.
pub fn write(organisations: &[Organisation]) -> String {
    let mut out = CsvOut::new(false);
    out.record(COLUMNS);
    let word = |yes: bool| if yes { "TRUE" } else { "FALSE" };
    for one in organisations {
        let headcount = one.declared_headcount.map(|n| n.to_string()).unwrap_or_default();
        out.record([
            one.code.as_str(),
            &one.name,
            &one.kind,
            one.postcode.as_deref().unwrap_or_default(),
            word(one.is_employer),
            word(one.is_host),
            &headcount,
            &one.contact_name,
            &one.contact_role,
        ]);
    }
    out.finish()
}

#[cfg(test)]
mod tests {
    use super::read;

    const HEAD: &str = "Code,Name,Kind,Postcode,Is employer,Is host,Declared headcount,Contact name,Contact role\n";

    #[test]
    fn each_cell_that_cannot_be_is_named_with_its_row() {
        let good = "aa1,A,care_home,ip1 2bx,yes,no,12,An Example,Manager";
        let rows = read(&format!("{HEAD}{good}\n")).0;
        assert_eq!((rows[0].row, rows[0].new.code.as_str(), rows[0].new.declared_headcount), (2, "AA1", Some(12)));
        for (at, wrong) in
            [(0, "A-1"), (1, ""), (2, ""), (3, "IP"), (4, "perhaps"), (5, "perhaps"), (6, "-1"), (6, "a few"), (7, "")]
        {
            let mut cells: Vec<&str> = good.split(',').collect();
            cells[at] = wrong;
            let (rows, faults) = read(&format!("{HEAD}{good}\n{}\n", cells.join(",").replace("aa1", "BB1")));
            assert_eq!((rows.len(), faults.len(), faults[0].row, faults[0].seen.as_str()), (1, 1, 3, wrong), "{wrong}");
        }
        assert_eq!(read(&format!("{HEAD}{good}\n{good}\n")).1[0].wanted, "each organisation once");
        assert_eq!(read("code,name\nAA1,A\n").1.len(), 7, "a fault for each column that is not there");
    }
}
