//! Where people can go. People of one employer who start in one sector with the same access needs share the answer.

use super::{Built, Numbers};
use crate::base::ids::{AllocationId, OrganisationId, SiteId};
use crate::clinic::travel::WITHIN_SECTOR;
use crate::plan::facts::Facts;
use crate::plan::reason::Reason;
use accord_formats::{AccessNeeds, Postcode};
use accord_proof::{Allocation, Reach, WhyEmpty};
use jiff::civil::Date;
use std::collections::HashMap;
use std::ops::Range;

/// The ways of all people, each found once.
pub(super) struct Ways<'a> {
    facts: &'a Facts,
    dates: Vec<Date>,
    site_sectors: Vec<Option<String>>,
    allocations: HashMap<AllocationId, u32>,
    /// For each sector the sites by minutes, one way.
    near: HashMap<String, Vec<(u16, usize)>>,
    known: HashMap<(OrganisationId, String, u16), Found>,
    runs: HashMap<(OrganisationId, SiteId), Vec<Run>>,
}

/// First day, last day, and the allocation used in between.
type Run = (u16, u16, Option<u32>);

/// A range of [`accord_proof::Problem::reaches`], or why it is empty.
pub(super) type Found = (Range<u32>, Option<(WhyEmpty, Reason)>);

impl<'a> Ways<'a> {
    pub fn new(facts: &'a Facts, dates: &[Date]) -> Self {
        Self {
            facts,
            dates: dates.to_vec(),
            site_sectors: facts.sites.iter().map(|s| sector_of(&s.postcode)).collect(),
            allocations: HashMap::new(),
            near: HashMap::new(),
            known: HashMap::new(),
            runs: HashMap::new(),
        }
    }

    /// The reaches of somebody of `employer` who starts in `sector`.
    pub fn of(
        &mut self,
        built: &mut Built,
        numbers: &Numbers,
        employer: OrganisationId,
        sector: &str,
        needs: AccessNeeds,
    ) -> Found {
        let key = (employer, sector.to_owned(), needs.bits());
        if let Some(found) = self.known.get(&key) {
            return found.clone();
        }
        let found = self.find(built, numbers, employer, sector, needs);
        self.known.insert(key, found.clone());
        found
    }

    fn find(
        &mut self,
        built: &mut Built,
        numbers: &Numbers,
        employer: OrganisationId,
        sector: &str,
        needs: AccessNeeds,
    ) -> Found {
        let limit = self.facts.rules.travel_limit;
        let near = self.near(sector);
        let nearest = near.first().map(|(minutes, _)| *minutes);
        let start = built.problem.reaches.len() as u32;
        let mut met = (false, false, false);
        for (minutes, at) in near.into_iter().take_while(|(minutes, _)| *minutes <= limit) {
            met.0 = true;
            let site = &self.facts.sites[at];
            if !site.access.covers(needs) {
                continue;
            }
            met.1 = true;
            let runs = self.runs(built, numbers, employer, site.id);
            if runs.is_empty() {
                continue;
            }
            met.2 = true;
            if site.partner_owned {
                continue;
            }
            let there_and_back = minutes.saturating_mul(2);
            built.problem.reaches.extend(runs.into_iter().map(|(first_day, last_day, allocation)| Reach {
                site: at as u32,
                minutes: there_and_back,
                allocation,
                first_day,
                last_day,
            }));
        }
        let range = start..built.problem.reaches.len() as u32;
        let why = match met {
            _ if !range.is_empty() => None,
            (false, ..) => {
                Some((WhyEmpty::NoSiteWithinTravelLimit, Reason::NoSiteWithinTravelLimit { nearest, limit }))
            }
            (_, false, _) => Some((WhyEmpty::NoSiteWithAccess, Reason::NoSiteWithAccess)),
            (_, _, false) => Some((WhyEmpty::NoAgreement, Reason::NoAgreement)),
            // Only sites whose own system gives the times: for the planner nothing is offered there.
            _ => Some((WhyEmpty::NoProduct, Reason::PartnerOwnsSlots)),
        };
        (range, why)
    }

    /// Sites by minutes from a sector; those to which no way is known are not among them.
    fn near(&mut self, sector: &str) -> Vec<(u16, usize)> {
        if let Some(near) = self.near.get(sector) {
            return near.clone();
        }
        let minutes = |to: &str| {
            let (a, b) = if sector <= to { (sector, to) } else { (to, sector) };
            if a == b {
                return Some(WITHIN_SECTOR);
            }
            self.facts.travel.get(&(a.to_owned(), b.to_owned())).copied()
        };
        let sites = self.site_sectors.iter().enumerate();
        let mut near: Vec<(u16, usize)> = sites.filter_map(|(at, to)| Some((minutes(to.as_deref()?)?, at))).collect();
        near.sort_unstable();
        self.near.insert(sector.to_owned(), near.clone());
        near
    }

    /// The days on which agreements let the employer use the site, as runs of one allocation each.
    fn runs(
        &mut self,
        built: &mut Built,
        numbers: &Numbers,
        employer: OrganisationId,
        site: SiteId,
    ) -> Vec<Run> {
        if let Some(runs) = self.runs.get(&(employer, site)) {
            return runs.clone();
        }
        let mut runs: Vec<Run> = Vec::new();
        for (day, date) in (0u16..).zip(&self.dates) {
            let Some(permit) = self.facts.permits.find(employer, site, *date) else { continue };
            let allocation = self.facts.allocations.get(&permit.allocation).map(|left| {
                *self.allocations.entry(permit.allocation).or_insert_with(|| {
                    built.index.allocations.push(permit.allocation);
                    let employer = numbers.employer.get(&employer).copied().unwrap_or(0);
                    built.problem.allocations.push(Allocation { employer, capacity: *left });
                    built.problem.allocations.len() as u32 - 1
                })
            });
            match runs.last_mut() {
                Some(run) if run.1 + 1 == day && run.2 == allocation => run.1 = day,
                _ => runs.push((day, day, allocation)),
            }
        }
        self.runs.insert((employer, site), runs.clone());
        runs
    }
}

/// The sector of a postcode that can be read.
pub(super) fn sector_of(postcode: &str) -> Option<String> {
    Postcode::parse(postcode).ok().map(|p| p.sector().to_owned())
}
