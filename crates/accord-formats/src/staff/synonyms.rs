//! The words systems and people put above their columns.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::field::Field;

/// Headings folded by [`fold`], by field, the surest first: where two columns compete, the earlier word wins.
#[rustfmt::skip] // one word a line would make a page of every field
const WORDS: &[(Field, &[&str])] = &[
    (Field::StaffNumber, &[
        "staffnumber", "employeenumber", "staffno", "employeeno", "payno", "payrollno", "payrollnumber",
        "paynumber", "empno", "empnumber", "staffid", "employeeid", "personnelnumber", "personnelno",
        "esrnumber", "esrno", "employeeref", "employeereference", "staffref", "workerid", "workernumber",
        "payrollid", "payrollref", "personnumber",
        "staffpayrollnumber", "clockno", "clocknumber", "pernr", "personalnumber", "resourceid", "esremployeenumber", "esrid", "payref", "payrollnumbr", "staffcode",
    ]),
    (Field::AssignmentNumber, &[
        "assignmentnumber", "assignmentno", "assignment", "assignmentid", "postref", "positionnumber",
    ]),
    (Field::PrimaryAssignment, &[
        "primaryassignment", "primary", "mainpost", "mainassignment", "primaryflag", "primarypost", "mainjob",
    ]),
    (Field::Title, &[
        "title", "salutation", "prefix",
    ]),
    (Field::FamilyName, &[
        "familyname", "surname", "lastname", "personsurname", "employeesurname", "secondname", "staffsurname",
        "legalsurname", "legallastname", "childlastname",
        "last", "familyname1", "namelast", "familynames", "famname", "nameofsurname", "sname", "surnamename",
    ]),
    (Field::GivenName, &[
        "givenname", "firstname", "forename", "forenames", "firstnames", "givennames", "personforename",
        "employeeforename", "legalfirstname", "christianname", "staffforename", "forename1", "childfirstname",
        "first", "namefirst", "fname", "given", "callname",
    ]),
    (Field::PreferredName, &[
        "preferredname", "knownas", "preferredfirstname", "preferredforename", "knownasname", "nickname",
        "usualname", "likestobecalled",
        "preferred", "knownby", "calledname",
    ]),
    (Field::FullName, &[
        "fullname", "name", "employeename", "staffname", "staffmember", "employee", "nameofstaff",
        "nameofemployee", "person", "personname", "workername", "displayname", "nameofstaffmember",
        "names", "fullnames", "surnameandforename", "surnameforename", "namesurnamefirst", "namelastfirst", "lastnamefirstname", "surnamefirstname", "forenamesurname", "firstnamesurname", "employeefullname", "carer", "colleague", "colleaguename", "carername", "nurse", "worker",
    ]),
    (Field::DateOfBirth, &[
        "dateofbirth", "dob", "birthdate", "persondob", "birthday", "dateborn", "dofb", "dateofbirthdob",
        "childdateofbirth",
        "birth", "borndate", "born", "dateofb", "bday", "dtofbirth", "datebirth",
    ]),
    (Field::NhsNumber, &[
        "nhsnumber", "nhsno", "nhsnum", "nhsid",
        "nhs", "nhsnumbr", "nhsnhsnumber",
    ]),
    (Field::Gender, &[
        "gender", "sex", "persongendercode", "legalsex", "gendercode",
    ]),
    (Field::WorkEmail, &[
        "workemail", "workemailaddress", "officeemailaddress", "officeemail", "email", "emailaddress",
        "nhsmail", "nhsemail", "businessemail", "contactemail", "corporateemail", "emailwork", "staffemail",
        "mail", "emailadd", "useremail", "personalemail", "homeemail",
        "emailaddresswork", "emailid", "eaddress", "primaryemail", "emails",
    ]),
    (Field::Mobile, &[
        "mobile", "mobilenumber", "mobileno", "mobilephone", "mobilephonenumber", "mobiletelephone",
        "personalmobile", "workmobile", "mobtel", "mob", "cellphone", "phone", "phonenumber", "telephone",
        "telephonenumber", "telno", "tel", "phoneno", "contactnumber", "contactno", "contactphone",
        "contacttel", "telephoneno",
        "mobilenumbers", "mobiletel", "telmobile", "phonemobile", "contactmobile", "telephonemobile", "mobiles", "cell", "handynumber", "bestcontactnumber", "bestphone", "homephone", "personalphone",
    ]),
    (Field::HomePostcode, &[
        "homepostcode", "homepcode", "postcodehome", "personpostcode", "addresspostcode",
        "residentialpostcode", "employeepostcode", "homeaddresspostcode", "postcode", "pcode", "postalcode",
        "zip", "homepostalcode", "childpostcode",
        "pc", "homepc", "postcd", "homezip", "homeaddress", "address", "fulladdress", "residentialaddress", "addressandpostcode",
    ]),
    (Field::WorkPostcode, &[
        "workpostcode", "workpcode", "basepostcode", "workbasepostcode", "locationpostcode", "sitepostcode",
        "workplacepostcode", "postcodework", "officepostcode",
        "basepc", "workpc", "placeofworkpostcode", "homesitepostcode",
    ]),
    (Field::Employer, &[
        "employer", "employername", "employingorganisation", "organisationname", "trust", "employingbody",
        "company", "organisation", "organization", "orgname", "organisationcode", "employercode", "odscode",
        "trustname", "org", "agency",
    ]),
    (Field::Team, &[
        "team", "teamname", "ward", "wardteam", "department", "departmentname", "dept", "unit", "section",
        "service", "orgl7", "orgl6", "orgl5", "orgl4", "costcentredescription", "costcentrename",
        "directorate", "division", "location", "workbase", "worklocation", "area", "home", "base", "workplace",
        "site",
        "careteam", "homename", "scheme", "branch", "placeofwork", "locality", "floor", "house", "wing", "costcentre",
    ]),
    (Field::JobTitle, &[
        "jobtitle", "positiontitle", "posttitle", "position", "positionname", "jobrole", "job", "role", "post",
        "designation", "occupation", "jobname", "staffrole", "jobdescription",
        "jobtitlerole", "jobroletitle", "titleofpost", "titleofjob", "whattheydo", "rolename",
    ]),
    (Field::StaffGroup, &[
        "staffgroup", "jobstaffgroup", "staffgroupname", "professionalgroup", "stafftype", "staffcategory",
    ]),
    (Field::Contract, &[
        "contract", "contracttype", "assignmentcategory", "employmenttype", "employeecategory",
        "contractstatus", "employmenttypename", "persontype", "userpersontype",
        "contracttypedesc", "ftpt", "fulltimeparttime", "basis", "employeetype",
    ]),
    (Field::Rota, &[
        "rota", "workingpattern", "workpattern", "shiftpattern", "days", "daysworked", "workingdays", "shift",
        "shifts", "flexibleworkingpattern", "pattern",
        "dayswork", "whenworking", "workdays", "shiftdays", "usualdays", "rotapattern",
    ]),
    (Field::Leave, &[
        "leave", "annualleave", "leavedates", "holidays", "away", "absence", "absencedates", "unavailable",
        "datesaway", "onleave",
    ]),
    (Field::PriorityGroup, &[
        "prioritygroup", "priority", "jcvigroup", "cohort", "cohortgroup", "prioritycohort",
    ]),
    (Field::AccessNeeds, &[
        "accessneeds", "accessrequirements", "accessibility", "accessibilityneeds", "reasonableadjustments",
        "adjustments", "accessibleneeds",
    ]),
    (Field::Language, &[
        "language", "preferredlanguage", "firstlanguage", "spokenlanguage",
    ]),
    (Field::StartDate, &[
        "startdate", "hiredate", "dateofhire", "lateststartdate", "datestarted", "employmentstart",
        "employmentstartdate", "start", "joined", "nhsstartdate", "startedon", "dateofstart",
        "commenced", "dateofcommencement", "commencementdate", "dateofjoining", "begindate",
    ]),
    (Field::EndDate, &[
        "enddate", "leavingdate", "terminationdate", "actualterminationdate", "assignmentenddate",
        "lastworkingday", "dateleft", "employmentend", "employmentenddate", "contractenddate", "leavedate",
        "end", "leaver", "dateofleaving",
        "finishdate", "dateoftermination", "lastdate", "leftdate", "dateoffinish", "left",
    ]),
    (Field::Status, &[
        "status", "assignmentstatus", "userassignmentstatus", "employmentstatus", "employeestatus",
        "employeestatusflag", "systemassignmentstatus", "staffstatus",
        "active", "currentstatus", "current", "currentlyemployed", "stillemployed", "currentemployee", "employed", "stillhere", "workerstatus", "activeinactive", "activeleaver",
    ]),
    (Field::NationalInsurance, &[
        "nationalinsurancenumber", "nationalinsurance", "ninumber", "nino", "ni", "nationalinsuranceno",
        "ninum",
    ]),
];

/// Words in a heading that make it somebody else's: a manager's e-mail is not the person's.
const OTHERS: &[&str] = &[
    "manager",
    "supervisor",
    "kin",
    "emergency",
    "previous",
    "maiden",
    "vaccinator",
    "performing",
    "approver",
    "referee",
    "partner",
    "spouse",
    "parent",
    "gpname",
    "gppost",
    "gpprac",
    "contactname",
    "lineman",
    "appraiser",
    "mentor",
    "reportsto",
    "birthsurname",
    "guardian",
    "witness",
    "authoris",
    "updatedby",
    "enteredby",
    "nok",
    "landline",
    "createdby",
    "clinician",
    "school",
    "vaccin",
    "batch",
    "expir",
    "dbs",
    "visa",
    "passport",
    "training",
    "recorded",
];

/// Parts of a heading that tell the field where the whole is not known: all of them must be in it.
const PARTS: &[(Field, &[&str])] = &[
    (Field::NationalInsurance, &["nationalins"]),
    (Field::DateOfBirth, &["dateofbirth"]),
    (Field::DateOfBirth, &["birthdate"]),
    (Field::NhsNumber, &["nhsnum"]),
    (Field::NhsNumber, &["nhsno"]),
    (Field::WorkPostcode, &["postcode", "work"]),
    (Field::WorkPostcode, &["postcode", "base"]),
    (Field::WorkPostcode, &["postcode", "site"]),
    (Field::HomePostcode, &["postcode"]),
    (Field::HomePostcode, &["postalcode"]),
    (Field::WorkEmail, &["email"]),
    (Field::Mobile, &["mobile"]),
    (Field::PreferredName, &["preferred"]),
    (Field::PreferredName, &["knownas"]),
    (Field::FullName, &["surname", "forename"]),
    (Field::FullName, &["surname", "firstname"]),
    (Field::FullName, &["lastname", "firstname"]),
    (Field::FamilyName, &["surname"]),
    (Field::FamilyName, &["lastname"]),
    (Field::FamilyName, &["familyname"]),
    (Field::GivenName, &["forename"]),
    (Field::GivenName, &["firstname"]),
    (Field::GivenName, &["givenname"]),
    (Field::FullName, &["fullname"]),
    (Field::FullName, &["staffname"]),
    (Field::FullName, &["employeename"]),
    (Field::FullName, &["nameof"]),
    (Field::StaffNumber, &["employeeno"]),
    (Field::StaffNumber, &["employeenum"]),
    (Field::StaffNumber, &["payrollno"]),
    (Field::StaffNumber, &["payrollnum"]),
    (Field::StaffNumber, &["staffno"]),
    (Field::StaffNumber, &["staffnum"]),
    (Field::StaffNumber, &["employeeid"]),
    (Field::StaffNumber, &["payrollid"]),
    (Field::Rota, &["daysworked"]),
    (Field::Rota, &["shiftpattern"]),
    (Field::JobTitle, &["jobtitle"]),
    (Field::JobTitle, &["jobrole"]),
    (Field::EndDate, &["leavingdate"]),
    (Field::EndDate, &["enddate"]),
    (Field::StartDate, &["startdate"]),
];

static KNOWN: LazyLock<HashMap<&'static str, (Field, usize)>> = LazyLock::new(|| {
    let mut known = HashMap::new();
    for (field, words) in WORDS {
        for (rank, word) in words.iter().enumerate() {
            known.entry(*word).or_insert((*field, rank));
        }
    }
    known
});

/// A heading reduced to small letters and digits, so that `D.O.B.`, `dob` and `DOB*` are one.
pub(super) fn fold(heading: &str) -> String {
    heading.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The field of a heading with its rank among the field's words (0 is the surest); whole headings only, with or without
/// what stands in brackets.
pub(super) fn known(heading: &str) -> Option<(Field, usize)> {
    let find = |folded: &str| KNOWN.get(folded).copied();
    if heading.len() > 60 {
        return None;
    }
    find(&fold(heading)).or_else(|| {
        let (before, _) = heading.split_once('(')?;
        find(&fold(before))
    })
}

/// The field a heading's parts hint at.
pub(super) fn hinted(heading: &str) -> Option<Field> {
    if is_about_others(heading) {
        return None;
    }
    let folded = fold(heading);
    PARTS.iter().find(|(_, all)| all.iter().all(|p| folded.contains(p))).map(|(field, _)| *field)
}

/// True where the heading speaks of somebody or something else than the person of the row.
pub(super) fn is_about_others(heading: &str) -> bool {
    let folded = fold(heading);
    OTHERS.iter().any(|other| folded.contains(other))
}

/// The field whose word the heading misspells: one letter more, less, other or swapped, two in long words.
pub(super) fn misspelt(heading: &str) -> Option<Field> {
    let folded = fold(heading);
    let letters: Vec<char> = folded.chars().collect();
    if !(5..=30).contains(&letters.len()) || is_about_others(heading) {
        return None;
    }
    let mut best: Option<(usize, Field)> = None;
    for (field, words) in WORDS {
        // The first letter is hardly ever the wrong one.
        let near = |w: &&&str| w.len() >= 5 && w.len().abs_diff(letters.len()) <= 2 && w.starts_with(letters[0]);
        for word in words.iter().filter(near) {
            let allowed = if word.len() >= 9 { 2 } else { 1 };
            let steps = distance(&letters, word.as_bytes());
            if steps <= allowed && best.is_none_or(|(least, _)| steps < least) {
                best = Some((steps, *field));
            }
        }
    }
    best.map(|(_, field)| field)
}

/// Edits between two words, a swap of neighbours counting once.
fn distance(one: &[char], other: &[u8]) -> usize {
    let mut rows = [vec![0; other.len() + 1], (0..=other.len()).collect::<Vec<_>>(), vec![0; other.len() + 1]];
    for (i, a) in one.iter().enumerate() {
        rows[2][0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let same = *a == char::from(*b);
            let mut least = (rows[1][j] + usize::from(!same)).min(rows[1][j + 1] + 1).min(rows[2][j] + 1);
            let swapped = i > 0 && j > 0 && *a == char::from(other[j - 1]) && one[i - 1] == char::from(*b);
            if swapped {
                least = least.min(rows[0][j - 1] + 1);
            }
            rows[2][j + 1] = least;
        }
        rows.rotate_left(1);
    }
    rows[1][other.len()]
}
