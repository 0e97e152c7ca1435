//! A person, as the lists describe them.

use accord_formats::person_name::match_key;
use accord_formats::staff::StaffRow;
use accord_formats::{AccessNeeds, Date, Email, Mobile, NhsNumber, PersonName, Postcode};

/// The language of everybody whose list names none.
pub const DEFAULT_LANGUAGE: &str = "English";

/// What is known of a person besides their employments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Particulars {
    /// NHS number; no two active people share one.
    pub nhs_number: Option<NhsNumber>,
    /// Name as written.
    pub name: PersonName,
    /// What the person wants to be called.
    pub preferred: Option<String>,
    /// Date of birth.
    pub date_of_birth: Option<Date>,
    /// True where a person decided the date of birth: no list changes it any more.
    pub birth_checked: bool,
    /// Where the person lives.
    pub home_postcode: Option<Postcode>,
    /// E-mail address.
    pub email: Option<Email>,
    /// Mobile number.
    pub mobile: Option<Mobile>,
    /// Preferred language, in English words.
    pub language: String,
    /// What the person needs of a site.
    pub access_needs: AccessNeeds,
}

/// What of a person or an employment a list changes; the word a page shows.
pub type FieldName = &'static str;

/// How far a list may go with what is known already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Say {
    /// The primary employer: its values replace ours.
    Replace,
    /// Anybody else: its values fill blanks.
    FillBlanks,
}

impl Particulars {
    /// A person as one row describes them; none where the row has no name.
    pub fn of(row: &StaffRow) -> Option<Self> {
        Some(Self {
            nhs_number: row.nhs_number,
            name: row.name.clone()?,
            preferred: row.preferred.clone(),
            date_of_birth: row.date_of_birth,
            birth_checked: false,
            home_postcode: row.home_postcode.clone(),
            email: row.work_email.clone(),
            mobile: row.mobile.clone(),
            language: row.language.clone().unwrap_or_else(|| DEFAULT_LANGUAGE.to_owned()),
            access_needs: row.access_needs.unwrap_or_default(),
        })
    }

    /// The folded name under which people are looked up: given and family name with a bar between.
    pub fn name_key(&self) -> String {
        name_key(&self.name)
    }

    /// Takes what a row says as far as `say` allows, and tells which fields changed. A value the row does not have
    /// erases nothing. `number_is_free` tells whether the row's NHS number belongs to nobody else.
    pub fn absorb(&mut self, row: &StaffRow, say: Say, number_is_free: bool) -> Vec<FieldName> {
        let mut changed = Vec::new();
        let replace = say == Say::Replace;
        if let Some(name) = &row.name
            && replace
            && *name != self.name
        {
            self.name = name.clone();
            changed.push("name");
        }
        let number = row.nhs_number.filter(|_| number_is_free);
        take(&mut self.nhs_number, number.as_ref(), replace, "NHS number", &mut changed);
        take(&mut self.preferred, row.preferred.as_ref(), replace, "preferred name", &mut changed);
        if !self.birth_checked {
            take(&mut self.date_of_birth, row.date_of_birth.as_ref(), replace, "date of birth", &mut changed);
        }
        take(&mut self.home_postcode, row.home_postcode.as_ref(), replace, "home postcode", &mut changed);
        take(&mut self.email, row.work_email.as_ref(), replace, "e-mail", &mut changed);
        take(&mut self.mobile, row.mobile.as_ref(), replace, "mobile", &mut changed);
        if let Some(language) = &row.language
            && *language != self.language
            && replace
        {
            self.language.clone_from(language);
            changed.push("language");
        }
        let needs = self.access_needs | row.access_needs.unwrap_or_default();
        if needs != self.access_needs {
            self.access_needs = needs;
            changed.push("access needs");
        }
        changed
    }

    /// Fills our blanks from the record that is merged into this one; a number or date of ours stays.
    pub fn absorb_person(&mut self, other: &Self) {
        let mut ignored = Vec::new();
        take(&mut self.nhs_number, other.nhs_number.as_ref(), false, "", &mut ignored);
        take(&mut self.preferred, other.preferred.as_ref(), false, "", &mut ignored);
        if self.date_of_birth.is_none() {
            self.date_of_birth = other.date_of_birth;
            self.birth_checked = other.birth_checked;
        }
        take(&mut self.home_postcode, other.home_postcode.as_ref(), false, "", &mut ignored);
        take(&mut self.email, other.email.as_ref(), false, "", &mut ignored);
        take(&mut self.mobile, other.mobile.as_ref(), false, "", &mut ignored);
        if self.language == DEFAULT_LANGUAGE {
            self.language.clone_from(&other.language);
        }
        self.access_needs |= other.access_needs;
    }
}

/// Given and family name folded, a bar between: the key people are looked up by.
pub fn name_key(name: &PersonName) -> String {
    format!("{}|{}", match_key(&name.given), match_key(&name.family))
}

/// Takes `new` over `old` where it is there, differs, and may.
pub(super) fn take<T: PartialEq + Clone>(
    old: &mut Option<T>,
    new: Option<&T>,
    replace: bool,
    field: FieldName,
    changed: &mut Vec<FieldName>,
) {
    let Some(new) = new else { return };
    if old.as_ref() != Some(new) && (replace || old.is_none()) {
        *old = Some(new.clone());
        changed.push(field);
    }
}
