//! Signing, amending and ending agreements.

use super::agreement::{Agreement, AgreementKind, AgreementState, AtEnd};
use super::store::{agreement as read, signing as store};
use crate::base::audit;
use crate::base::clock::london_date;
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{Agreement as AgreementIdKind, AgreementId, OrganisationId, SiteId};
use crate::base::outbox;
use crate::base::refusal::Refusal;
use jiff::civil::Date;
use std::collections::HashSet;

/// How much one employer may use, in all appointments made under the agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NewAllocation {
    /// Who.
    pub employer: OrganisationId,
    /// At this site only; none: at every site of the agreement.
    pub site: Option<SiteId>,
    /// How many appointments; none: no limit.
    pub capacity: Option<i64>,
}

/// What is signed: the whole text of an agreement or of its amendment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAgreement {
    /// What it is about.
    pub kind: AgreementKind,
    /// For people.
    pub title: String,
    /// Who gives.
    pub host: OrganisationId,
    /// What for, word for word the campaign's purpose.
    pub purpose: String,
    /// The host's sites it covers.
    pub sites: Vec<SiteId>,
    /// First day.
    pub from: Date,
    /// Last day, inclusive.
    pub until: Date,
    /// What becomes of bookings when it ends.
    pub at_end: AtEnd,
    /// Who signed, as one line.
    pub signed_by: String,
    /// Who may use how much. Nobody else may use anything.
    pub allocations: Vec<NewAllocation>,
}

/// Why an agreement was not signed, amended or ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SigningRefusal {
    /// Title, purpose, signatory, sites or allocations are missing.
    Missing(&'static str),
    /// The last day comes before the first.
    EndsBeforeStart {
        /// First day.
        from: Date,
        /// Last day.
        until: Date,
    },
    /// The host is unknown or gives no capacity.
    NotAHost,
    /// A party is no employer of this partnership.
    NotAnEmployer(OrganisationId),
    /// A site is unknown or another host's.
    NotTheHostsSite(SiteId),
    /// An allocation is for a site the agreement does not cover.
    SiteNotCovered(SiteId),
    /// An employer has two allocations for the same.
    AllocationTwice(OrganisationId),
    /// An allocation below nought.
    Capacity(i64),
    /// More is in use than the amendment would leave.
    AllocationInUse {
        /// Whose.
        employer: OrganisationId,
        /// Appointments that count against it.
        taken: i64,
    },
    /// No such agreement.
    Unknown,
    /// It is over.
    AlreadyEnded {
        /// Its last day.
        on: Date,
    },
    /// An amendment can't change who gives.
    OtherHost,
}

/// Signs an agreement: version 1, in force between its dates.
pub fn sign(tx: &mut Tx<'_>, new: &NewAgreement) -> Result<AgreementId, Stop<SigningRefusal>> {
    check(tx, new)?;
    let id = tx.id::<AgreementIdKind>();
    store::insert_version(tx, id, 1, new)?;
    store::insert_allocations(tx, id, new.host, &new.allocations)?;
    record(tx, new.host, "sign", id, 1, "")?;
    Ok(id)
}

/// Puts a new version in the place of the current one; answers its number. Bookings keep the version
/// that allowed them. Allocations go on counting: one in use can't be taken away or cut below its use.
pub fn amend(tx: &mut Tx<'_>, id: AgreementId, new: &NewAgreement) -> Result<i64, Stop<SigningRefusal>> {
    let current = current(tx, id)?;
    if current.host != new.host {
        return Err(Stop::Refused(SigningRefusal::OtherHost));
    }
    check(tx, new)?;
    store::supersede(tx, id)?;
    let version = current.version + 1;
    store::insert_version(tx, id, version, new)?;
    change_allocations(tx, id, new)?;
    record(tx, new.host, "amend", id, version, "")?;
    Ok(version)
}

/// Ends an agreement today, for the given reason: nothing new is allowed from now on. What becomes of
/// bookings already made is for whoever hears the event; the agreement says `at_end`.
pub fn end(tx: &mut Tx<'_>, id: AgreementId, reason: &str) -> Result<Date, Stop<SigningRefusal>> {
    if reason.trim().is_empty() {
        return Err(Stop::Refused(SigningRefusal::Missing("reason")));
    }
    let current = current(tx, id)?;
    let last = london_date(tx.now()).clamp(current.from, current.until);
    store::end(tx, id, last)?;
    record(tx, current.host, "end", id, current.version, current.at_end.as_str())?;
    Ok(last)
}

fn current(tx: &mut Tx<'_>, id: AgreementId) -> Result<Agreement, Stop<SigningRefusal>> {
    let found = read::current_one(tx, id)?.ok_or(Stop::Refused(SigningRefusal::Unknown))?;
    if found.state == AgreementState::Ended {
        return Err(Stop::Refused(SigningRefusal::AlreadyEnded { on: found.until }));
    }
    Ok(found)
}

fn check(tx: &mut Tx<'_>, new: &NewAgreement) -> Result<(), Stop<SigningRefusal>> {
    shape(new).map_err(Stop::Refused)?;
    let roles = store::roles(tx)?;
    if !roles.iter().any(|r| r.id == new.host && r.is_host) {
        return Err(Stop::Refused(SigningRefusal::NotAHost));
    }
    let own: HashSet<SiteId> = store::sites_of_host(tx, new.host)?.into_iter().collect();
    if let Some(other) = new.sites.iter().find(|s| !own.contains(s)) {
        return Err(Stop::Refused(SigningRefusal::NotTheHostsSite(*other)));
    }
    let employers: HashSet<OrganisationId> = roles.iter().filter(|r| r.is_employer).map(|r| r.id).collect();
    match new.allocations.iter().find(|a| !employers.contains(&a.employer)) {
        Some(other) => Err(Stop::Refused(SigningRefusal::NotAnEmployer(other.employer))),
        None => Ok(()),
    }
}

/// What can be said without the store.
fn shape(new: &NewAgreement) -> Result<(), SigningRefusal> {
    for (text, what) in [(&new.title, "title"), (&new.purpose, "purpose"), (&new.signed_by, "signatory")] {
        if text.trim().is_empty() {
            return Err(SigningRefusal::Missing(what));
        }
    }
    if new.until < new.from {
        return Err(SigningRefusal::EndsBeforeStart { from: new.from, until: new.until });
    }
    if new.kind == AgreementKind::Capacity && new.sites.is_empty() {
        return Err(SigningRefusal::Missing("list of sites"));
    }
    if new.kind == AgreementKind::Capacity && new.allocations.is_empty() {
        return Err(SigningRefusal::Missing("list of employers"));
    }
    let mut seen = HashSet::new();
    for allocation in &new.allocations {
        if let Some(site) = allocation.site.filter(|s| !new.sites.contains(s)) {
            return Err(SigningRefusal::SiteNotCovered(site));
        }
        if let Some(capacity) = allocation.capacity.filter(|n| *n < 0) {
            return Err(SigningRefusal::Capacity(capacity));
        }
        if !seen.insert((allocation.employer, allocation.site)) {
            return Err(SigningRefusal::AllocationTwice(allocation.employer));
        }
    }
    Ok(())
}

fn change_allocations(tx: &mut Tx<'_>, id: AgreementId, new: &NewAgreement) -> Result<(), Stop<SigningRefusal>> {
    let mut added = new.allocations.clone();
    for old in store::allocations(tx, id)? {
        let kept = added.iter().position(|a| a.employer == old.employer && a.site == old.site);
        let kept = kept.map(|at| added.swap_remove(at));
        let room = kept.map_or(Some(0), |k| k.capacity);
        if room.is_some_and(|room| room < old.taken) {
            let (employer, taken) = (old.employer, old.taken);
            return Err(Stop::Refused(SigningRefusal::AllocationInUse { employer, taken }));
        }
        match kept {
            Some(kept) => store::set_capacity(tx, old.id, kept.capacity)?,
            None => store::remove_allocation(tx, old.id)?,
        }
    }
    added.sort_by_key(|a| (a.employer, a.site));
    store::insert_allocations(tx, id, new.host, &added)?;
    Ok(())
}

fn record(
    tx: &mut Tx<'_>,
    host: OrganisationId,
    verb: &str,
    id: AgreementId,
    version: i64,
    at_end: &str,
) -> Result<(), StoreError> {
    let detail = if at_end.is_empty() {
        format!("{{\"version\":{version}}}")
    } else {
        format!("{{\"version\":{version},\"at_end\":\"{at_end}\"}}")
    };
    let kind = match verb {
        "sign" => "agreement_signed",
        "amend" => "agreement_amended",
        _ => "agreement_ended",
    };
    outbox::append(tx, kind, &id.to_string(), &detail)?;
    let done = audit::Done { organisation: Some(host), verb, noun: "agreement", noun_id: id.to_string(), detail };
    audit::record(tx, &done)
}

impl Refusal for SigningRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "agreement_incomplete",
            Self::EndsBeforeStart { .. } => "agreement_ends_before_start",
            Self::NotAHost => "agreement_not_a_host",
            Self::NotAnEmployer(_) => "agreement_not_an_employer",
            Self::NotTheHostsSite(_) => "agreement_not_the_hosts_site",
            Self::SiteNotCovered(_) => "allocation_site_not_covered",
            Self::AllocationTwice(_) => "allocation_twice",
            Self::Capacity(_) => "allocation_negative",
            Self::AllocationInUse { .. } => "allocation_in_use",
            Self::Unknown => "agreement_unknown",
            Self::AlreadyEnded { .. } => "agreement_already_ended",
            Self::OtherHost => "agreement_other_host",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Missing(what) => format!("The agreement has no {what}."),
            Self::EndsBeforeStart { from, until } => {
                format!("The agreement would end on {until}, before it starts on {from}.")
            }
            Self::NotAHost => "The host is no organisation of this partnership that gives capacity.".into(),
            Self::NotAnEmployer(id) => format!("Organisation {id} is no employer of this partnership."),
            Self::NotTheHostsSite(id) => format!("Site {id} is not one of the host's sites."),
            Self::SiteNotCovered(id) => format!("An allocation is for site {id}, which the agreement does not cover."),
            Self::AllocationTwice(id) => format!("Employer {id} has two allocations for the same sites."),
            Self::Capacity(n) => format!("An allocation can't be {n}."),
            Self::AllocationInUse { employer, taken } => {
                format!("Employer {employer} has {taken} appointments under this agreement, more than would be left.")
            }
            Self::Unknown => "There is no such agreement.".into(),
            Self::AlreadyEnded { on } => format!("The agreement ended on {on}."),
            Self::OtherHost => "An amendment can't change who gives the capacity.".into(),
        }
    }

    fn next_step(&self) -> String {
        match self {
            Self::AllocationInUse { .. } => "Move or cancel some appointments first, or leave more.",
            Self::AlreadyEnded { .. } | Self::OtherHost => "Sign a new agreement.",
            Self::Unknown => "Look it up in the list of agreements.",
            Self::NotAHost | Self::NotAnEmployer(_) => "Have the organisation admitted in that role first.",
            _ => "Correct it and sign again; nothing was written.",
        }
        .into()
    }
}
