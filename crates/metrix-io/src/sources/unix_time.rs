//! Times as a number of seconds or milliseconds.

use crate::number;

/// So many digits are nanoseconds of a second.
pub(in crate::sources) const SECOND: usize = 9;
/// So many digits are nanoseconds of a millisecond.
pub(in crate::sources) const MILLISECOND: usize = 6;

/// The nanoseconds of a number whose unit has so many digits of them. Unlike a detour by `f64`, it is exact.
pub(in crate::sources) fn nanos(text: &str, digits: usize) -> Option<i64> {
    if let Some(nanos) = short(text.as_bytes(), digits) {
        return Some(nanos);
    }
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    if unsigned.contains(['e', 'E']) {
        return with_exponent(text, digits);
    }
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let fraction = &fraction.as_bytes()[..fraction.len().min(digits)];
    let part = fraction.iter().fold(0, |sum, digit| sum * 10 + i128::from(digit - b'0'));
    let scale = |digits: usize| (0..digits).fold(1_i128, |scale, _| scale * 10);
    let whole = i128::from(whole.parse::<u64>().ok()?);
    let nanos = whole * scale(digits) + part * scale(digits - fraction.len());
    i64::try_from(if negative { -nanos } else { nanos }).ok()
}

/// The same of a number without a sign whose digits are few enough to be counted in 64 bits, as those of today's times.
#[inline]
fn short(text: &[u8], digits: usize) -> Option<i64> {
    first(text, digits).filter(|(_, len)| *len == text.len()).map(|(nanos, _)| nanos)
}

/// The same of such a number that a text begins with; and how long it is.
#[inline]
pub(in crate::sources) fn first(text: &[u8], digits: usize) -> Option<(i64, usize)> {
    const POWERS: [u64; SECOND + 1] =
        [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];
    let (whole, len) = number::digits(text, 0, 0)?;
    let (mut number, mut end) = (whole, len);
    if text.get(len) == Some(&b'.') {
        (number, end) = number::digits(text, len + 1, whole)?;
    }
    let is_short = len < 19 - digits || len == 19 - digits && text[0] < b'9';
    let missing = (digits + len + usize::from(end > len)).checked_sub(end).filter(|_| is_short)?;
    // It is less than 9 * 10^18.
    i64::try_from(number * POWERS[missing]).ok().map(|nanos| (nanos, end))
}

/// The same of a number such as `1.431857103e9`, to the nearest of the times that an `f64` has.
fn with_exponent(text: &str, digits: usize) -> Option<i64> {
    let number: f64 = text.parse().ok()?;
    let nanos = (0..digits).fold(number, |scaled, _| scaled * 10.0).trunc();
    // The bounds are powers of two, which an `f64` has exactly; the upper one is the first that is too large.
    #[expect(clippy::cast_possible_truncation, reason = "it is an integer within the bounds")]
    (-(2_f64.powi(63))..2_f64.powi(63)).contains(&nanos).then_some(nanos as i64)
}
