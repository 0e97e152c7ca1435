//! Why something about clinics did not happen.

use super::csv::CsvFault;
use crate::base::refusal::Refusal;
use crate::base::table::not_taken;
use jiff::civil::Date;

/// Why something about clinics did not happen.
#[derive(Debug, Clone, PartialEq)]
pub enum ClinicRefusal {
    /// A file has faults, each with its place; nothing was written.
    Faults(Vec<CsvFault>),
    /// There is no such site.
    UnknownSite,
    /// There is no such session.
    UnknownSession,
    /// Something must be given.
    Missing(&'static str),
    /// The product's code stands for another.
    ProductTaken {
        /// The code.
        code: String,
        /// The name it stands for.
        name: String,
    },
    /// More doses are promised to bookings than would have arrived.
    StockInUse {
        /// Code of the site.
        site: String,
        /// Code of the product.
        product: String,
        /// Last day of the time in which they fall short.
        until: Date,
        /// Doses that bookings need by then.
        taken: i64,
        /// Doses that arrive in time.
        delivered: i64,
    },
}

impl Refusal for ClinicRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Faults(_) => "clinic_file_faults",
            Self::UnknownSite => "site_unknown",
            Self::UnknownSession => "session_unknown",
            Self::Missing(_) => "clinic_incomplete",
            Self::ProductTaken { .. } => "product_taken",
            Self::StockInUse { .. } => "stock_in_use",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Faults(faults) => not_taken(faults),
            Self::UnknownSite => "There is no such site.".into(),
            Self::UnknownSession => "There is no such session.".into(),
            Self::Missing(what) => format!("The {what} is missing."),
            Self::ProductTaken { code, name } => format!("The product code {code} stands for \"{name}\"."),
            Self::StockInUse { site, product, until, taken, delivered } => format!(
                "Bookings at {site} need {taken} doses of {product} by {until}, but only {delivered} would have arrived."
            ),
        }
    }

    fn next_step(&self) -> String {
        match self {
            Self::Faults(_) => "Correct the file and import it again.",
            Self::UnknownSite | Self::UnknownSession => "Look it up in the list of clinics.",
            Self::Missing(_) => "Give it and try again.",
            Self::ProductTaken { .. } => "Choose another code.",
            Self::StockInUse { .. } => "Move some bookings first, or have more delivered.",
        }
        .into()
    }
}
