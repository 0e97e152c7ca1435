//! A set of days of the horizon.

/// The longest horizon, in days: an 84-day interval twice over and some room.
pub const MAX_DAYS: u16 = 192;

/// A set of days, day 0 being the first of the horizon. Days at or beyond [`MAX_DAYS`] are never in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DayMask(pub [u64; 3]);

impl DayMask {
    /// No day.
    pub const EMPTY: Self = Self([0; 3]);

    /// The first `days` days of the horizon.
    #[must_use]
    pub fn first(days: u16) -> Self {
        (0..days).collect()
    }

    /// Is `day` in the set?
    #[must_use]
    pub fn has(&self, day: u16) -> bool {
        day < MAX_DAYS && self.0[usize::from(day / 64)] >> (day % 64) & 1 == 1
    }

    /// Adds `day`; days beyond [`MAX_DAYS`] are ignored.
    pub fn add(&mut self, day: u16) {
        if day < MAX_DAYS {
            self.0[usize::from(day / 64)] |= 1 << (day % 64);
        }
    }

    /// Takes `day` out.
    pub fn remove(&mut self, day: u16) {
        if day < MAX_DAYS {
            self.0[usize::from(day / 64)] &= !(1 << (day % 64));
        }
    }

    /// The days in both sets.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self([self.0[0] & other.0[0], self.0[1] & other.0[1], self.0[2] & other.0[2]])
    }

    /// The days in either set.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self([self.0[0] | other.0[0], self.0[1] | other.0[1], self.0[2] | other.0[2]])
    }

    /// How many days the set has.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.0.iter().map(|w| w.count_ones()).sum()
    }

    /// Is the set empty?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0 == [0; 3]
    }

    /// The days of the set, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        (0..MAX_DAYS).filter(|d| self.has(*d))
    }
}

impl FromIterator<u16> for DayMask {
    fn from_iter<I: IntoIterator<Item = u16>>(days: I) -> Self {
        let mut mask = Self::EMPTY;
        for day in days {
            mask.add(day);
        }
        mask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_the_days_it_was_given_and_no_other() {
        let days = [0, 5, 63, 64, 127, 128, 191];
        let mask: DayMask = days.into_iter().chain([192, 4000]).collect();
        assert_eq!(mask.iter().collect::<Vec<_>>(), days);
        assert_eq!(mask.count(), 7);
        assert!(!mask.has(192) && !mask.has(1));
    }

    #[test]
    fn combines_like_sets() {
        let a: DayMask = [1, 70].into_iter().collect();
        let b: DayMask = [70, 130].into_iter().collect();
        assert_eq!(a.and(b).iter().collect::<Vec<_>>(), [70]);
        assert_eq!(a.or(b).count(), 3);
        let mut c = a;
        c.remove(70);
        assert_eq!(c, DayMask::first(2).and(a));
        assert!(a.and(DayMask::EMPTY).is_empty());
    }
}
