//! Parsers and printers of the field: identifiers, names, dates, rotas, access needs and staff lists.
//!
//! Everything here is pure: bytes or text in, typed values or a stated [`Fault`] out. Nothing reads a clock (today is a
//! parameter), a file or the network, and no input makes a parser panic.

pub mod access;
pub mod calendar;
pub mod csv_in;
pub mod csv_out;
pub mod date;
pub mod email;
pub mod fault;
pub mod nhs_number;
pub mod ods_code;
pub mod person_name;
pub mod phone;
pub mod postcode;
pub mod rota;
pub mod staff;
pub mod staff_number;

pub use access::AccessNeeds;
pub use email::Email;
pub use fault::{Fault, FaultCode, Severity};
/// A civil date without time or zone.
pub use jiff::civil::Date;
pub use nhs_number::NhsNumber;
pub use ods_code::OdsCode;
pub use person_name::PersonName;
pub use phone::Mobile;
pub use postcode::Postcode;
pub use rota::{Half, Leave, Rota};
pub use staff_number::StaffNumber;
