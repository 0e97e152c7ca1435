//! Sites: where clinics are held, what each offers, and who owns its slots.

use super::refusal::ClinicRefusal;
use super::store::site as store;
use crate::base::audit;
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{OrganisationId, SiteId};
use crate::base::outbox;
use crate::partnership::words::stored_words;
use accord_formats::AccessNeeds;

stored_words! {
    /// Who owns a site's slots.
    SlotsOwner, "who owns a site's slots" {
        /// Accord: the partner's system is a copy.
        Accord = "accord",
        /// The partner: nobody is told a time before its system has confirmed it.
        Partner = "partner",
    }
}

stored_words! {
    /// Whether anything can still be booked here.
    OpenState, "open or closed" {
        /// It can.
        Open = "open",
        /// It can't; what is booked is for whoever heard the event.
        Closed = "closed",
    }
}

/// A site.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Ours.
    pub id: SiteId,
    /// Who gives its capacity.
    pub host: OrganisationId,
    /// All that its file says.
    pub facts: SiteFacts,
}

/// What a site's file says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteFacts {
    /// The partnership's own id of it, from the file.
    pub code: String,
    /// Name.
    pub name: String,
    /// hospital_hub, vaccination_centre, gp_led, pharmacy ...
    pub kind: String,
    /// Street and town.
    pub address: String,
    /// Postcode in normal form.
    pub postcode: String,
    /// Degrees, WGS84.
    pub lat: f64,
    /// Degrees, WGS84.
    pub lon: f64,
    /// District code, or empty.
    pub district: String,
    /// To ring, or empty.
    pub phone: String,
    /// What it offers.
    pub access: AccessNeeds,
    /// For people who come, or empty.
    pub note: String,
    /// As in the national service's file, or empty.
    pub ods_code: String,
    /// As in the national service's file, or empty.
    pub icb: String,
    /// As in the national service's file, or empty.
    pub region: String,
    /// As in the national service's file, or empty.
    pub site_type: String,
    /// Who owns the slots.
    pub slots_owner: SlotsOwner,
    /// Whether anything can be booked.
    pub state: OpenState,
}

/// Closes a site: nothing new is booked there. Its bookings are for whoever hears the event.
pub fn close(tx: &mut Tx<'_>, id: SiteId) -> Result<(), Stop<ClinicRefusal>> {
    let site = store::by_id(tx, id)?.ok_or(Stop::Refused(ClinicRefusal::UnknownSite))?;
    store::close(tx, id)?;
    outbox::append(tx, "site_closed", &id.to_string(), "{}")?;
    let done = audit::Done {
        organisation: Some(site.host),
        verb: "close",
        noun: "site",
        noun_id: id.to_string(),
        detail: "{}".into(),
    };
    audit::record(tx, &done)?;
    Ok(())
}

/// All sites, by code.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Site>, StoreError> {
    store::all(tx)
}

/// The site of an id.
pub fn by_id(tx: &mut Tx<'_>, id: SiteId) -> Result<Option<Site>, StoreError> {
    store::by_id(tx, id)
}
