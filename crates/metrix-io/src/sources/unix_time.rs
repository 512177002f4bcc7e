//! Times as a number of seconds or milliseconds.

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
pub(in crate::sources) fn short(text: &[u8], digits: usize) -> Option<i64> {
    let (whole, fraction) = match text.iter().position(|byte| *byte == b'.') {
        Some(point) => (&text[..point], &text[point + 1..]),
        None => (text, &b"0"[..]),
    };
    let is_short = whole.len() < 19 - digits || whole.len() == 19 - digits && whole[0] < b'9';
    if whole.is_empty() || !is_short || fraction.is_empty() || fraction.len() > digits {
        return None;
    }
    let add = |number: i64, digit: &u8| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0'));
    let whole = whole.iter().try_fold(0, add)?;
    let number = fraction.iter().try_fold(whole, add)?;
    Some((fraction.len()..digits).fold(number, |nanos, _| nanos * 10))
}

/// The same of a number such as `1.431857103e9`, to the nearest of the times that an `f64` has.
fn with_exponent(text: &str, digits: usize) -> Option<i64> {
    let number: f64 = text.parse().ok()?;
    let nanos = (0..digits).fold(number, |scaled, _| scaled * 10.0).trunc();
    // The bounds are powers of two, which an `f64` has exactly; the upper one is the first that is too large.
    #[expect(clippy::cast_possible_truncation, reason = "it is an integer within the bounds")]
    (-(2_f64.powi(63))..2_f64.powi(63)).contains(&nanos).then_some(nanos as i64)
}
