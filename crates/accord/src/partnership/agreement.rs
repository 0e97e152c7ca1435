//! Agreements as typed data, and the one function that says whether one allows a use.
//!
//! Everything that is not allowed is refused. A version never changes but for its end; an
//! amendment is a new version, and every booking stores which version allowed it.

use super::words::stored_words;
use crate::base::ids::{AgreementId, AllocationId, OrganisationId, SiteId};
use crate::base::refusal::Refusal;
use jiff::civil::Date;

stored_words! {
    /// What an agreement is about; never two of these in one.
    AgreementKind, "a kind of agreement" {
        /// Whose sessions, for whom.
        Capacity = "capacity",
        /// Personal data.
        Data = "data",
        /// People lent.
        Workforce = "workforce",
        /// Stock and equipment.
        MutualAid = "mutual_aid",
        /// Money.
        PooledFund = "pooled_fund",
    }
}

stored_words! {
    /// Where an agreement stands.
    AgreementState, "a state of an agreement" {
        /// Written, not signed.
        Draft = "draft",
        /// Signed; allows what it says between its dates.
        InForce = "in_force",
        /// Held up for a while; allows nothing new.
        Suspended = "suspended",
        /// Over; allows nothing new.
        Ended = "ended",
    }
}

stored_words! {
    /// What becomes of bookings already made when an agreement ends.
    AtEnd, "what happens at an agreement's end" {
        /// They stay.
        Honour = "honour",
        /// They are planned anew elsewhere.
        Move = "move",
        /// They are cancelled.
        Cancel = "cancel",
    }
}

/// An employer that may use the host's capacity, and the counter it uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Party {
    /// The counter.
    pub allocation: AllocationId,
    /// Who.
    pub employer: OrganisationId,
    /// At this site only; none: at every site of the agreement.
    pub site: Option<SiteId>,
}

/// One version of an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// The same for all versions.
    pub id: AgreementId,
    /// From 1.
    pub version: i64,
    /// What it is about.
    pub kind: AgreementKind,
    /// For people.
    pub title: String,
    /// Who gives the capacity.
    pub host: OrganisationId,
    /// What for, word for word the campaign's purpose.
    pub purpose: String,
    /// First day, inclusive.
    pub from: Date,
    /// Last day, inclusive.
    pub until: Date,
    /// Where it stands.
    pub state: AgreementState,
    /// What becomes of bookings when it ends.
    pub at_end: AtEnd,
    /// Who signed, as one line of text.
    pub signed_by: String,
    /// The sites it covers: all of them, or those that were asked about.
    pub sites: Vec<SiteId>,
    /// The employers it covers: all of them, or those that were asked about.
    pub parties: Vec<Party>,
}

impl Agreement {
    /// The counter an employer uses at a site: one for that very site comes before one for all, the
    /// earlier id before the later.
    pub fn allocation_for(&self, employer: OrganisationId, site: SiteId) -> Option<AllocationId> {
        let fits = |p: &&Party| p.employer == employer && p.site.is_none_or(|s| s == site);
        self.parties.iter().filter(fits).min_by_key(|p| (p.site.is_none(), p.allocation)).map(|p| p.allocation)
    }
}

/// A use of somebody's capacity that is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use<'a> {
    /// Whose employee comes.
    pub employer: OrganisationId,
    /// Where to.
    pub site: SiteId,
    /// What for.
    pub purpose: &'a str,
    /// On which day.
    pub date: Date,
}

/// Why an agreement does not allow a use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AgreementRefusal {
    /// Nobody agreed to anything between these two.
    NoAgreement,
    /// Not signed, suspended, or not begun on that day.
    NotInForce,
    /// Over before that day.
    Ended {
        /// Its last day.
        on: Date,
    },
    /// Covers other sites.
    NotThisSite,
    /// Was made for something else.
    NotThisPurpose,
    /// Covers other employers, or this one at other sites.
    NotThisEmployer,
}

/// Says whether `agreement` allows `usage`. The first reason that fails, in a fixed order: state,
/// dates, site, purpose, employer.
pub fn permits(agreement: &Agreement, usage: &Use<'_>) -> Result<(), AgreementRefusal> {
    use AgreementRefusal as No;
    match agreement.state {
        AgreementState::InForce => {}
        AgreementState::Draft | AgreementState::Suspended => return Err(No::NotInForce),
        AgreementState::Ended => return Err(No::Ended { on: agreement.until }),
    }
    if agreement.kind != AgreementKind::Capacity {
        return Err(No::NoAgreement);
    }
    if usage.date < agreement.from {
        return Err(No::NotInForce);
    }
    if usage.date > agreement.until {
        return Err(No::Ended { on: agreement.until });
    }
    if !agreement.sites.contains(&usage.site) {
        return Err(No::NotThisSite);
    }
    if agreement.purpose != usage.purpose {
        return Err(No::NotThisPurpose);
    }
    agreement.allocation_for(usage.employer, usage.site).map(|_| ()).ok_or(No::NotThisEmployer)
}

/// What allows a use: the agreement, its version and the counter; stored with the booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Permit {
    /// Which agreement.
    pub agreement: AgreementId,
    /// Which version of it.
    pub version: i64,
    /// Which counter the booking takes from.
    pub allocation: AllocationId,
}

/// Chooses among agreements that name the employer at the site, each with its counter there. A counter
/// for that very site comes before one for all sites, then the earlier agreement. Where none allows the
/// use, the reason of the one that came furthest; without any, [`AgreementRefusal::NoAgreement`].
pub fn choose<'a>(
    named: impl IntoIterator<Item = (&'a Agreement, AllocationId)>,
    usage: &Use<'_>,
) -> Result<Permit, AgreementRefusal> {
    let mut best: Option<(bool, Permit)> = None;
    let mut refusal = AgreementRefusal::NoAgreement;
    for (agreement, allocation) in named {
        match permits(agreement, usage) {
            Ok(()) => {
                let general = agreement.parties.iter().any(|p| p.allocation == allocation && p.site.is_none());
                let permit = Permit { agreement: agreement.id, version: agreement.version, allocation };
                let better = best.is_none_or(|(g, b)| (general, permit.agreement) < (g, b.agreement));
                if better {
                    best = Some((general, permit));
                }
            }
            Err(no) if no.depth() > refusal.depth() => refusal = no,
            Err(_) => {}
        }
    }
    best.map(|(_, permit)| permit).ok_or(refusal)
}

impl AgreementRefusal {
    /// How many of the checks of [`permits`] passed before this one.
    const fn depth(self) -> u8 {
        match self {
            Self::NoAgreement => 0,
            Self::NotInForce => 1,
            Self::Ended { .. } => 2,
            Self::NotThisSite => 3,
            Self::NotThisPurpose => 4,
            Self::NotThisEmployer => 5,
        }
    }
}

impl Refusal for AgreementRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NoAgreement => "no_agreement",
            Self::NotInForce => "agreement_not_in_force",
            Self::Ended { .. } => "agreement_ended",
            Self::NotThisSite => "agreement_not_this_site",
            Self::NotThisPurpose => "agreement_not_this_purpose",
            Self::NotThisEmployer => "agreement_not_this_employer",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::NoAgreement => "No agreement lets this employer's people use this clinic.".into(),
            Self::NotInForce => "The agreement for this clinic is not in force on that day.".into(),
            Self::Ended { on } => format!("The agreement for this clinic ended on {on}."),
            Self::NotThisSite => "The agreement does not cover this clinic.".into(),
            Self::NotThisPurpose => "The agreement was made for another purpose.".into(),
            Self::NotThisEmployer => "The agreement does not cover this employer at this clinic.".into(),
        }
    }

    fn next_step(&self) -> String {
        match self {
            Self::NotInForce | Self::Ended { .. } => "Choose another day or clinic, or ask the host to extend it.",
            Self::NoAgreement | Self::NotThisSite | Self::NotThisPurpose | Self::NotThisEmployer => {
                "Choose another clinic, or ask the campaign lead for an agreement with the host."
            }
        }
        .into()
    }
}
