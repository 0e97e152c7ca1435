//! A store in memory whose use cases run on the caller's own thread: for simulations and models, where everything must
//! come again from a seed and a thousand stores a minute are made.
//!
//! The same SQLite, schema and transactions as in a folder. Not here: threads, groups of commits, syncs, other readers.

use super::crew::Crew;
use super::{Conn, Db, StoreError, lite};
use crate::base::clock::{Chance, Clock};

impl Db {
    /// An empty store in memory; [`super::migrate::migrate`] gives it the schema. It goes with its last handle.
    pub fn in_memory(clock: Clock, chance: Chance) -> Result<Self, StoreError> {
        Ok(Self::of_memory(lite::in_memory()?, clock, chance))
    }

    /// Another store in memory with the rows of this one, which must be in memory itself.
    pub fn copied(&self, clock: Clock, chance: Chance) -> Result<Self, StoreError> {
        let here = self.writers.here();
        match here.as_deref() {
            Some(Conn::Lite(lite)) => Ok(Self::of_memory(lite.copied()?, clock, chance)),
            _ => Err(not_in_memory()),
        }
    }

    /// Makes what runs next fail, once, after about so many steps of the engine: its transaction is undone, and the caller
    /// hears [`StoreError::Engine`]; or [`StoreError::Unknown`] where it hits the commit itself. None takes that back.
    pub fn break_off_after(&self, steps: Option<u32>) -> Result<(), StoreError> {
        let mut here = self.writers.here();
        match here.as_deref_mut() {
            Some(Conn::Lite(lite)) => lite.break_off_after(steps),
            _ => Err(not_in_memory()),
        }
    }

    fn of_memory(lite: lite::Lite, clock: Clock, chance: Chance) -> Self {
        let crew = Crew::inline(Conn::Lite(lite));
        Self::of(&crew, &crew, clock, chance)
    }
}

fn not_in_memory() -> StoreError {
    StoreError::Engine("this store is not in memory".into())
}
