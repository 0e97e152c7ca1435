//! Cohort: who the people are, where they work, and the lists that say so.
//!
//! - A **person** is one row however many employers name them; an **employment** is a person at an employer, under
//!   that employer's staff number, in a **team**.
//! - An **import** reads one employer's list: [`import::preview`] shows what it would change, [`import::commit`] does
//!   it or refuses, [`import::abandon`] forgets it. Every record of a list goes to a person, to a worklist item, or is
//!   skipped with a reason.
//! - What nobody may guess is a **worklist item** with an owner and a date ([`worklist`]); [`resolve::resolve`] decides it.
//!
//! States: person *active*, *merged* (into another one). Employment *current*, *not seen* (missing from the latest list),
//! *left* (the employer says so). Import *review*, *committed*, *abandoned*. Worklist item *open*, *done*.
//!
//! Invariants: one active person for an NHS number; one employment for a staff number at an employer; at most one list of
//! an employer in review; an import never makes a leaver of somebody who is only missing, and touches no booking.
//!
//! Several employers know one person: the employment committed first is the primary one. Its employer's lists may change
//! what is said of the person; other lists only fill what is blank. Access needs are united: a need once stated by anybody
//! holds. What a list does not say is not erased. So lists sent in any order again change nothing.

pub mod eligibility;
pub mod employment;
pub mod import;
pub mod matching;
pub mod pages;
pub mod person;
pub mod priority;
pub mod resolve;
pub mod routes;
pub mod store;
pub mod working_time;
pub mod worklist;
