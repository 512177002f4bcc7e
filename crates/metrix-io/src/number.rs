//! [`plain`]: numbers as most are written.

/// So many digits make a whole number that an `f64` has exactly, as it has the powers of ten up to 22: so their quotient is the
/// nearest to the decimal number, as IEEE 754 rounds a division.
const MOST: usize = 15;

const POWERS: [f64; MOST + 1] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// The number that a text begins with, if it has nothing but at most 15 digits, perhaps a point among them and a minus before:
/// the same as `str::parse` would give; and how long it is. A number as JSON has it, so without a leading zero.
#[inline]
pub(crate) fn plain(text: &[u8]) -> Option<(f64, usize)> {
    let minus = usize::from(text.first() == Some(&b'-'));
    let (whole, mut end) = digits(text, minus, 0)?;
    if text[minus] == b'0' && end > minus + 1 {
        return None;
    }
    let (mut number, mut decimals) = (whole, 0);
    if text.get(end) == Some(&b'.') {
        let begin = end + 1;
        (number, end) = digits(text, begin, whole)?;
        decimals = end - begin;
    }
    // Without the minus and at most one point.
    if end - minus > MOST + usize::from(decimals > 0) {
        return None;
    }
    // It has at most 15 digits, which neither conversion rounds.
    let value = number as f64 / POWERS[decimals];
    Some((if minus == 1 { -value } else { value }, end))
}

/// The number that the digits from a place on make, one at least, after those that have made `before`; and where they end. That of
/// more than 19 digits is any.
#[inline]
pub(crate) fn digits(text: &[u8], begin: usize, before: u64) -> Option<(u64, usize)> {
    let (mut number, mut end) = (before, begin);
    while let Some(digit) = text.get(end).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        // Too many are refused in the end.
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
        end += 1;
    }
    (end > begin).then_some((number, end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;

    #[test]
    fn what_is_not_plain_is_left() {
        for (text, expected) in [
            ("0", Some((0.0, 1))),
            ("-12.50|c", Some((-12.5, 6))),
            ("0.1,", Some((0.1, 3))),
            ("123456789012345", Some((123_456_789_012_345.0, 15))),
            ("-0.00000000000012", Some((-0.000_000_000_000_12, 17))),
            ("1234567890123456", None),
            ("1.234567890123456", None),
            ("99999999999999999999999999", None),
            ("", None),
            ("-", None),
            ("+1", None),
            (".5", None),
            ("5.", None),
            ("01", None),
            ("x", None),
        ] {
            assert_eq!(plain(text.as_bytes()), expected, "{text}");
        }
        // Whoever asks looks at what comes after it.
        assert_eq!(plain(b"1e5"), Some((1.0, 1)));
        assert!(plain(b"-0").is_some_and(|(zero, _)| zero.is_sign_negative()));
    }

    proptest! {
        #[test]
        fn it_is_what_parse_gives(whole in 0..1_000_000_000_u64, decimals in "\\PC{0}|[.][0-9]{1,6}", minus in any::<bool>()) {
            let text = format!("{}{whole}{decimals}", if minus { "-" } else { "" });
            prop_assert_eq!(plain(text.as_bytes()), Some((text.parse().unwrap(), text.len())));
        }
    }
}
