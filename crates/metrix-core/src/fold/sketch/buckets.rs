//! [`Buckets`]: how many numbers fell into each bucket of a grid.

use std::hint::black_box;

use super::grid::Grid;

/// The counts of one sign's magnitudes, in one piece from about the lowest bucket that was seen to the highest.
///
/// It reaches over 64 octaves at most. What is 62 octaves or more below the highest bucket counts as if it were just above that:
/// then the order in which numbers come, and states are merged, makes no difference.
#[derive(Clone, Debug, Default)]
pub(super) struct Buckets {
    /// The bucket that is counted first.
    first: i32,
    counts: Vec<u64>,
}

/// How many octaves are told apart, and how many there is room for. The difference is room above the highest bucket, so
/// that numbers that grow don't move everything each time.
const TOLD_APART: i32 = 62;
const ROOM: i32 = 64;

/// How many buckets are added at least where there are too few.
const STEP: i32 = 32;

impl Buckets {
    /// Counts `n` numbers in this bucket.
    #[inline]
    pub(super) fn add(&mut self, grid: Grid, bucket: i32, n: u64) {
        match self.there(bucket) {
            Some(count) => *count = count.saturating_add(n),
            None => self.add_beyond(grid, bucket, n),
        }
    }

    /// Counts one number in this bucket, if there is room for it; says whether it has.
    #[inline(always)]
    pub(super) fn add_there(&mut self, bucket: i32) -> bool {
        let Some(count) = self.there(bucket) else { return false };
        // As `saturating_add`, but by a branch that is never taken, which the compiler would make a selection of: twice the
        // instructions.
        *count = count.wrapping_add(1);
        if *count == 0 {
            black_box(());
            *count = u64::MAX;
        }
        true
    }

    /// The count of a bucket, if there is room for it.
    #[inline(always)]
    fn there(&mut self, bucket: i32) -> Option<&mut u64> {
        // One below the first becomes a place that no list has.
        self.counts.get_mut(bucket.wrapping_sub(self.first) as u32 as usize)
    }

    #[cold]
    #[inline(never)]
    fn add_beyond(&mut self, grid: Grid, bucket: i32, n: u64) {
        self.make_room(grid, bucket);
        let place = (bucket.max(self.first) - self.first) as usize;
        self.counts[place] = self.counts[place].saturating_add(n);
    }

    /// Reaches as far as this bucket, or to the lowest that is told apart from the highest.
    fn make_room(&mut self, grid: Grid, bucket: i32) {
        let (first, end) = if self.counts.is_empty() { (bucket + 1, bucket) } else { (self.first, self.end()) };
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
            let mut counts = vec![0; (high - low) as usize];
            for (bucket, n) in self.counts(grid) {
                let count: &mut u64 = &mut counts[(bucket.max(low) - low) as usize];
                *count = count.saturating_add(n);
            }
            (self.first, self.counts) = (low, counts);
        }
    }

    fn end(&self) -> i32 {
        self.first + self.counts.len() as i32
    }

    /// The buckets in which there are numbers, and how many, in ascending order.
    pub(super) fn counts(&self, grid: Grid) -> impl DoubleEndedIterator<Item = (i32, u64)> + '_ {
        let highest = self.counts.iter().rposition(|&n| n > 0).map_or(0, |place| place as i32);
        let lowest = highest + 1 - grid.octaves(TOLD_APART);
        let there = self.counts.iter().enumerate().filter(|&(_, &n)| n > 0);
        there.map(move |(place, &n)| (self.first + (place as i32).max(lowest), n))
    }

    /// How many numbers there are, up to 2^64 - 1.
    pub(super) fn total(&self) -> u64 {
        self.counts.iter().fold(0, |total, &n| total.saturating_add(n))
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
        assert_eq!(Buckets::default().counts.capacity(), 0);
        assert_eq!(Buckets::default().total(), 0);
    }

    #[test]
    fn one_number_takes_little() {
        for bits in [0, 6, 13] {
            let one = of(Grid::with_bits(bits), [-70_000]);
            assert!(one.counts.len() as i32 <= 2 * STEP + 1);
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
                prop_assert!(counted.counts.len() as i32 <= grid.octaves(ROOM));
            }
        }
    }
}
