//! What people do and where: roles by employer, team names, work bases.

use super::Organisation;
use super::dice::Dice;
use crate::geo::{Geo, Postcode};

/// A kind of job.
#[derive(Debug)]
pub(crate) struct Role {
    /// Staff group of the NHS staff record.
    pub(crate) staff_group: &'static str,
    pub(crate) titles: &'static [&'static str],
    pub(crate) teams: &'static [&'static str],
    pub(crate) mostly_women: bool,
    pub(crate) round_the_clock: bool,
    /// Smaller is earlier in the priority groups.
    pub(crate) urgency: f64,
}

const fn role(
    staff_group: &'static str,
    titles: &'static [&'static str],
    teams: &'static [&'static str],
    mostly_women: bool,
    round_the_clock: bool,
    urgency: f64,
) -> Role {
    Role { staff_group, titles, teams, mostly_women, round_the_clock, urgency }
}

static DOCTOR: Role = role(
    "Medical and Dental",
    &["Consultant", "Specialty Doctor", "Foundation Doctor", "Specialty Registrar"],
    &["Acute Medicine Doctors", "Surgery Doctors", "Anaesthetics", "Paediatric Doctors"],
    false,
    true,
    0.2,
);
static NURSE: Role = role(
    "Nursing and Midwifery Registered",
    &["Staff Nurse", "Sister/Charge Nurse", "Community Nurse", "Specialist Nurse"],
    &["Ward", "Emergency Department", "Theatres", "Critical Care", "Community Nursing"],
    true,
    true,
    0.3,
);
static MIDWIFE: Role = role(
    "Nursing and Midwifery Registered",
    &["Midwife", "Community Midwife", "Senior Midwife"],
    &["Delivery Suite", "Community Midwifery"],
    true,
    true,
    0.3,
);
static PARAMEDIC: Role = role(
    "Allied Health Professionals",
    &["Paramedic", "Senior Paramedic", "Critical Care Paramedic"],
    &["Ambulance Station", "Response Cars"],
    false,
    true,
    0.1,
);
static AMBULANCE_SUPPORT: Role = role(
    "Additional Clinical Services",
    &["Emergency Care Assistant", "Call Handler", "Patient Transport Driver"],
    &["Patient Transport", "Control Room", "Ambulance Station Support"],
    false,
    true,
    0.5,
);
static THERAPIST: Role = role(
    "Allied Health Professionals",
    &["Physiotherapist", "Occupational Therapist", "Radiographer", "Dietitian"],
    &["Therapies", "Imaging", "Outpatient Therapy"],
    true,
    false,
    0.8,
);
static SCIENTIST: Role = role(
    "Healthcare Scientists",
    &["Biomedical Scientist", "Clinical Scientist", "Laboratory Technician"],
    &["Pathology", "Blood Sciences"],
    false,
    true,
    1.3,
);
static CARE_SUPPORT: Role = role(
    "Additional Clinical Services",
    &["Healthcare Assistant", "Senior Healthcare Assistant", "Therapy Assistant"],
    &["Ward Support", "Clinic Support", "Community Support"],
    true,
    true,
    0.4,
);
static OFFICE: Role = role(
    "Administrative and Clerical",
    &["Administrator", "Medical Secretary", "Receptionist", "Team Manager", "Analyst"],
    &["Administration", "Finance", "Booking Office", "Digital", "People Team"],
    true,
    false,
    2.0,
);
static ESTATES: Role = role(
    "Estates and Ancillary",
    &["Housekeeper", "Porter", "Electrician", "Catering Assistant"],
    &["Housekeeping", "Portering", "Catering", "Estates"],
    false,
    true,
    1.5,
);
static GENERAL_PRACTITIONER: Role = role(
    "Medical and Dental",
    &["General Practitioner", "GP Partner", "GP Registrar"],
    &["Doctors"],
    false,
    false,
    0.2,
);
static PRACTICE_NURSE: Role = role(
    "Nursing and Midwifery Registered",
    &["Practice Nurse", "Advanced Nurse Practitioner", "Healthcare Assistant"],
    &["Nursing"],
    true,
    false,
    0.4,
);
static RECEPTION: Role = role(
    "Administrative and Clerical",
    &["Receptionist", "Care Navigator", "Practice Administrator"],
    &["Reception"],
    true,
    false,
    1.2,
);
static CARER: Role = role(
    "Additional Clinical Services",
    &["Care Assistant", "Senior Care Assistant", "Support Worker", "Nurse in Charge"],
    &["Home", "House", "Nights and Days"],
    true,
    true,
    0.15,
);
static HOUSEKEEPING: Role = role(
    "Estates and Ancillary",
    &["Domestic Assistant", "Cook", "Maintenance Worker"],
    &["Kitchen and Domestic"],
    true,
    true,
    1.2,
);
static SOCIAL_WORKER: Role = role(
    "Additional Professional Scientific and Technical",
    &["Social Worker", "Occupational Therapist", "Reablement Worker"],
    &["Adult Social Care", "Children's Services", "Reablement"],
    true,
    false,
    0.7,
);
static OFFICER: Role = role(
    "Administrative and Clerical",
    &["Officer", "Senior Officer", "Adviser", "Team Leader"],
    &["Customer Services", "Housing", "Environmental Health", "Planning", "Libraries"],
    false,
    false,
    2.1,
);
static POLICE: Role = role(
    "Administrative and Clerical",
    &["Constable", "Sergeant", "Detention Officer", "Police Staff"],
    &["Response", "Safer Neighbourhood", "Custody", "Contact Centre"],
    false,
    true,
    1.0,
);
static LECTURER: Role = role(
    "Administrative and Clerical",
    &["Lecturer", "Senior Lecturer", "Technician", "Placement Tutor"],
    &["Health Sciences", "Nursing School", "Student Services"],
    false,
    false,
    2.0,
);

/// The roles of an employer with their weights: shares of the staff record where published,
/// assumptions elsewhere.
pub(super) fn roles(geo: &Geo, organisation: &Organisation) -> Vec<(&'static Role, f64)> {
    let published: Vec<_> = geo
        .staff_shares
        .iter()
        .filter(|s| s.ods_code == organisation.id && s.group != "Unknown")
        .map(|s| (of_group(&s.group), s.share))
        .collect();
    if !published.is_empty() {
        return published;
    }
    match organisation.kind.as_str() {
        "icb" => vec![(&OFFICE, 0.85), (&NURSE, 0.1), (&DOCTOR, 0.05)],
        "gp_practice" | "gp_federation" | "gp_partnership" => {
            vec![(&GENERAL_PRACTITIONER, 0.22), (&PRACTICE_NURSE, 0.28), (&RECEPTION, 0.5)]
        }
        "community_provider" => vec![(&NURSE, 0.5), (&CARE_SUPPORT, 0.2), (&OFFICE, 0.3)],
        "county_council" => vec![(&SOCIAL_WORKER, 0.45), (&OFFICER, 0.55)],
        "district_council" => vec![(&OFFICER, 0.9), (&HOUSEKEEPING, 0.1)],
        "hospice" => vec![(&NURSE, 0.4), (&CARE_SUPPORT, 0.3), (&OFFICE, 0.3)],
        "police" => vec![(&POLICE, 1.0)],
        "university" => vec![(&LECTURER, 0.7), (&OFFICE, 0.3)],
        "contractor" => vec![(&ESTATES, 0.8), (&OFFICE, 0.2)],
        _ => vec![(&CARER, 0.78), (&HOUSEKEEPING, 0.12), (&OFFICE, 0.1)],
    }
}

fn of_group(published: &str) -> &'static Role {
    match published {
        "HCHS doctors" => &DOCTOR,
        "Nurses & health visitors" => &NURSE,
        "Midwives" => &MIDWIFE,
        "Ambulance staff" => &PARAMEDIC,
        "Support to ambulance staff" => &AMBULANCE_SUPPORT,
        "Scientific, therapeutic & technical staff" => &THERAPIST,
        "Support to ST&T staff" => &SCIENTIST,
        "Support to doctors, nurses & midwives" => &CARE_SUPPORT,
        "Hotel, property & estates" => &ESTATES,
        _ => &OFFICE,
    }
}

/// Colchester and Tendring; the other five districts are in Suffolk.
const ESSEX_DISTRICTS: [&str; 2] = ["E07000071", "E07000076"];

/// A team name, unique within its employer.
pub(super) fn team_name(organisation: &Organisation, role: &Role, number: usize, dice: &mut Dice) -> String {
    let stem = dice.pick(role.teams);
    if organisation.people <= 25 {
        return "Whole team".to_owned();
    }
    format!("{stem} {}", number + 1)
}

/// Where an employer's teams work, with weights. Trusts: their real sites, the main hospitals
/// most; practices and councils: their own address; care providers: invented homes in the area.
pub(super) fn bases<'g>(geo: &'g Geo, organisation: &Organisation, dice: &mut Dice) -> Vec<(&'g Postcode, f64)> {
    let own = geo.postcodes.find(&organisation.postcode).expect("employers sit in the area");
    let mut bases = vec![(own, 1.0)];
    match organisation.sector.as_str() {
        "nhs" => {
            let mut seen: Vec<&Postcode> = geo
                .sites
                .iter()
                .filter(|s| s.id.starts_with(&organisation.id) && s.kind == "nhs_trust_site")
                .filter_map(|s| geo.postcodes.find(&s.postcode))
                .filter(|p| p.in_snee_ics)
                .collect();
            seen.sort_by(|a, b| a.text.cmp(&b.text));
            seen.dedup_by(|a, b| a.text == b.text);
            let many = seen.len().max(1) as f64;
            match organisation.id.as_str() {
                "RDE" => {
                    let ipswich = geo.postcodes.find("IP4 5PD").expect("Ipswich Hospital");
                    bases.push((ipswich, 0.95));
                    bases.extend(seen.iter().map(|&p| (p, 0.7 / many)));
                }
                "RGR" => bases.extend(seen.iter().map(|&p| (p, 0.4 / many))),
                _ => bases.extend(seen.iter().map(|&p| (p, 6.0 / many))),
            }
        }
        "social_care" | "voluntary" | "contractor" => {
            for _ in 0..organisation.people / 40 {
                bases.push((invented_base(geo, dice, |_| true), 0.8));
            }
        }
        "council" if organisation.kind == "county_council" => {
            let in_essex = organisation.id == "ECC";
            let own_county = |p: &Postcode| ESSEX_DISTRICTS.contains(&p.district) == in_essex;
            for _ in 0..6 {
                bases.push((invented_base(geo, dice, own_county), 0.3));
            }
        }
        _ => {}
    }
    bases
}

/// A residential postcode near a random practice: homes and offices are where people are.
fn invented_base<'g>(geo: &'g Geo, dice: &mut Dice, fits: impl Fn(&Postcode) -> bool) -> &'g Postcode {
    loop {
        let practice = dice.pick(&geo.practices);
        let homes = geo.postcodes.homes_near(practice.lat, practice.lon);
        if !homes.is_empty() {
            let base = &geo.postcodes.all()[*dice.pick(homes) as usize];
            if base.in_snee_ics && fits(base) {
                return base;
            }
        }
    }
}
