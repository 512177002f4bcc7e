//! [`Grid`]: which bucket a magnitude falls into.

/// A division of all positive finite floats into buckets, in their order: the octave from each power of two to the next is
/// cut into `2^bits` parts of equal width.
///
/// The number of a bucket is what is left of the float's bits without the lower part of its mantissa. Numbers below the
/// smallest normal float (2.2e-308) have fewer bits, so their buckets are numbered as if they were whole numbers, whose
/// bits they are, and then moved below the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    /// How many of a float's bits take no part: the lower ones of its mantissa.
    shift: u32,
}

/// The bits of the mantissa that a float stores.
const MANTISSA: u32 = f64::MANTISSA_DIGITS - 1;

/// How many octaves the float of the number 1 is above the smallest one, `2^-1074`.
const OCTAVES_BELOW_ONE: i32 = 1074;

impl Grid {
    /// 0 to 13 bits: the limits keep bucket numbers small, and lists of them too.
    pub(super) const fn with_bits(bits: u32) -> Self {
        Self { shift: MANTISSA - bits }
    }

    /// The coarsest whose error is at most this, from 0.0001 to 0.5.
    pub(super) fn with_error(error: f64) -> Self {
        let is_fine = |bits: &u32| Self::with_bits(*bits).error() <= error;
        Self::with_bits((0..13).find(is_fine).unwrap_or(13))
    }

    /// How many bits of the mantissa take part.
    const fn bits(self) -> u32 {
        MANTISSA - self.shift
    }

    /// How far the middle of a bucket is from anything in it, as a part of that: half the width of a bucket, which is
    /// least, relatively, where an octave begins.
    pub(super) fn error(self) -> f64 {
        0.5 / f64::from(1_u32 << self.bits())
    }

    /// How many buckets make so many octaves.
    pub(super) const fn octaves(self, octaves: i32) -> i32 {
        octaves << self.bits()
    }

    /// The bucket of a normal float.
    #[inline]
    pub(super) fn of_normal(self, magnitude: f64) -> i32 {
        (magnitude.to_bits() >> self.shift) as i32
    }

    /// The bucket of a float that is greater than 0 and finite.
    pub(super) fn of(self, magnitude: f64) -> i32 {
        if magnitude.is_normal() {
            return self.of_normal(magnitude);
        }
        self.of_normal(magnitude.to_bits() as f64) - self.octaves(OCTAVES_BELOW_ONE)
    }

    /// The middle of a bucket.
    pub(super) fn middle(self, bucket: i32) -> f64 {
        if bucket >= self.octaves(1) {
            return self.middle_of_normal(bucket);
        }
        // Where a bucket is narrower than the distance of two floats, the one in it is where it begins.
        let whole = self.middle_of_normal(bucket + self.octaves(OCTAVES_BELOW_ONE));
        f64::from_bits(whole as u64)
    }

    fn middle_of_normal(self, bucket: i32) -> f64 {
        f64::from_bits(((bucket as u64) << self.shift) | (1 << (self.shift - 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::Grid;
    use proptest::prelude::*;

    #[track_caller]
    fn check(grid: Grid, magnitude: f64) {
        let middle = grid.middle(grid.of(magnitude));
        let off = (middle - magnitude).abs();
        assert!(off <= grid.error() * magnitude, "{magnitude:e} counts as {middle:e} with {grid:?}");
    }

    #[test]
    fn errors_are_those_that_are_asked_for_or_less() {
        for (error, bits) in [(0.5, 0), (0.25, 1), (0.249, 2), (0.01, 6), (1.0 / 128.0, 6), (0.001, 9), (0.0001, 13)] {
            assert_eq!(Grid::with_error(error), Grid::with_bits(bits), "{error}");
            assert!(Grid::with_error(error).error() <= error);
        }
    }

    #[test]
    fn buckets_follow_each_other_through_all_octaves() {
        let grid = Grid::with_bits(6);
        let mut before = grid.of(f64::from_bits(1)) - 64;
        for octave in -1074..1024 {
            let begin = 2_f64.powi(octave.max(-1022)) * 2_f64.powi((octave + 1022).min(0));
            assert_eq!(grid.of(begin), before + 64, "2^{octave}");
            before += 64;
        }
        assert_eq!(grid.of(f64::MAX), before + 63);
    }

    #[test]
    fn the_smallest_and_the_largest_floats() {
        for bits in 0..=13 {
            let grid = Grid::with_bits(bits);
            for steps in 0..300 {
                check(grid, f64::from_bits(1 + steps));
                check(grid, f64::from_bits(f64::MIN_POSITIVE.to_bits() + steps));
                check(grid, f64::from_bits(f64::MIN_POSITIVE.to_bits() - 1 - steps));
                check(grid, f64::from_bits(f64::MAX.to_bits() - steps));
            }
        }
    }

    proptest! {
        #[test]
        fn the_middle_is_within_the_error(bits in 0..=13_u32, float in 1..f64::INFINITY.to_bits()) {
            check(Grid::with_bits(bits), f64::from_bits(float));
        }

        #[test]
        fn buckets_are_in_the_order_of_numbers(bits in 0..=13_u32, a in 1..f64::INFINITY.to_bits(), b in 1..f64::INFINITY.to_bits()) {
            let (grid, low, high) = (Grid::with_bits(bits), a.min(b), a.max(b));
            let [low, high] = [low, high].map(|bits| grid.of(f64::from_bits(bits)));
            prop_assert!(low <= high);
            prop_assert!(grid.middle(low) <= grid.middle(high));
        }
    }
}
