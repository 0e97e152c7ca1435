//! The words systems and people put above their columns.

use super::field::Field;

/// Headings folded by [`fold`], by field, the surest first: where two columns compete, the earlier word wins.
#[rustfmt::skip] // one word a line would make a page of every field
const WORDS: &[(Field, &[&str])] = &[
    (Field::StaffNumber, &[
        "staffnumber", "employeenumber", "staffno", "employeeno", "payno", "payrollno", "payrollnumber",
        "paynumber", "empno", "empnumber", "staffid", "employeeid", "personnelnumber", "personnelno",
        "esrnumber", "esrno", "employeeref", "employeereference", "staffref", "workerid", "workernumber",
        "payrollid", "payrollref", "personnumber",
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
    ]),
    (Field::GivenName, &[
        "givenname", "firstname", "forename", "forenames", "firstnames", "givennames", "personforename",
        "employeeforename", "legalfirstname", "christianname", "staffforename", "forename1", "childfirstname",
    ]),
    (Field::PreferredName, &[
        "preferredname", "knownas", "preferredfirstname", "preferredforename", "knownasname", "nickname",
        "usualname", "likestobecalled",
    ]),
    (Field::FullName, &[
        "fullname", "name", "employeename", "staffname", "staffmember", "employee", "nameofstaff",
        "nameofemployee", "person", "personname", "workername", "displayname", "nameofstaffmember",
    ]),
    (Field::DateOfBirth, &[
        "dateofbirth", "dob", "birthdate", "persondob", "birthday", "dateborn", "dofb", "dateofbirthdob",
        "childdateofbirth",
    ]),
    (Field::NhsNumber, &[
        "nhsnumber", "nhsno", "nhsnum", "nhsid",
    ]),
    (Field::Gender, &[
        "gender", "sex", "persongendercode", "legalsex", "gendercode",
    ]),
    (Field::WorkEmail, &[
        "workemail", "workemailaddress", "officeemailaddress", "officeemail", "email", "emailaddress",
        "nhsmail", "nhsemail", "businessemail", "contactemail", "corporateemail", "emailwork", "staffemail",
        "mail", "emailadd", "useremail", "personalemail", "homeemail",
    ]),
    (Field::Mobile, &[
        "mobile", "mobilenumber", "mobileno", "mobilephone", "mobilephonenumber", "mobiletelephone",
        "personalmobile", "workmobile", "mobtel", "mob", "cellphone", "phone", "phonenumber", "telephone",
        "telephonenumber", "telno", "tel", "phoneno", "contactnumber", "contactno", "contactphone",
        "contacttel", "telephoneno",
    ]),
    (Field::HomePostcode, &[
        "homepostcode", "homepcode", "postcodehome", "personpostcode", "addresspostcode",
        "residentialpostcode", "employeepostcode", "homeaddresspostcode", "postcode", "pcode", "postalcode",
        "zip", "homepostalcode", "childpostcode",
    ]),
    (Field::WorkPostcode, &[
        "workpostcode", "workpcode", "basepostcode", "workbasepostcode", "locationpostcode", "sitepostcode",
        "workplacepostcode", "postcodework", "officepostcode",
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
    ]),
    (Field::JobTitle, &[
        "jobtitle", "positiontitle", "posttitle", "position", "positionname", "jobrole", "job", "role", "post",
        "designation", "occupation", "jobname", "staffrole", "jobdescription",
    ]),
    (Field::StaffGroup, &[
        "staffgroup", "jobstaffgroup", "staffgroupname", "professionalgroup", "stafftype", "staffcategory",
    ]),
    (Field::Contract, &[
        "contract", "contracttype", "assignmentcategory", "employmenttype", "employeecategory",
        "contractstatus", "employmenttypename", "persontype", "userpersontype",
    ]),
    (Field::Rota, &[
        "rota", "workingpattern", "workpattern", "shiftpattern", "days", "daysworked", "workingdays", "shift",
        "shifts", "flexibleworkingpattern", "pattern",
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
    ]),
    (Field::EndDate, &[
        "enddate", "leavingdate", "terminationdate", "actualterminationdate", "assignmentenddate",
        "lastworkingday", "dateleft", "employmentend", "employmentenddate", "contractenddate", "leavedate",
        "end", "leaver", "dateofleaving",
    ]),
    (Field::Status, &[
        "status", "assignmentstatus", "userassignmentstatus", "employmentstatus", "employeestatus",
        "employeestatusflag", "systemassignmentstatus", "staffstatus",
    ]),
    (Field::NationalInsurance, &[
        "nationalinsurancenumber", "nationalinsurance", "ninumber", "nino", "ni", "nationalinsuranceno",
        "ninum",
    ]),
];

/// Parts of a heading that tell the field where the whole is not known; all of the first must be in it, none of the second.
const PARTS: &[(Field, &[&str], &[&str])] = &[
    (Field::NationalInsurance, &["nationalins"], &[]),
    (Field::DateOfBirth, &["dateofbirth"], &[]),
    (Field::NhsNumber, &["nhsn"], &["date", "mail"]),
    (Field::WorkPostcode, &["postcode", "work"], &[]),
    (Field::WorkPostcode, &["postcode", "base"], &[]),
    (Field::HomePostcode, &["postcode"], &["work", "base", "site", "gp", "kin", "emergency"]),
    (Field::WorkEmail, &["email"], &["manager", "supervisor", "kin", "emergency"]),
    (Field::Mobile, &["mobile"], &["kin", "emergency", "manager", "supervisor"]),
    (Field::FamilyName, &["surname"], &["previous", "maiden", "manager", "supervisor", "birth", "preferred"]),
    (Field::FamilyName, &["lastname"], &["previous", "maiden", "manager", "supervisor", "preferred"]),
    (Field::PreferredName, &["knownas"], &[]),
    (Field::GivenName, &["forename"], &["manager", "supervisor", "preferred"]),
    (Field::GivenName, &["firstname"], &["manager", "supervisor", "preferred"]),
    (Field::StaffNumber, &["employeen"], &["name"]),
    (Field::StaffNumber, &["payrolln"], &["name"]),
    (Field::Rota, &["daysworked"], &[]),
    (Field::JobTitle, &["jobtitle"], &[]),
];

/// A heading reduced to small letters and digits, so that `D.O.B.`, `dob` and `DOB*` are one.
pub(super) fn fold(heading: &str) -> String {
    heading.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The field of a heading with its rank among the field's words (0 is the surest); whole headings only, with or without
/// what stands in brackets.
pub(super) fn known(heading: &str) -> Option<(Field, usize)> {
    let find = |folded: &str| {
        WORDS.iter().find_map(|(field, words)| words.iter().position(|w| *w == folded).map(|rank| (*field, rank)))
    };
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
    let folded = fold(heading);
    PARTS
        .iter()
        .find(|(_, all, none)| all.iter().all(|p| folded.contains(p)) && !none.iter().any(|p| folded.contains(p)))
        .map(|(field, ..)| *field)
}
