//! The priority group of somebody whose list gives none.

/// The group of everybody who is not in the table.
pub const LAST_GROUP: u8 = 4;

/// Staff group or job title, folded to small letters and looked for as a part, first match wins:
///
/// | group | who | words |
/// |---|---|---|
/// | 1 | frontline clinical | medical, dental, doctor, nursing, nurse, midwi, paramedic, ambulance, allied health |
/// | 2 | frontline support and care | additional clinical, healthcare assistant, care assistant, carer, support worker, pharmac, healthcare scien, scientific, student |
/// | 3 | on site, seldom close to patients | estates, ancillary, porter, domestic, clean, cater, driver, social work, teach, reception |
/// | 4 | everybody else | |
///
/// The staff group is asked first, the job title only where the list has no staff group.
pub fn default_group(staff_group: Option<&str>, job_title: Option<&str>) -> u8 {
    let Some(text) = staff_group.or(job_title) else { return LAST_GROUP };
    let text = text.to_lowercase();
    TABLE.iter().find(|(_, words)| words.iter().any(|word| text.contains(word))).map_or(LAST_GROUP, |(group, _)| *group)
}

// "Additional clinical" before "clinical" words, "social work" before "work": the order is part of the rule.
const TABLE: [(u8, &[&str]); 4] = [
    (2, &["additional clinical", "healthcare assistant", "student nurse"]),
    (
        1,
        &[
            "medical and dental",
            "doctor",
            "dentist",
            "nursing",
            "nurse",
            "midwi",
            "paramedic",
            "ambulance",
            "allied health",
            "physiotherap",
            "general practitioner",
        ],
    ),
    (
        2,
        &[
            "care assistant",
            "carer",
            "support worker",
            "pharmac",
            "healthcare scien",
            "scientific",
            "student",
            "care worker",
        ],
    ),
    (
        3,
        &[
            "estates",
            "ancillary",
            "porter",
            "domestic",
            "clean",
            "cater",
            "driver",
            "social work",
            "teach",
            "reception",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::default_group;

    #[test]
    fn the_table_says_who_comes_first() {
        for (staff_group, job, group) in [
            (Some("Medical and Dental"), None, 1),
            (Some("Nursing and Midwifery Registered"), Some("Secretary"), 1),
            (Some("Allied Health Professionals"), None, 1),
            (Some("Additional Clinical Services"), Some("Staff Nurse"), 2),
            (Some("Healthcare Scientists"), None, 2),
            (Some("Add Prof Scientific and Technic"), None, 2),
            (Some("Estates and Ancillary"), None, 3),
            (Some("Administrative and Clerical"), Some("Medical Secretary"), 4),
            (None, Some("Social Worker"), 3),
            (None, Some("Healthcare Assistant"), 2),
            (None, Some("Practice Nurse"), 1),
            (None, None, 4),
        ] {
            assert_eq!(default_group(staff_group, job), group, "{staff_group:?} {job:?}");
        }
    }
}
