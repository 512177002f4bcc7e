//! [`ValueScale`]: round values on an axis.

/// From the tick below the least value to the one above the greatest.
#[derive(Debug, PartialEq)]
pub(in super::super) struct ValueScale {
    pub(in super::super) from: f64,
    pub(in super::super) to: f64,
    /// At the same distance from each other; the first is `from`, the last is `to`.
    pub(in super::super) ticks: Vec<(f64, String)>,
}

impl ValueScale {
    /// With about so many steps of one, two or five times a power of ten. Zero is on it where that takes no more than half
    /// of the room.
    pub(in super::super) fn new((least, greatest): (f64, f64), steps: usize) -> Self {
        let (mut from, mut to) = (least, greatest);
        if least == greatest {
            // Around a value that never changes there is as much room as it is great.
            let room = (least.abs() / 2.0).max(f64::MIN_POSITIVE);
            let ends = ((least - room).max(f64::MIN), (least + room).min(f64::MAX));
            (from, to) = if least == 0.0 { (0.0, 1.0) } else { ends };
        } else if least >= 0.0 && from <= to / 2.0 {
            from = 0.0;
        } else if greatest <= 0.0 && to >= from / 2.0 {
            to = 0.0;
        }
        let step = round_step(from, to, steps);
        // Whole steps; the ends stay finite.
        let (first, last) = ((from / step).floor(), (to / step).ceil());
        let unit = Unit::of((first * step).abs().max((last * step).abs()), step);
        let count = (last - first).clamp(1.0, 100.0) as usize;
        let ticks: Vec<(f64, String)> = (0..=count)
            .map(|place| ((first + place as f64) * step).clamp(f64::MIN, f64::MAX))
            .map(|value| (value, unit.label(value)))
            .collect();
        if ticks[0].0 >= ticks[count].0 {
            // Neighbours among the numbers, with no round one between them.
            return Self { from, to, ticks: [from, to].map(|end| (end, unit.label(end))).into() };
        }
        Self { from: ticks[0].0, to: ticks[count].0, ticks }
    }

    /// Where a value is, from 0 to 1.
    pub(in super::super) fn place(&self, value: f64) -> f64 {
        // Halves, as the whole may be greater than the greatest number.
        let place = (value / 2.0 - self.from / 2.0) / (self.to / 2.0 - self.from / 2.0);
        if place.is_finite() { place.clamp(0.0, 1.0) } else { 0.5 }
    }
}

fn round_step(from: f64, to: f64, steps: usize) -> f64 {
    let steps = steps.max(1) as f64;
    let rough = (to / steps - from / steps).max(f64::MIN_POSITIVE);
    let power = 10_f64.powi(rough.log10().floor() as i32);
    let round = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|&step| step >= rough * 0.999);
    round.filter(|step| step.is_normal()).unwrap_or(rough)
}

/// How the labels of an axis are written.
#[derive(Clone, Copy)]
enum Unit {
    Exponent,
    /// Divided by it, with so many digits after the point and the letter.
    Scaled {
        by: f64,
        decimals: usize,
        letter: &'static str,
    },
}

impl Unit {
    fn of(greatest: f64, step: f64) -> Self {
        if !(1e-4..1e15).contains(&greatest) {
            return Self::Exponent;
        }
        let units = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")];
        let found = units.into_iter().find(|&(from, _)| greatest >= from);
        let (by, letter) = match found {
            Some((_, "k")) => (1e3, "k"),
            Some(unit) => unit,
            None => (1.0, ""),
        };
        let decimals = (-(step / by * 1.001).log10().floor()).clamp(0.0, 15.0) as usize;
        Self::Scaled { by, decimals, letter }
    }

    fn label(self, value: f64) -> String {
        match self {
            _ if value == 0.0 => "0".to_owned(),
            Self::Exponent => format!("{:e}", (format!("{value:.3e}").parse::<f64>()).unwrap_or(value)),
            Self::Scaled { by, decimals, letter } => format!("{:.decimals$}{letter}", value / by),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bounds: (f64, f64), expected: &[&str]) {
        let scale = ValueScale::new(bounds, 4);
        let labels: Vec<&str> = scale.ticks.iter().map(|(_, label)| &**label).collect();
        assert_eq!(labels, expected);
        assert!(scale.from <= bounds.0 && bounds.1 <= scale.to, "{scale:?}");
        for value in [bounds.0, bounds.1] {
            assert!((0.0..=1.0).contains(&scale.place(value)), "{scale:?}");
        }
    }

    #[test]
    fn ticks_are_round() {
        check((0.0, 100.0), &["0", "50", "100"]);
        check((3.0, 7.9), &["0", "2", "4", "6", "8"]);
        check((0.012, 0.031), &["0", "0.01", "0.02", "0.03", "0.04"]);
        check((99.2, 99.7), &["99.2", "99.4", "99.6", "99.8"]);
        check((-5.0, 12.0), &["-5", "0", "5", "10", "15"]);
        check((-7.0, -1.0), &["-8", "-6", "-4", "-2", "0"]);
        check((0.0, 7_900_000.0), &["0", "2M", "4M", "6M", "8M"]);
        check((10_200.0, 11_900.0), &["10.0k", "10.5k", "11.0k", "11.5k", "12.0k"]);
        check((0.0, 3e-7), &["0", "1e-7", "2e-7", "3e-7"]);
    }

    #[test]
    fn a_value_that_never_changes_is_in_the_middle_unless_it_is_zero() {
        check((8.0, 8.0), &["4", "6", "8", "10", "12"]);
        check((0.0, 0.0), &["0", "0.5", "1.0"]);
    }

    #[test]
    fn the_ends_of_numbers_have_a_scale() {
        for bounds in [
            (f64::MIN, f64::MAX),
            (f64::MAX, f64::MAX),
            (5e-324, 5e-324),
            (0.0, 5e-324),
            (1e15, 1e15 + 0.125),
            (-1e-310, 1e300),
        ] {
            let scale = ValueScale::new(bounds, 4);
            assert!(scale.from < scale.to && scale.from.is_finite() && scale.to.is_finite(), "{bounds:?} {scale:?}");
            assert!((2..=101).contains(&scale.ticks.len()), "{scale:?}");
            assert!((0.0..=1.0).contains(&scale.place(bounds.1)));
        }
    }
}
