//! [`Number`]: a value as text that reads back as the same value.

use std::fmt::{self, Write as _};

/// From here on not every integer is a value of its own.
const TWO_TO_53: f64 = 9_007_199_254_740_992.0;

/// Shows a value as the sinks write it: integers below 2⁵³ without a point, others in the shortest form that reads back as
/// the same value, with an exponent where it is very large or small. That is at most 25 bytes. Values that are not finite
/// become `NaN`, `inf` and `-inf`.
///
/// ```
/// use metrix::sink::Number;
///
/// let text = |value| Number(value).to_string();
/// assert_eq!([3.0, 0.1, 1e300, f64::INFINITY].map(text), ["3", "0.1", "1e300", "inf"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number(
    /// The value.
    pub f64,
);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The two differ for integers and for very large or small values, where the second has an exponent.
        if is_integer(self.0) { fmt::Display::fmt(&self.0, f) } else { fmt::Debug::fmt(&self.0, f) }
    }
}

/// Whether it is written without a point: integers whose neighbours are values too.
pub(super) fn is_integer(value: f64) -> bool {
    value.trunc() == value && value.abs() < TWO_TO_53
}

/// Appends a value in this form.
pub(super) fn write_number(value: f64, text: &mut String) {
    write!(text, "{}", Number(value)).expect("a string takes all text");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    use super::*;

    fn text(value: f64) -> String {
        let mut text = String::new();
        write_number(value, &mut text);
        text
    }

    #[test]
    fn integers_have_no_point() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (3.0, "3"),
            (-4.0, "-4"),
            (0.1, "0.1"),
            (TWO_TO_53 - 1.0, "9007199254740991"),
            (TWO_TO_53, "9007199254740992.0"),
            (1e16, "1e16"),
            (1e300, "1e300"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e308"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(text(value), expected);
        }
    }

    proptest! {
        #[test]
        fn it_reads_back_as_the_same_value(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            let back: f64 = text(value).parse().unwrap();
            prop_assert!(back.to_bits() == bits || back.is_nan() && value.is_nan());
            prop_assert!(text(value).len() <= 25);
        }

        #[test]
        fn an_integer_is_written_as_one(value in -(1_i64 << 53) + 1..1 << 53) {
            prop_assert_eq!(text(value as f64), value.to_string());
        }
    }
}
