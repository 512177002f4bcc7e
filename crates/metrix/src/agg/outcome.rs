//! [`Outcome`]: what an aggregate may come to.

use crate::Tags;

/// What an aggregate may come to: no value, one, or several that tags tell apart.
///
/// All numbers are one value, an `Option` is at most one, and a `Vec` of tags and numbers is as many as it has, each with
/// tags of its own beside those of the group. Where both have a tag of one name, that of the outcome holds. Integers beyond
/// 2^53 are rounded to the nearest `f64`. A value that is not finite is left out by the stream, and
/// [counted](crate::StreamStats::not_finite_results).
///
/// ```
/// use metrix::{Agg, Aggs, Outcome, Tags, tags};
/// use metrix_core::Fold;
///
/// /// The two ends, as two values.
/// struct Ends(f64, f64);
///
/// impl Outcome for Ends {
///     fn for_each(self, emit: &mut dyn FnMut(Tags, f64)) {
///         emit(tags! { "end" => "low" }, self.0);
///         emit(tags! { "end" => "high" }, self.1);
///     }
/// }
///
/// let ends = Agg::values("ends", |values: &[f64]| {
///     let low = values.iter().copied().fold(f64::INFINITY, f64::min);
///     let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
///     Ends(low, high)
/// });
/// let found = Aggs::new([ends], None)?.fold([4.0, 2.0, 9.0]);
/// assert_eq!((found[0].value, found[1].value), (2.0, 9.0));
/// assert_eq!(found[1].tags, tags! { "end" => "high" });
/// # Ok::<(), metrix::AggError>(())
/// ```
pub trait Outcome {
    /// Gives each value to `emit`, with the tags that it has beside those of the group: [`Tags::NONE`] where one value
    /// is all there can be.
    fn for_each(self, emit: &mut dyn FnMut(Tags, f64));
}

/// Numbers that are one value.
macro_rules! one_value {
    ($($number:ty),*) => { $(
        impl Outcome for $number {
            fn for_each(self, emit: &mut dyn FnMut(Tags, f64)) {
                emit(Tags::NONE, self as f64);
            }
        }
    )* };
}

one_value!(f64, f32, u64, u32, usize, i64, i32);

impl<T: Outcome> Outcome for Option<T> {
    fn for_each(self, emit: &mut dyn FnMut(Tags, f64)) {
        if let Some(outcome) = self {
            outcome.for_each(emit);
        }
    }
}

impl<T: Outcome> Outcome for Vec<(Tags, T)> {
    fn for_each(self, emit: &mut dyn FnMut(Tags, f64)) {
        for (tags, outcome) in self {
            outcome.for_each(&mut |inner: Tags, value| emit(inner.or(&tags), value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome;
    use crate::{Tags, tags};

    #[track_caller]
    fn check(outcome: impl Outcome, expected: &[(Tags, f64)]) {
        let mut emitted = Vec::new();
        outcome.for_each(&mut |tags, value| emitted.push((tags, value)));
        assert_eq!(emitted, expected);
    }

    #[test]
    fn numbers_are_one_value() {
        check(-2.5, &[(Tags::NONE, -2.5)]);
        check(0.5_f32, &[(Tags::NONE, 0.5)]);
        check(7_u64, &[(Tags::NONE, 7.0)]);
        check(-7_i32, &[(Tags::NONE, -7.0)]);
        check((1_u64 << 53) + 1, &[(Tags::NONE, 9_007_199_254_740_992.0)]);
    }

    #[test]
    fn nothing_is_no_value() {
        check(None::<f64>, &[]);
        check(Some(None::<f64>), &[]);
        check(Vec::<(Tags, f64)>::new(), &[]);
    }

    #[test]
    fn inner_tags_hold_over_outer_ones() {
        let inner = vec![(tags! { "a" => 1, "b" => 2 }, 1.0), (Tags::NONE, 2.0)];
        // A vector in a vector: what both name, the inner one names.
        check(
            vec![(tags! { "a" => 0, "c" => 3 }, inner)],
            &[(tags! { "a" => 1, "b" => 2, "c" => 3 }, 1.0), (tags! { "a" => 0, "c" => 3 }, 2.0)],
        );
    }
}
