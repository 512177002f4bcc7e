//! [`TimeScale`]: round times on an axis.

use metrix::Timestamp;

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The steps between ticks of a second and more.
const STEPS: [i64; 23] = [
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    5 * DAY,
    10 * DAY,
    50 * DAY,
    100 * DAY,
];

/// From the first to the last time, with ticks between them.
#[derive(Debug, PartialEq)]
pub(in super::super) struct TimeScale {
    from: i64,
    to: i64,
    pub(in super::super) ticks: Vec<TimeTick>,
}

/// A tick, whose labels are in UTC.
#[derive(Debug, PartialEq)]
pub(in super::super) struct TimeTick {
    pub(in super::super) at: i64,
    /// The time of the day, or the date where ticks are days apart.
    pub(in super::super) label: String,
    /// The date, where it is not that of the tick before.
    pub(in super::super) date: Option<String>,
}

impl TimeScale {
    /// With so many steps at most.
    pub(in super::super) fn new((from, to): (i64, i64), steps: usize) -> Self {
        // A single moment is in the middle of two seconds.
        let (from, to) = if from == to { (from.saturating_sub(SECOND), to.saturating_add(SECOND)) } else { (from, to) };
        let step = round_step(i128::from(to) - i128::from(from), steps);
        let first = i128::from(from).div_euclid(step) * step;
        let mut ticks: Vec<TimeTick> = Vec::new();
        let mut date_before = None;
        for at in (0..).map(|place| first + place * step).take_while(|&at| at <= i128::from(to)) {
            let Some(at) = i64::try_from(at).ok().filter(|&at| at >= from) else { continue };
            let text = Timestamp::from_nanos(at).to_string();
            let (date, time) = text.trim_end_matches('Z').split_once('T').unwrap_or((&text, ""));
            if step >= i128::from(DAY) {
                ticks.push(TimeTick { at, label: date.to_owned(), date: None });
                continue;
            }
            let label = if step >= i128::from(MINUTE) { time.get(..5).unwrap_or(time) } else { time };
            let changed = date_before.as_deref() != Some(date);
            date_before = Some(date.to_owned());
            ticks.push(TimeTick { at, label: label.to_owned(), date: changed.then(|| date.to_owned()) });
        }
        Self { from, to, ticks }
    }

    /// Where a time is, from 0 to 1.
    pub(in super::super) fn place(&self, at: i64) -> f64 {
        let of = |at: i64| (i128::from(at) - i128::from(self.from)) as f64;
        of(at) / of(self.to)
    }
}

fn round_step(length: i128, steps: usize) -> i128 {
    let steps = steps.max(1) as i128;
    let least = (length + steps - 1) / steps;
    let below = (0..9).flat_map(|power| [1, 2, 5].map(|factor| factor * 10_i128.pow(power)));
    let above = (2..).flat_map(|power| [2, 5, 10].map(|factor| factor * 10_i128.pow(power) * i128::from(DAY)));
    below.chain(STEPS.map(i128::from)).chain(above).find(|&step| step >= least).unwrap_or(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(from: i64, to: i64) -> Vec<String> {
        let label = |tick: TimeTick| tick.date.map_or(tick.label.clone(), |date| format!("{} {date}", tick.label));
        TimeScale::new((from, to), 6).ticks.into_iter().map(label).collect()
    }

    #[test]
    fn ticks_are_round_times() {
        assert_eq!(labels(2 * SECOND, 63 * SECOND), ["00:00:15 1970-01-01", "00:00:30", "00:00:45", "00:01:00"]);
        assert_eq!(labels(0, 50 * MINUTE), ["00:00 1970-01-01", "00:10", "00:20", "00:30", "00:40", "00:50"]);
        assert_eq!(labels(21 * HOUR, 28 * HOUR), ["22:00 1970-01-01", "00:00 1970-01-02", "02:00", "04:00"]);
        assert_eq!(labels(0, 4 * DAY), ["1970-01-01", "1970-01-02", "1970-01-03", "1970-01-04", "1970-01-05"]);
        assert_eq!(
            labels(0, 900_000_000),
            ["00:00:00 1970-01-01", "00:00:00.2", "00:00:00.4", "00:00:00.6", "00:00:00.8"]
        );
    }

    #[test]
    fn the_ends_of_time_and_a_single_moment_have_a_scale() {
        for (from, to) in [(i64::MIN, i64::MAX), (i64::MAX, i64::MAX), (0, 0), (-1, 0), (i64::MIN, i64::MIN)] {
            let scale = TimeScale::new((from, to), 6);
            assert!(scale.ticks.len() <= 8, "{scale:?}");
            for at in [from, to] {
                assert!((0.0..=1.0).contains(&scale.place(at)), "{scale:?}");
            }
        }
        assert_eq!(TimeScale::new((0, 0), 6).place(0), 0.5);
    }
}
