//! Seeded chance. One stream per topic, so that a change in one part of the world leaves the others.

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64;

pub(crate) struct Dice(Pcg64);

impl Dice {
    /// The stream of a topic.
    pub(crate) fn new(seed: u64, topic: &str) -> Self {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for byte in topic.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Self(Pcg64::seed_from_u64(hash))
    }

    /// 0 to `n - 1`; `n` is 1 at least.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }

    /// `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as usize) as i64
    }

    /// 0 (included) to 1 (not).
    pub(crate) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True in `share` of the cases.
    pub(crate) fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// Mean 0, standard deviation 1.
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// One of a non-empty list.
    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// A place in a non-empty list of running totals.
    pub(crate) fn weighted(&mut self, totals: &[f64]) -> usize {
        let last = totals.len() - 1;
        let aim = self.unit() * totals[last];
        totals.partition_point(|&total| total <= aim).min(last)
    }

    /// Puts a list into random order.
    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.below(at + 1));
        }
    }
}

/// Running totals of weights, for [`Dice::weighted`].
pub(crate) fn totals(weights: impl IntoIterator<Item = f64>) -> Vec<f64> {
    weights
        .into_iter()
        .scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        })
        .collect()
}

/// Splits `total` into whole shares by weight (largest remainder): the shares sum to `total`, and
/// none is zero while there is enough for one each.
pub(crate) fn share_out(total: u32, weights: &[f64]) -> Vec<u32> {
    let sum: f64 = weights.iter().sum();
    let exact: Vec<f64> = weights.iter().map(|w| w / sum * f64::from(total)).collect();
    let mut shares: Vec<u32> = exact.iter().map(|x| x.floor() as u32).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    let rest = |at: usize| exact[at] - exact[at].floor();
    order.sort_by(|&a, &b| rest(b).total_cmp(&rest(a)).then(a.cmp(&b)));
    let missing = total - shares.iter().sum::<u32>();
    for &at in order.iter().cycle().take(missing as usize) {
        shares[at] += 1;
    }
    while let Some(empty) = shares.iter().position(|&n| n == 0) {
        let richest = (0..shares.len()).rev().max_by_key(|&at| shares[at]);
        let Some(richest) = richest.filter(|&at| shares[at] > 1) else {
            break;
        };
        shares[richest] -= 1;
        shares[empty] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_sum_and_none_is_left_out() {
        for total in [0, 1, 2, 3, 4, 7, 100, 20_000] {
            let shares = share_out(total, &[1000.0, 5.0, 0.1, 60.0]);
            assert_eq!(shares.iter().sum::<u32>(), total);
            assert!(total < 4 || shares.iter().all(|&n| n > 0), "{shares:?}");
        }
        assert_eq!(share_out(20, &[1.0, 9.0, 10.0]), [1, 9, 10]);
    }

    #[test]
    fn a_topic_is_a_stream_of_its_own() {
        let draw = |seed, topic| Dice::new(seed, topic).unit();
        assert_eq!(draw(1, "a").to_bits(), draw(1, "a").to_bits());
        assert_ne!(draw(1, "a").to_bits(), draw(1, "b").to_bits());
        assert_ne!(draw(1, "a").to_bits(), draw(2, "a").to_bits());
    }
}
