//! A plan as files: with them, and nothing of ours but the crate `accord-proof`, anybody can check it.
//!
//! They hold indices and masks, no names; they are pseudonymised personal data all the same and go to partners only
//! under a data agreement.

use super::store;
use crate::base::db::{StoreError, Tx};
use crate::base::ids::PlanId;
use accord_proof::{Malformed, Plan, Problem, Proof, ReadError, Report};

/// The three files of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// What the plan answers.
    pub problem: Vec<u8>,
    /// The plan.
    pub plan: Vec<u8>,
    /// Value, bound and the prices behind it.
    pub proof: Vec<u8>,
}

impl Files {
    /// The encoding of the three.
    pub fn of(problem: &Problem, plan: &Plan, proof: &Proof) -> Self {
        Self {
            problem: accord_proof::write_problem(problem),
            plan: accord_proof::write_plan(plan),
            proof: accord_proof::write_proof(proof),
        }
    }
}

/// Why files cannot be checked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FileFault {
    /// One of them is not a file of its kind.
    #[error("the {file} file cannot be read: {why}")]
    Unreadable {
        /// Which.
        file: &'static str,
        /// Why.
        why: ReadError,
    },
    /// The problem is none.
    #[error("the problem file contradicts itself: {0}")]
    Malformed(Malformed),
}

/// The files of a saved plan; none: there is no such plan.
pub fn export_proof(tx: &mut Tx<'_>, plan: PlanId) -> Result<Option<Files>, StoreError> {
    let mut file = |kind| store::file(tx, plan, kind);
    Ok(match (file("problem")?, file("plan")?, file("proof")?) {
        (Some(problem), Some(plan), Some(proof)) => Some(Files { problem, plan, proof }),
        _ => None,
    })
}

/// Checks files from anywhere: every hard rule, the value, the bound. The plan is good if the report has no violations.
pub fn verify_plan_files(files: &Files) -> Result<Report, FileFault> {
    let unreadable = |file| move |why| FileFault::Unreadable { file, why };
    let problem = accord_proof::read_problem(&files.problem).map_err(unreadable("problem"))?;
    let plan = accord_proof::read_plan(&files.plan).map_err(unreadable("plan"))?;
    let proof = accord_proof::read_proof(&files.proof).map_err(unreadable("proof"))?;
    problem.validate().map_err(FileFault::Malformed)?;
    Ok(accord_proof::check(&problem, &plan, &proof))
}
