//! One file a command.

pub mod import;
pub mod plan;
pub mod publish;
