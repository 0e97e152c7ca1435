//! What a column of a staff list can mean to us.

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $key:literal, $label:literal;)*) => {
        /// What a column of a staff list holds.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Field { $($(#[$doc])* $name,)* }

        impl Field {
            /// Every field, in the order a person would list them.
            pub const ALL: &'static [Field] = &[$(Field::$name,)*];

            /// The name in a saved mapping.
            pub fn key(self) -> &'static str {
                match self { $(Field::$name => $key,)* }
            }

            /// The name on a page.
            pub fn label(self) -> &'static str {
                match self { $(Field::$name => $label,)* }
            }
        }
    };
}

fields! {
    /// The employer's number for the person.
    StaffNumber = "staff_number", "Staff number";
    /// The number of one assignment; a person can have several.
    AssignmentNumber = "assignment_number", "Assignment number";
    /// Whether this is the person's main assignment.
    PrimaryAssignment = "primary_assignment", "Primary assignment";
    /// Mr, Ms, Dr; recognised, not kept.
    Title = "title", "Title";
    /// Family name.
    FamilyName = "family_name", "Family name";
    /// Given name or names.
    GivenName = "given_name", "Given name";
    /// What the person wants to be called.
    PreferredName = "preferred_name", "Preferred name";
    /// Both names in one column.
    FullName = "full_name", "Full name";
    /// Date of birth.
    DateOfBirth = "date_of_birth", "Date of birth";
    /// NHS number.
    NhsNumber = "nhs_number", "NHS number";
    /// Gender; recognised, not kept.
    Gender = "gender", "Gender";
    /// E-mail address for work matters.
    WorkEmail = "work_email", "Work e-mail";
    /// Mobile number.
    Mobile = "mobile", "Mobile";
    /// Where the person lives.
    HomePostcode = "home_postcode", "Home postcode";
    /// Where the person works.
    WorkPostcode = "work_postcode", "Work postcode";
    /// The employer's name or code, as text.
    Employer = "employer", "Employer";
    /// Team, ward, department.
    Team = "team", "Team";
    /// Job title.
    JobTitle = "job_title", "Job title";
    /// Staff group.
    StaffGroup = "staff_group", "Staff group";
    /// Permanent, bank, agency.
    Contract = "contract", "Contract";
    /// Days or rolling pattern worked.
    Rota = "rota", "Rota";
    /// Dates away.
    Leave = "leave", "Leave";
    /// Priority group 1 to 9.
    PriorityGroup = "priority_group", "Priority group";
    /// Access needs.
    AccessNeeds = "access_needs", "Access needs";
    /// Preferred language.
    Language = "language", "Language";
    /// First day of employment.
    StartDate = "start_date", "Start date";
    /// Last day of employment.
    EndDate = "end_date", "End date";
    /// Active, inactive, left.
    Status = "status", "Status";
    /// National Insurance number: recognised in order to be dropped.
    NationalInsurance = "national_insurance", "National Insurance number";
}

impl Field {
    /// The field of a saved name.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|f| f.key() == key)
    }

    /// True for what is recognised only so that it is not taken.
    pub fn is_dropped(self) -> bool {
        matches!(self, Self::Title | Self::Gender | Self::NationalInsurance)
    }

    /// True for columns of dates.
    pub fn is_date(self) -> bool {
        matches!(self, Self::DateOfBirth | Self::StartDate | Self::EndDate)
    }
}
