//! [`IntoAgg`]: all that an aggregate is given as.

use std::sync::Arc;

use super::{Agg, AggError};

/// All that an aggregate is given as: an [`Agg`], the name of a built-in one, or either with a name of its own before it.
///
/// ```
/// use metrix::{Agg, AggError, IntoAgg};
///
/// assert_eq!("sum".into_agg()?.name(), "sum");
/// assert_eq!(("total", "sum").into_agg()?.name(), "total");
/// assert_eq!(("size", Agg::values("n", |values: &[f64]| values.len())).into_agg()?.name(), "size");
/// assert!("total".into_agg().is_err());
/// # Ok::<(), AggError>(())
/// ```
pub trait IntoAgg {
    /// Makes the aggregate.
    ///
    /// # Errors
    /// If it is a name, and there is no built-in aggregate of that name.
    fn into_agg(self) -> Result<Agg, AggError>;
}

impl IntoAgg for Agg {
    fn into_agg(self) -> Result<Agg, AggError> {
        Ok(self)
    }
}

impl IntoAgg for &str {
    fn into_agg(self) -> Result<Agg, AggError> {
        self.parse()
    }
}

impl IntoAgg for String {
    fn into_agg(self) -> Result<Agg, AggError> {
        self.parse()
    }
}

impl<N: Into<Arc<str>>, A: IntoAgg> IntoAgg for (N, A) {
    fn into_agg(self) -> Result<Agg, AggError> {
        let (name, agg) = self;
        Ok(agg.into_agg()?.named(name))
    }
}
