//! Why somebody has no course: a code for counts and filters, a sentence for the person, and what would help.

use super::facts::Rules;
use super::problem::Index;
use accord_planner::Reason as Found;
use accord_proof::WhyEmpty;

/// Why one person could not be placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No employment that has not ended.
    NotEmployed,
    /// The campaign has a lowest age and no date of birth is known.
    NoDateOfBirth,
    /// Below the lowest age throughout the campaign.
    TooYoung {
        /// That age, in years.
        age_min: u16,
    },
    /// Neither home nor workplace is known.
    NoAddress,
    /// No site lies within the travel limit.
    NoSiteWithinTravelLimit {
        /// Minutes to the nearest site, where a way is known.
        nearest: Option<u16>,
        /// The limit in minutes.
        limit: u16,
    },
    /// No site within the limit has the access needed.
    NoSiteWithAccess,
    /// No agreement lets the employer use a suitable site.
    NoAgreement,
    /// The only suitable sites give their times by their own system.
    PartnerOwnsSlots,
    /// None of the products may be given, or none is given within reach.
    NoProduct,
    /// Not one half-day on which they can come.
    NeverAvailable,
    /// No clinic within reach when they can come.
    NoClinicWhenAvailable,
    /// No two clinics the right number of days apart.
    NoIntervalFits {
        /// Fewest days.
        min: u16,
        /// Most days.
        max: u16,
    },
    /// Too many of the team would be away.
    CoverShort,
    /// The employer's share is used up.
    AllocationShort,
    /// No dose is left.
    SupplyShort,
    /// The clinics are full.
    CapacityShort {
        /// The nearest of them.
        near: String,
    },
    /// Others would lose more by it.
    Outweighed,
}

impl Reason {
    /// From what the planner found.
    pub(super) fn of(found: &Found, index: &Index, rules: &Rules) -> Self {
        match found {
            Found::NoSite(Some(WhyEmpty::NoSiteWithAccess)) => Self::NoSiteWithAccess,
            Found::NoSite(Some(WhyEmpty::NoAgreement)) => Self::NoAgreement,
            Found::NoSite(Some(WhyEmpty::NoProduct)) | Found::NoProduct => Self::NoProduct,
            Found::NoSite(_) => Self::NoSiteWithinTravelLimit { nearest: None, limit: rules.travel_limit },
            Found::NeverAvailable => Self::NeverAvailable,
            Found::NoClinicWhenAvailable { .. } => Self::NoClinicWhenAvailable,
            Found::NoIntervalFits { min, max, .. } => Self::NoIntervalFits { min: *min, max: *max },
            Found::CoverShort { .. } => Self::CoverShort,
            Found::AllocationShort { .. } => Self::AllocationShort,
            Found::SupplyShort { .. } => Self::SupplyShort,
            Found::CapacityShort { near, .. } => {
                Self::CapacityShort { near: index.site_names.get(*near as usize).cloned().unwrap_or_default() }
            }
            Found::Outweighed { .. } => Self::Outweighed,
        }
    }

    /// Stable, for counts, filters and tests.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotEmployed => "not_employed",
            Self::NoDateOfBirth => "no_date_of_birth",
            Self::TooYoung { .. } => "too_young",
            Self::NoAddress => "no_address",
            Self::NoSiteWithinTravelLimit { .. } => "no_site_within_travel_limit",
            Self::NoSiteWithAccess => "no_site_with_access",
            Self::NoAgreement => "no_agreement",
            Self::PartnerOwnsSlots => "partner_owns_slots",
            Self::NoProduct => "no_product",
            Self::NeverAvailable => "never_available",
            Self::NoClinicWhenAvailable => "no_clinic_when_available",
            Self::NoIntervalFits { .. } => "no_interval_fits",
            Self::CoverShort => "cover_short",
            Self::AllocationShort => "allocation_short",
            Self::SupplyShort => "supply_short",
            Self::CapacityShort { .. } => "capacity_short",
            Self::Outweighed => "outweighed",
        }
    }

    /// What stands in the way, and what is done about it.
    pub fn sentence(&self) -> String {
        format!("{} {}", self.what(), self.next_step())
    }

    fn what(&self) -> String {
        match self {
            Self::NotEmployed => "We have no current job for you with an organisation that takes part.".into(),
            Self::NoDateOfBirth => "We do not have your date of birth, and this campaign has a lowest age.".into(),
            Self::TooYoung { age_min } => format!("This campaign is for people aged {age_min} and over."),
            Self::NoAddress => {
                "We know neither your home postcode nor where you work, so we cannot choose a clinic.".into()
            }
            Self::NoSiteWithinTravelLimit { nearest: Some(minutes), limit } => format!(
                "We could not find a clinic within your travel limit of {limit} minutes: the nearest is about {minutes} minutes away."
            ),
            Self::NoSiteWithinTravelLimit { nearest: None, limit } => {
                format!("We could not find a clinic within your travel limit of {limit} minutes.")
            }
            Self::NoSiteWithAccess => "No clinic within your travel limit has the access you need.".into(),
            Self::NoAgreement => "No clinic near you has an agreement with your employer yet.".into(),
            Self::PartnerOwnsSlots => {
                "The clinics near you give their times by their own system, which we cannot book yet.".into()
            }
            Self::NoProduct => "No clinic near you gives what you may have.".into(),
            Self::NeverAvailable => "By your rota and leave there is no half-day on which you can come.".into(),
            Self::NoClinicWhenAvailable => "No clinic near you is open on the days you can come.".into(),
            Self::NoIntervalFits { min, max } => format!(
                "We could not find appointments for you that are {min} to {max} days apart on days you can come."
            ),
            Self::CoverShort => "On the days you can come too many of your team would be away at the same time.".into(),
            Self::AllocationShort => "The places agreed for your employer at the clinics near you are used up.".into(),
            Self::SupplyShort => "The doses for the clinics near you are spoken for on the days you can come.".into(),
            Self::CapacityShort { near } if near.is_empty() => {
                "The clinics near you are full on the days you can come.".into()
            }
            Self::CapacityShort { near } => {
                format!("The clinics near you are full on the days you can come; the nearest is {near}.")
            }
            Self::Outweighed => "The places that would suit you went to people who need them sooner.".into(),
        }
    }

    /// What would help.
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::NotEmployed => "Ask your employer to add you to its list.",
            Self::NoDateOfBirth => "Tell your employer or the campaign team your date of birth.",
            Self::TooYoung { .. } => "Ask the campaign team if you have been asked to come all the same.",
            Self::NoAddress => "Tell your employer or the campaign team your postcode.",
            Self::NoSiteWithinTravelLimit { .. } => {
                "You can choose a clinic further away, or wait for one nearer to open."
            }
            Self::NoSiteWithAccess => "The campaign team looks for a clinic that suits you; ring them if you know one.",
            Self::NoAgreement => "The campaign team asks the clinics for an agreement; you need do nothing.",
            Self::PartnerOwnsSlots => "Book with the clinic itself and tell us, or ring the campaign team.",
            Self::NoProduct => "The campaign team looks for a clinic that does.",
            Self::NeverAvailable | Self::NoClinicWhenAvailable | Self::NoIntervalFits { .. } => {
                "Choose times yourself if your rota or leave has changed, or ring the campaign team."
            }
            Self::CoverShort => "Ask your manager whether one more may go, or choose a day off.",
            Self::AllocationShort => "The campaign team asks for more; you are in the next plan.",
            Self::SupplyShort => "You are in the next plan, when more are delivered.",
            Self::CapacityShort { .. } | Self::Outweighed => {
                "You are in the next plan, and first in line when a place comes free."
            }
        }
    }

    /// For the campaign lead: the reason of a code, in few words.
    pub fn title(code: &str) -> String {
        match code {
            "not_employed" => "No current job with a partner",
            "no_date_of_birth" => "No date of birth",
            "too_young" => "Below the lowest age",
            "no_address" => "No home or workplace known",
            "no_site_within_travel_limit" => "No clinic within the travel limit",
            "no_site_with_access" => "No clinic with the access needed",
            "no_agreement" => "No agreement with a clinic nearby",
            "partner_owns_slots" => "Only clinics whose own system gives the times",
            "no_product" => "No suitable product nearby",
            "never_available" => "Never free by rota and leave",
            "no_clinic_when_available" => "No clinic open when they can come",
            "no_interval_fits" => "No two clinics the right days apart",
            "cover_short" => "Too many of the team would be away",
            "allocation_short" => "The employer's allocation is used up",
            "supply_short" => "No dose left",
            "capacity_short" => "Clinics are full",
            "outweighed" => "Others needed the place sooner",
            // A refusal at publishing keeps its own code.
            other => return other.replace('_', " "),
        }
        .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_says_what_and_what_next() {
        let all = [
            Reason::NotEmployed,
            Reason::NoDateOfBirth,
            Reason::TooYoung { age_min: 18 },
            Reason::NoAddress,
            Reason::NoSiteWithinTravelLimit { nearest: Some(55), limit: 30 },
            Reason::NoSiteWithinTravelLimit { nearest: None, limit: 30 },
            Reason::NoSiteWithAccess,
            Reason::NoAgreement,
            Reason::PartnerOwnsSlots,
            Reason::NoProduct,
            Reason::NeverAvailable,
            Reason::NoClinicWhenAvailable,
            Reason::NoIntervalFits { min: 21, max: 28 },
            Reason::CoverShort,
            Reason::AllocationShort,
            Reason::SupplyShort,
            Reason::CapacityShort { near: "Clacton".into() },
            Reason::Outweighed,
        ];
        for reason in all {
            let sentence = reason.sentence();
            assert!(sentence.ends_with('.') && sentence.matches(". ").count() >= 1, "{sentence}");
            assert_ne!(Reason::title(reason.code()), reason.code().replace('_', " "), "{} has a title", reason.code());
        }
    }
}
