//! [`sparkline`]: values as a row of bars.

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A bar for each value, the lowest for the least. Values that are all equal lie in the middle; what is not finite
/// leaves a gap.
pub(super) fn sparkline(values: impl Iterator<Item = f64> + Clone) -> String {
    // Halves, since the range of the floats is no float.
    let halves = values.map(|value| value / 2.0);
    let finite = halves.clone().filter(|half| half.is_finite());
    let (least, most) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), half| (a.min(half), b.max(half)));
    let bar = |half: f64| match (half - least) / (most - least) {
        _ if !half.is_finite() => ' ',
        share if share.is_finite() => BARS[((share * 8.0) as usize).min(7)],
        _ => BARS[3],
    };
    halves.map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_is_lowest_and_the_most_highest() {
        for (values, expected) in [
            (&[][..], ""),
            (&[5.0], "▄"),
            (&[0.0, 0.0, 0.0], "▄▄▄"),
            (&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], "▁▂▃▄▅▆▇█"),
            (&[-1.0, 1.0, 0.0], "▁█▅"),
            (&[f64::MAX, f64::MIN, 0.0], "█▁▅"),
            (&[1.0, f64::NAN, 2.0, f64::INFINITY], "▁ █ "),
            (&[f64::NAN], " "),
            (&[5e-324, 0.0], "▄▄"),
        ] {
            assert_eq!(sparkline(values.iter().copied()), expected, "{values:?}");
        }
    }
}
