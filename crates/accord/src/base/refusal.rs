//! A refusal is data: a code for machines, a sentence and a next step for people.
//!
//! Three kinds of error live here and nowhere else: a noun's own typed refusal (this trait),
//! [`super::db::StoreError`], and a command's message in `commands/`.

/// What every noun's refusals can tell.
pub trait Refusal: std::fmt::Debug {
    /// Stable, lower case, for APIs, logs and tests.
    fn code(&self) -> &'static str;
    /// What happened and what stays as it was, for the person in front of the page.
    fn sentence(&self) -> String;
    /// What to do next.
    fn next_step(&self) -> String;
}
