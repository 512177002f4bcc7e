//! [`Buckets`]: how many numbers fell into each bucket of a grid.

use super::grid::Grid;

/// The counts of one sign's magnitudes, in one piece from about the lowest bucket that was seen to the highest.
///
/// It reaches over 64 octaves at most. What is 62 octaves or more below the highest bucket counts as if it were just above that:
/// then the order in which numbers come, and states are merged, makes no difference.
#[derive(Clone, Debug, Default)]
pub(super) struct Buckets {
    /// The bucket that is counted first.
    first: i32,
    /// The lower 16 bits of each count: so what is counted often stays near the processor.
    low: Box<[u16]>,
    /// What is above them, of as many; empty as long as there is nothing above.
    high: Box<[u64]>,
}

/// How many octaves are told apart, and how many there is room for. The difference is room above the highest bucket, so
/// that numbers that grow don't move everything each time.
const TOLD_APART: i32 = 62;
const ROOM: i32 = 64;

/// How many buckets are added at least where there are too few.
const STEP: i32 = 32;

impl Buckets {
    /// Counts `n` numbers in this bucket.
    pub(super) fn add(&mut self, grid: Grid, bucket: i32, n: u64) {
        if self.place(bucket) >= self.low.len() {
            self.make_room(grid, bucket);
        }
        self.add_at(self.place(bucket.max(self.first)), n);
    }

    /// Counts one number in this bucket, if that takes no more than an addition; says whether it has.
    #[inline(always)]
    pub(super) fn add_there(&mut self, bucket: i32) -> bool {
        let place = self.place(bucket);
        let Some(low) = self.low.get_mut(place) else { return false };
        let Some(more) = low.checked_add(1) else { return false };
        *low = more;
        true
    }

    /// Where a bucket is counted. One below the first becomes a place that no list has.
    #[inline(always)]
    fn place(&self, bucket: i32) -> usize {
        bucket.wrapping_sub(self.first) as u32 as usize
    }

    fn count(&self, place: usize) -> u64 {
        u64::from(self.low[place]) | self.high.get(place).map_or(0, |high| high << 16)
    }

    #[inline(never)]
    fn add_at(&mut self, place: usize, n: u64) {
        let count = self.count(place).saturating_add(n);
        self.low[place] = count as u16;
        if count >> 16 > 0 {
            if self.high.is_empty() {
                self.high = vec![0; self.low.len()].into();
            }
            self.high[place] = count >> 16;
        }
    }

    /// Reaches as far as this bucket, or to the lowest that is told apart from the highest.
    fn make_room(&mut self, grid: Grid, bucket: i32) {
        let (first, end) = if self.low.is_empty() { (bucket + 1, bucket) } else { (self.first, self.end()) };
        let (mut low, mut high) = (first.min(bucket), end.max(bucket + 1));
        let more = STEP.max((high - low) / 4);
        low -= if bucket < first { more } else { 0 };
        high += if bucket >= end { more } else { 0 };
        if high - low > grid.octaves(ROOM) {
            let highest = self.counts(grid).next_back().map_or(bucket, |(highest, _)| highest.max(bucket));
            high = highest + 1 + grid.octaves(ROOM - TOLD_APART);
            low = high - grid.octaves(ROOM);
        }
        if (low, high) != (self.first, self.end()) {
            let mut wider = Self { first: low, low: vec![0; (high - low) as usize].into(), high: Box::default() };
            self.counts(grid).for_each(|(bucket, n)| wider.add_at(wider.place(bucket.max(low)), n));
            *self = wider;
        }
    }

    fn end(&self) -> i32 {
        self.first + self.low.len() as i32
    }

    /// The buckets in which there are numbers, and how many, in ascending order.
    pub(super) fn counts(&self, grid: Grid) -> impl DoubleEndedIterator<Item = (i32, u64)> + '_ {
        let all = (0..self.low.len()).map(|place| (place as i32, self.count(place)));
        let there = all.filter(|&(_, n)| n > 0);
        let highest = there.clone().next_back().map_or(0, |(place, _)| place);
        let lowest = highest + 1 - grid.octaves(TOLD_APART);
        there.map(move |(place, n)| (self.first + place.max(lowest), n))
    }

    /// How many numbers there are, up to 2^64 - 1.
    pub(super) fn total(&self) -> u64 {
        (0..self.low.len()).fold(0, |total, place| total.saturating_add(self.count(place)))
    }

    /// Adds the counts of another part of the same numbers.
    pub(super) fn merge(&mut self, grid: Grid, later: &Self) {
        later.counts(grid).for_each(|(bucket, n)| self.add(grid, bucket, n));
    }
}

#[cfg(test)]
mod tests {
    use super::{Buckets, ROOM, STEP, TOLD_APART};
    use crate::fold::sketch::grid::Grid;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn of(grid: Grid, buckets: impl IntoIterator<Item = i32>) -> Buckets {
        let mut counted = Buckets::default();
        buckets.into_iter().for_each(|bucket| counted.add(grid, bucket, 1));
        counted
    }

    #[test]
    fn nothing_takes_no_memory() {
        assert_eq!(Buckets::default().low.len(), 0);
        assert_eq!(Buckets::default().total(), 0);
    }

    #[test]
    fn one_number_takes_little() {
        for bits in [0, 6, 13] {
            let one = of(Grid::with_bits(bits), [-70_000]);
            assert!(one.low.len() as i32 <= 2 * STEP + 1);
            assert!(one.counts(Grid::with_bits(bits)).eq([(-70_000, 1)]));
        }
    }

    #[test]
    fn counts_go_beyond_four_billion() {
        let grid = Grid::with_bits(6);
        let mut counted = of(grid, [5]);
        for _ in 0..40 {
            let same = counted.clone();
            counted.merge(grid, &same);
        }
        assert_eq!(counted.total(), 1 << 40);
    }

    #[test]
    fn a_count_is_of_64_bits_and_stays_at_its_end() {
        let grid = Grid::with_bits(6);
        let mut counted = of(grid, [4, 5]);
        let of_five = |counted: &Buckets| counted.counts(grid).find(|&(bucket, _)| bucket == 5).map(|(_, n)| n);
        for n in 2..200_000 {
            if !counted.add_there(5) {
                assert_eq!(n % (1 << 16), 0, "only now and then");
                counted.add(grid, 5, 1);
            }
        }
        assert_eq!(of_five(&counted), Some(199_999));
        // What is moved keeps all of it.
        counted.add(grid, 500, 1);
        assert_eq!((of_five(&counted), counted.total()), (Some(199_999), 200_001));
        for _ in 0..2 {
            counted.add(grid, 5, u64::MAX - 200_000);
        }
        assert!(!counted.add_there(5));
        counted.add(grid, 5, 1);
        assert_eq!((of_five(&counted), counted.total()), (Some(u64::MAX), u64::MAX));
    }

    #[test]
    fn what_is_far_below_the_highest_is_taken_together() {
        let grid = Grid::with_bits(6);
        let lowest = 10_000 + 1 - grid.octaves(TOLD_APART);
        for order in [[lowest - 1, lowest, lowest - 5000, 10_000], [10_000, lowest, lowest - 5000, lowest - 1]] {
            let counted = of(grid, order);
            let taken_together = counted.counts(grid).filter(|&(bucket, _)| bucket == lowest);
            assert_eq!(taken_together.map(|(_, n)| n).sum::<u64>(), 3);
            assert_eq!((counted.counts(grid).next_back(), counted.total()), (Some((10_000, 1)), 4));
        }
    }

    proptest! {
        #[test]
        fn neither_order_nor_parts_make_a_difference(
            buckets in vec(prop_oneof![0..200_i32, -66_000..131_000_i32], 0..200),
            bits in prop_oneof![Just(0_u32), Just(6)],
            at in 0..200_usize,
        ) {
            let grid = Grid::with_bits(bits);
            // As a list of numbers, each as often as it was counted.
            let list = |counted: &Buckets| -> Vec<i32> {
                counted.counts(grid).flat_map(|(bucket, n)| std::iter::repeat_n(bucket, n as usize)).collect()
            };
            let mut sorted = buckets.clone();
            sorted.sort_unstable();
            let lowest = sorted.last().map_or(0, |highest| highest + 1 - grid.octaves(TOLD_APART));
            let expected: Vec<i32> = sorted.iter().map(|&bucket| bucket.max(lowest)).collect();

            let (head, tail) = buckets.split_at(at.min(buckets.len()));
            let mut merged = of(grid, head.iter().copied());
            merged.merge(grid, &of(grid, tail.iter().copied()));
            for counted in [of(grid, buckets.iter().copied()), of(grid, sorted.iter().rev().copied()), merged] {
                prop_assert_eq!(list(&counted), &expected[..]);
                prop_assert!(counted.low.len() as i32 <= grid.octaves(ROOM));
            }
        }
    }
}
