//! The built-in aggregates, by their names.

use std::str::FromStr;

use metrix_core::fold::{Distinct, Fold};

use super::histogram::CumulativeHistogram;
use super::meant::meant;
use super::percentile::percentile_meant;
use super::stat::Stat;
use super::weighed_median::WeighedMedian;
use super::{Agg, AggError, Kind};

/// Those that are no more than a name.
pub(super) const NAMES: [&str; 13] =
    ["count", "sum", "min", "max", "mean", "median", "stdev", "variance", "range", "first", "last", "distinct", "rate"];

/// The built-in aggregate of this name; [`Agg`] lists them. Space around it, and around the bounds of a histogram, is
/// allowed.
///
/// # Errors
/// If there is none of this name, a percentile lies outside of 0 to 100, or bounds make no histogram.
impl FromStr for Agg {
    type Err = AggError;

    fn from_str(text: &str) -> Result<Self, AggError> {
        let text = text.trim();
        Ok(match text {
            "count" => Self::shared(text, Stat::Count),
            "sum" => Self::shared(text, Stat::Sum),
            "min" => Self::shared(text, Stat::Min),
            "max" => Self::shared(text, Stat::Max),
            "mean" => Self::shared(text, Stat::Mean),
            "median" => Self::built_in(text, WeighedMedian),
            "stdev" => Self::shared(text, Stat::Stdev),
            "variance" => Self::shared(text, Stat::Variance),
            "range" => Self::shared(text, Stat::Range),
            "first" => Self::shared(text, Stat::First),
            "last" => Self::shared(text, Stat::Last),
            // A negative zero has other bits than the zero that it equals; the sum of both has those of zero.
            "distinct" => Self::built_in(text, Distinct::new().premap(|value: f64| (value + 0.0).to_bits())),
            "rate" => Self { name: text.into(), kind: Kind::Rate },
            _ => return with_parameters(text),
        })
    }
}

/// See [`FromStr`](#impl-FromStr-for-Agg).
impl TryFrom<&str> for Agg {
    type Error = AggError;

    fn try_from(text: &str) -> Result<Self, AggError> {
        text.parse()
    }
}

/// The aggregates whose names say more than which they are.
fn with_parameters(text: &str) -> Result<Agg, AggError> {
    if let Some(rest) = text.strip_prefix("histogram") {
        if let Some(bounds) = rest.trim().strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            return Ok(Agg::built_in("histogram", histogram(text, bounds)?));
        }
        if rest.trim().is_empty() || rest.trim().starts_with('(') {
            return Err(AggError::NoBounds { given: text.to_owned() });
        }
    }
    if let Some(percent) = text.strip_prefix('p').filter(|rest| is_meant_as_number(rest)) {
        return Ok(Agg::shared(text, percentile(text, percent)?));
    }
    let nearest = percentile_meant(text).or_else(|| meant(text).map(str::to_owned));
    Err(AggError::Unknown { given: text.to_owned(), nearest })
}

fn is_meant_as_number(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first)) || text.parse::<f64>().is_ok()
}

fn percentile(given: &str, percent: &str) -> Result<Stat, AggError> {
    // Only digits, and a point among them: the text becomes a part of the elements' name.
    let plain = percent.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && !percent.ends_with('.');
    match percent.parse::<f64>() {
        Ok(percent) if plain && percent <= 100.0 => Ok(Stat::Quantile(percent / 100.0)),
        _ => Err(AggError::Percentile { given: given.to_owned() }),
    }
}

fn histogram(given: &str, bounds: &str) -> Result<CumulativeHistogram, AggError> {
    let texts = bounds.split(',').map(str::trim);
    let texts: Vec<&str> = if bounds.trim().is_empty() { Vec::new() } else { texts.collect() };
    let bounds: Result<Vec<f64>, AggError> = texts
        .into_iter()
        .map(|bound| bound.parse().map_err(|_| AggError::Bound { given: given.to_owned(), bound: bound.to_owned() }))
        .collect();
    CumulativeHistogram::try_new(bounds?).map_err(|error| AggError::Bounds { given: given.to_owned(), error })
}

#[cfg(test)]
mod tests {
    use super::NAMES;
    use crate::{Agg, AggError};

    #[test]
    fn every_name_that_is_listed_is_known_and_kept() {
        for name in NAMES {
            assert_eq!(Agg::try_from(name).expect(name).name(), name);
        }
        assert_eq!(Agg::try_from(" sum\n").expect("space is allowed").name(), "sum");
    }

    #[test]
    fn percentiles() {
        for text in ["p0", "p50", "p99.9", "p100", "p.5", "p99.999"] {
            assert_eq!(Agg::try_from(text).expect(text).name(), text);
        }
        for text in ["p101", "p-1", "p+5", "p1e1", "pnan", "pinf", "p5x", "p1.2.3", "p100.0001", "p.", "p99.", "p1e400"]
        {
            let error = Agg::try_from(text).expect_err(text);
            assert!(matches!(&error, AggError::Percentile { given } if given == text), "{text}: {error}");
        }
        for text in ["p", "P50", "product", "p 50"] {
            assert!(matches!(Agg::try_from(text), Err(AggError::Unknown { .. })), "{text}");
        }
    }

    #[test]
    fn bounds() {
        for text in ["histogram(1)", "histogram( -1 ,\t0.5,1e3 )", "histogram (1,2)"] {
            assert_eq!(Agg::try_from(text).expect(text).name(), "histogram");
        }
        for text in ["histogram", "histogram(", "histogram(1,2", "histogram(1)x"] {
            assert!(matches!(Agg::try_from(text), Err(AggError::NoBounds { .. })), "{text}");
        }
        for text in ["histogram(1,,2)", "histogram(1,)", "histogram(one)", "histogram(1;2)"] {
            assert!(matches!(Agg::try_from(text), Err(AggError::Bound { .. })), "{text}");
        }
        for text in
            ["histogram()", "histogram( )", "histogram(2,1)", "histogram(1,1)", "histogram(nan)", "histogram(1e400)"]
        {
            assert!(matches!(Agg::try_from(text), Err(AggError::Bounds { .. })), "{text}");
        }
    }
}
