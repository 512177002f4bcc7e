//! [`amount`]: a value for people, in a few characters.

/// What a value counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Bytes,
    /// Whatever the name says.
    Other,
}

/// What the sources count in bytes, but for the names that say so.
const IN_BYTES: [&str; 11] = [
    "memory.total",
    "memory.used",
    "memory.available",
    "swap.total",
    "swap.used",
    "disk.used",
    "disk.free",
    "disk.read",
    "disk.written",
    "network.received",
    "network.sent",
];

impl Unit {
    /// The unit of the elements of a name, whose last part is an aggregate.
    pub(super) fn of(name: &str) -> Self {
        let (base, agg) = name.rsplit_once('.').unwrap_or((name, ""));
        let counts_others = matches!(agg, "count" | "distinct" | "variance" | "histogram");
        let says_bytes = || base.split(|c: char| !c.is_alphanumeric()).any(|word| word.eq_ignore_ascii_case("bytes"));
        if !counts_others && (IN_BYTES.contains(&base) || says_bytes()) { Self::Bytes } else { Self::Other }
    }
}

const PREFIXES: [&str; 7] = ["", "k", "M", "G", "T", "P", "E"];

/// The value with four digits and a prefix of the SI: `12.35`, `1.235k`, `16.4 GB`. At most 10 characters.
pub(super) fn amount(value: f64, unit: Unit) -> String {
    let digits = scaled(value);
    match unit {
        Unit::Other => digits,
        // The prefix belongs to the unit.
        Unit::Bytes => match digits.char_indices().last() {
            Some((place, prefix)) if PREFIXES[1..].iter().any(|p| p.starts_with(prefix)) => {
                format!("{} {prefix}B", &digits[..place])
            }
            _ => format!("{digits} B"),
        },
    }
}

fn scaled(value: f64) -> String {
    if !value.is_finite() || value == 0.0 {
        // No minus for what is nothing.
        return if value == 0.0 { "0".into() } else { value.to_string() };
    }
    // Rounded first, since 999.96 has another prefix when it has become 1000.
    let rounded = format!("{value:.3e}");
    let (mantissa, exponent) = rounded.split_once('e').expect("the format has an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent is an integer");
    let prefix = usize::try_from(exponent.div_euclid(3)).ok().and_then(|place| PREFIXES.get(place));
    match prefix {
        Some(prefix) => with_point(mantissa, exponent.rem_euclid(3)) + prefix,
        None if (-3..0).contains(&exponent) => {
            let decimals = usize::try_from(3 - exponent).expect("it lies between 4 and 6");
            trimmed(format!("{value:.decimals$}"))
        }
        None => format!("{value:.1e}"),
    }
}

/// `1.235` with the point so many places further right.
fn with_point(mantissa: &str, places: i32) -> String {
    let places = usize::try_from(places).expect("a remainder is not negative");
    let (whole, fraction) = mantissa.split_once('.').expect("the format has three decimals");
    let (moved, rest) = fraction.split_at(places);
    trimmed(format!("{whole}{moved}.{rest}"))
}

/// Without the zeros at the end that say nothing.
fn trimmed(decimal: String) -> String {
    decimal.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, proptest};

    use super::*;

    #[test]
    fn four_digits_and_a_prefix() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (12.5, "12.5"),
            (-12.3456, "-12.35"),
            (100.0, "100"),
            (999.94, "999.9"),
            (999.96, "1k"),
            (1_234.5, "1.234k"),
            (98_766.0, "98.77k"),
            (250_000.0, "250k"),
            (999_999.0, "1M"),
            (-4.2e9, "-4.2G"),
            (1e20, "100E"),
            (1e21, "1.0e21"),
            (f64::MAX, "1.8e308"),
            (0.25, "0.25"),
            (0.012_345_6, "0.01235"),
            (0.001, "0.001"),
            (0.000_12, "1.2e-4"),
            (5e-324, "4.9e-324"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(amount(value, Unit::Other), expected, "{value:?}");
        }
    }

    #[test]
    fn bytes_have_their_unit() {
        for (value, expected) in [(0.0, "0 B"), (512.0, "512 B"), (16.4e9, "16.4 GB"), (1e21, "1.0e21 B")] {
            assert_eq!(amount(value, Unit::Bytes), expected);
        }
    }

    #[test]
    fn the_name_tells_what_are_bytes() {
        for name in ["memory.used.mean", "network.sent.max", "bytes.sum", "response_bytes.p99", "a.Bytes.b.max"] {
            assert_eq!(Unit::of(name), Unit::Bytes, "{name}");
        }
        for name in ["cpu.usage.mean", "memory.used.count", "bytes.count", "disk.errors.sum", "kilobytes.sum", "n", ""]
        {
            assert_eq!(Unit::of(name), Unit::Other, "{name}");
        }
    }

    proptest! {
        #[test]
        fn it_is_short_and_near(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            prop_assert!(amount(value, Unit::Bytes).len() <= 11);
            let text = amount(value, Unit::Other);
            if let (true, Ok(read)) = (value.is_finite(), text.parse::<f64>()) {
                prop_assert!((read - value).abs() <= value.abs() * 0.1, "{} is {}", value, text);
            }
        }

        #[test]
        fn prefixes_keep_the_value(value in 1e-3..9e20_f64) {
            let text = amount(value, Unit::Other);
            let place = PREFIXES.iter().rposition(|prefix| text.ends_with(prefix)).unwrap();
            let read = text.trim_end_matches(PREFIXES[place]).parse::<f64>().unwrap() * 1000_f64.powi(place as i32);
            prop_assert!((read - value).abs() <= value * 0.000_51, "{} is {}", value, text);
        }
    }
}
