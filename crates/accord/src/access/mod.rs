//! Who may come in, and as what: one-time links for staff, a code and a date of birth for a person, a key for a program.
//!
//! A link:     ready -> used | expired.          Opening it changes nothing; its button uses it, once.
//! A sign-in:  live -> ended | idle | too old.   Idle after 30 minutes, too old after 12 hours.
//! A code:     live -> locked | revoked.         Five wrong dates lock it; a new code revokes the one before.
//! An API key: live -> revoked | over.           Opens `/api/v1` and nothing else; ends a year after it was made, or when it said.
//! A look:     open -> over.                     An operator says why, and a person's pages open to them for their sign-in.
//!
//! Invariants
//! - Tables hold keyed hashes only; whoever reads them can open nothing.
//! - Nobody looks at another person without a row in the audit that says what for, and only so often in a minute.
//! - A wrong code, a wrong date, a locked code and a person without a date get the same answer by the same work.
//! - No page without a guard: [`guard::Guard`] stands beside every route in `routes.rs`, and a handler that asks for
//!   a role the guard did not find gets "not found".
//!
//! `access` knows no cohort: [`PersonLookup`] is handed in by `app.rs`.

pub mod api_key;
pub mod guard;
pub mod look;
pub mod ops;
pub mod pages;
pub mod person_code;
pub mod routes;
pub mod rules;
pub mod search_limit;
pub mod sign_in;
pub mod sign_in_link;
mod store;

use crate::base::db::{Actor, StoreError, Tx};
use crate::base::ids::{OrganisationId, PartnershipId, PersonId, SignInId, SiteId};
use jiff::civil::Date;

/// What somebody may be, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Leads the campaign; may see every organisation's part of it.
    CampaignLead {
        /// Where the role is held, if anywhere in particular.
        organisation: Option<OrganisationId>,
    },
    /// Speaks for one employer.
    EmployerContact {
        /// Which.
        organisation: OrganisationId,
    },
    /// Works at one site.
    ClinicTeam {
        /// Which.
        site: SiteId,
    },
    /// Books at people's word, on the telephone or in front of them.
    BookingOperator,
    /// A person, at their own appointments.
    Person {
        /// Who.
        person: PersonId,
    },
}

impl Role {
    /// The word in tables and audit rows.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::CampaignLead { .. } => "campaign_lead",
            Self::EmployerContact { .. } => "employer_contact",
            Self::ClinicTeam { .. } => "clinic_team",
            Self::BookingOperator => "booking_operator",
            Self::Person { .. } => "person",
        }
    }

    /// The word on pages.
    pub const fn title(&self) -> &'static str {
        match self {
            Self::CampaignLead { .. } => "Campaign lead",
            Self::EmployerContact { .. } => "Employer contact",
            Self::ClinicTeam { .. } => "Clinic team",
            Self::BookingOperator => "Booking operator",
            Self::Person { .. } => "Person",
        }
    }

    /// The organisation the role is tied to, if it is tied to one.
    pub const fn organisation(&self) -> Option<OrganisationId> {
        match self {
            Self::CampaignLead { organisation } => *organisation,
            Self::EmployerContact { organisation } => Some(*organisation),
            Self::ClinicTeam { .. } | Self::BookingOperator | Self::Person { .. } => None,
        }
    }

    /// The site the role is tied to, if it is tied to one.
    pub const fn site(&self) -> Option<SiteId> {
        match self {
            Self::ClinicTeam { site } => Some(*site),
            _ => None,
        }
    }

    /// The person, if it is one.
    pub const fn person(&self) -> Option<PersonId> {
        match self {
            Self::Person { person } => Some(*person),
            _ => None,
        }
    }

    /// Where this role begins.
    pub fn first_page(&self) -> String {
        match self {
            Self::CampaignLead { .. } => "/campaign".into(),
            Self::EmployerContact { organisation } => format!("/organisations/{organisation}"),
            Self::ClinicTeam { site } => format!("/sites/{site}"),
            Self::BookingOperator => "/desk".into(),
            Self::Person { .. } => "/b/appointments".into(),
        }
    }
}

/// Somebody who is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedIn {
    /// The sign-in itself.
    pub id: SignInId,
    /// Which partnership it belongs to.
    pub partnership: PartnershipId,
    /// As what.
    pub role: Role,
}

impl SignedIn {
    /// The actor of everything done under this sign-in: a person by their own id, staff by the sign-in's.
    pub fn actor(&self) -> Actor {
        match self.role.person() {
            Some(person) => Actor::new(self.partnership, self.role.word(), person),
            None => Actor::new(self.partnership, self.role.word(), self.id),
        }
    }
}

/// The actor before anybody is known.
pub fn nobody(partnership: PartnershipId) -> Actor {
    Actor::new(partnership, "nobody", "-")
}

/// A person as the door needs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Who they are now: after a merge, the person who stayed.
    pub person: PersonId,
    /// Their date of birth, where it is known.
    pub born: Option<Date>,
}

/// The question `access` asks of the cohort.
pub trait PersonLookup: Send + Sync + 'static {
    /// The person behind an id; `None` when there is none. Must do the same work either way.
    fn known(&self, tx: &mut Tx<'_>, person: PersonId) -> Result<Option<Known>, StoreError>;
}
