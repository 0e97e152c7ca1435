//! A plan: for each person a course, or none.

/// A course for some of the people of a [`crate::Problem`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// One entry a person, in the problem's order; `None` is unplaced.
    pub courses: Vec<Option<Course>>,
}

/// The remaining appointments of one person, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// One pick for each remaining appointment (after those already given).
    pub picks: Vec<Pick>,
}

/// One appointment: a slot of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    /// Index of the block.
    pub block: u32,
    /// Index of the slot within the block.
    pub slot: u16,
}

impl Plan {
    /// A plan that places nobody.
    #[must_use]
    pub fn empty(people: usize) -> Self {
        Self { courses: vec![None; people] }
    }

    /// How many people have no course.
    #[must_use]
    pub fn unplaced(&self) -> usize {
        self.courses.iter().filter(|c| c.is_none()).count()
    }
}
