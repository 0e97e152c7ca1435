//! Typed ids: one registry. A `PersonId` can't be handed where a `SlotId` is wanted.
//!
//! An id is a UUID version 7, stored as text: sortable by time of making, guessable by nobody
//! who does not already hold it, equal on both engines.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use uuid::Uuid;

/// What an id is the id of. Implemented only in this file's registry.
pub trait Kind: 'static {
    /// The word used in error messages.
    const NOUN: &'static str;
}

/// The id of one `K`.
pub struct Id<K> {
    uuid: Uuid,
    kind: PhantomData<fn() -> K>,
}

impl<K> Id<K> {
    /// Wraps a UUID that is known to name a `K`.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self { uuid, kind: PhantomData }
    }

    /// The UUID itself.
    pub const fn uuid(self) -> Uuid {
        self.uuid
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.uuid.cmp(&other.uuid)
    }
}
impl<K> std::hash::Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.fmt(f)
    }
}
impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", K::NOUN, self.uuid)
    }
}

/// A text that is no id. Carries the noun so that a page can say what was looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not the id of a {0}")]
pub struct NotAnId(pub &'static str);

impl<K: Kind> FromStr for Id<K> {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        Uuid::try_parse(text).map(Self::from_uuid).map_err(|_| NotAnId(K::NOUN))
    }
}

macro_rules! registry {
    ($($kind:ident $alias:ident $noun:literal;)*) => {$(
        #[doc = concat!("Marks the id of a ", $noun, ".")]
        #[derive(Debug)]
        pub enum $kind {}
        impl Kind for $kind {
            const NOUN: &'static str = $noun;
        }
        #[doc = concat!("The id of a ", $noun, ".")]
        pub type $alias = Id<$kind>;
    )*};
}

registry! {
    Partnership PartnershipId "partnership";
    Organisation OrganisationId "organisation";
    Agreement AgreementId "agreement";
    Allocation AllocationId "allocation";
    LedgerEntry LedgerEntryId "ledger entry";
    AuditEntry AuditEntryId "audit entry";
    Event EventId "event";
    SignIn SignInId "sign-in";
    SignInLink SignInLinkId "sign-in link";
    PersonCode PersonCodeId "person's code";
    ApiKey ApiKeyId "API key";
    Person PersonId "person";
    Employment EmploymentId "employment";
    Team TeamId "team";
    Import ImportId "import";
    WorklistItem WorklistItemId "worklist item";
    Product ProductId "product";
    Site SiteId "site";
    Session SessionId "session";
    Slot SlotId "slot";
    Delivery DeliveryId "delivery";
    Campaign CampaignId "campaign";
    Booking BookingId "booking";
    Batch BatchId "batch";
    Hold HoldId "hold";
    Waiting WaitingId "place on the waiting list";
    WaitingOffer WaitingOfferId "timed offer";
    Standby StandbyId "place on the standby list";
    StandbyDraw StandbyDrawId "standby draw";
    Elsewhere ElsewhereId "report of a dose given elsewhere";
    ElsewhereFile ElsewhereFileId "file of doses given elsewhere";
    Plan PlanId "plan";
    DayEntry DayEntryId "entry of a clinic's day";
    DayPack DayPackId "day pack";
    CapacityChange CapacityChangeId "capacity change";
}
