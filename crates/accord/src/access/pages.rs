//! The doors: a person's code and date of birth, and the one-time link of staff.

use askama::Template;

use crate::base::page::{OpsFrame, PersonFrame, Problem, Sample, problem_of, sample_ops, sample_person};

/// Where a person enters code and date of birth. A code that is wrong and a date that does not fit it give the same page, so that
/// nobody learns whether a code exists.
#[derive(Debug, Clone, Template)]
#[template(path = "access/person_sign_in.html")]
pub struct PersonSignIn {
    /// Frame; nobody is signed in.
    pub frame: PersonFrame,
    /// The code as typed or as the link brought it.
    pub code: String,
    /// Day, month and year as typed.
    pub born: [String; 3],
    /// What is wrong; fields "code" and "day".
    pub problems: Vec<Problem>,
    /// What a code looks like.
    pub example: String,
    /// Idempotency key.
    pub key: String,
}

impl PersonSignIn {
    fn has(&self, field: &str) -> bool {
        problem_of(&self.problems, field).is_some()
    }

    /// The one answer to a code and a date that do not belong together.
    pub fn no_match() -> Vec<Problem> {
        let text = "This code and date of birth do not belong together. Check both against your message and try again.";
        vec![Problem { field: "code", text: text.to_owned() }]
    }
}

/// A person's way in that does not open.
#[derive(Debug, Clone, Template)]
#[template(path = "access/person_shut.html")]
pub struct PersonShut {
    /// Frame.
    pub frame: PersonFrame,
    /// Why.
    pub why: Shut,
}

/// Why a person's way in does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shut {
    /// Too many tries; minutes until the next one.
    Locked(u32),
    /// The code was replaced by a newer one.
    Replaced,
    /// The campaign it belonged to is over.
    Expired,
    /// The person signed out, or stayed away too long.
    SignedOut,
}

impl Shut {
    fn heading(self) -> &'static str {
        match self {
            Self::Locked(_) => "Wait a little before you try again",
            Self::Replaced => "You have a newer code",
            Self::Expired => "This code is no longer in use",
            Self::SignedOut => "You are signed out",
        }
    }

    fn sentences(self) -> Vec<String> {
        match self {
            Self::Locked(minutes) => vec![
                format!("The code or date of birth was wrong several times. To keep your details safe you can try again in {}.",
                    crate::base::words::duration(minutes)),
                "Your appointments have not changed. If you are sure of both, ring us: your employer may have sent us a wrong date of birth, and we can put that right.".into(),
            ],
            Self::Replaced => vec!["We sent you a new code, and the old one stopped working. Look for our latest message or letter.".into(),
                "Your appointments have not changed.".into()],
            Self::Expired => vec!["The appointments it was for are over. If we invite you again, you will get a new code.".into()],
            Self::SignedOut => vec!["Everything you confirmed or changed is kept. You can close this page.".into()],
        }
    }

    fn may_try_again(self) -> bool {
        matches!(self, Self::Replaced | Self::SignedOut)
    }
}

/// What the page of a staff link shows. Opening it changes nothing (link scanners open everything): the button signs in.
#[derive(Debug, Clone, Template)]
#[template(path = "access/staff_link.html")]
pub struct StaffSignIn {
    /// Frame with nobody signed in.
    pub frame: OpsFrame,
    /// State of the link.
    pub state: StaffLink,
}

/// State of a one-time link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaffLink {
    /// Opens.
    Ready {
        /// The role it gives.
        role: String,
        /// At which organisation.
        organisation: String,
        /// The link's secret, posted back.
        token: String,
        /// Idempotency key.
        key: String,
    },
    /// Used already.
    Used,
    /// Too old.
    Expired,
    /// No link at all: somebody who is not signed in asked for a page.
    None,
}

impl StaffLink {
    fn heading(&self) -> &'static str {
        match self {
            Self::Ready { .. } => "Sign in to Accord",
            Self::Used => "This link has been used",
            Self::Expired => "This link is too old",
            Self::None => "You are not signed in",
        }
    }
}

/// One sample of each state.
pub fn samples() -> Vec<Sample> {
    let frame = || PersonFrame { sign_out_key: None, ..sample_person() };
    let sign_in = |code: &str, born: [&str; 3], problems| PersonSignIn {
        frame: frame(),
        code: code.into(),
        born: born.map(str::to_owned),
        problems,
        example: "K7QX-M2DP-R4".into(),
        key: "k-1".into(),
    };
    let missing = vec![
        Problem { field: "code", text: "Enter your code. It has 10 letters and numbers.".into() },
        Problem { field: "day", text: "Enter your date of birth as day, month and year.".into() },
    ];
    let shut = |why| PersonShut { frame: frame(), why };
    let staff = |state| StaffSignIn { frame: OpsFrame { signed_in: None, ..sample_ops("") }, state };
    let ready = StaffLink::Ready {
        role: "Campaign lead".into(),
        organisation: "Example Hospitals <script>alert(1)</script>".into(),
        token: "t".into(),
        key: "k".into(),
    };
    vec![
        Sample::of("access-sign-in-empty", &sign_in("", ["", "", ""], vec![])),
        Sample::of("access-sign-in-missing", &sign_in("", ["", "", ""], missing)),
        Sample::of("access-sign-in-no-match", &sign_in("<script>K7QX", ["31", "2", "1984"], PersonSignIn::no_match())),
        Sample::of("access-locked", &shut(Shut::Locked(15))),
        Sample::of("access-replaced", &shut(Shut::Replaced)),
        Sample::of("access-expired", &shut(Shut::Expired)),
        Sample::of("access-signed-out", &shut(Shut::SignedOut)),
        Sample::of("access-staff-ready", &staff(ready)),
        Sample::of("access-staff-used", &staff(StaffLink::Used)),
        Sample::of("access-staff-expired", &staff(StaffLink::Expired)),
        Sample::of("access-staff-none", &staff(StaffLink::None)),
    ]
}
