//! [`Mean`]: the arithmetic mean.

use super::{Compensated, Fold, Merge, Sum};

/// Averages numbers (all that are `Into<f64>`). The result is `None` if there was no item; the state is 24 bytes.
///
/// It is the [compensated sum](Sum) over the count, rounded once: right to the last bit where that sum is, but for a mean
/// that lies within 2^-100 of the middle between two floats. A NaN makes the mean NaN; numbers whose sum is beyond the
/// largest `f64` make it infinite.
///
/// ```
/// use metrix_core::fold::{Fold, Mean};
///
/// assert_eq!(Mean.fold([1, 2, 6]), Some(3.0));
/// assert_eq!(Mean.fold([1e16, 1.0, -1e16, 1.0]), Some(0.5)); // a plain sum loses the ones
/// assert_eq!(Mean.fold([0.0; 0]), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mean;

impl<T: Into<f64>> Fold<T> for Mean {
    /// The sum and the count.
    type State = (Compensated, u64);
    type Out = Option<f64>;

    #[inline]
    fn init(&self) -> Self::State {
        (Compensated::default(), 0)
    }

    #[inline]
    fn step(&self, (sum, count): &mut Self::State, item: T) {
        sum.add(item.into());
        *count += 1;
    }

    #[inline]
    fn finish(&self, (sum, count): Self::State) -> Option<f64> {
        (count > 0).then(|| sum.over(count))
    }
}

impl<T: Into<f64>> Merge<T> for Mean {
    #[inline]
    fn merge(&self, into: &mut Self::State, later: Self::State) {
        Merge::<f64>::merge(&Sum, &mut into.0, later.0);
        into.1 += later.1;
    }
}
