//! [`Series`]: what is known of one name with one set of tags.

use std::collections::VecDeque;
use std::time::Duration;

use metrix::{MElement, Timestamp};
use ratatui::text::Span;

use super::amount::Unit;
use crate::printable::{printable, printable_tags};

/// So many of its last values are kept.
pub(super) const KEPT: usize = 60;

/// Of longer names and tags, the rest can neither be seen nor found.
const LONGEST: usize = 400;

/// Without a window, so long after its last element it counts as old.
const OLD: Duration = Duration::from_secs(60);

/// The elements of one name with one set of tags.
///
/// Memory: its texts, and 60 values.
#[derive(Clone, Debug)]
pub(super) struct Series {
    /// As it can be shown.
    pub(super) name: Box<str>,
    pub(super) name_width: usize,
    /// As they can be shown.
    pub(super) tags: Box<str>,
    pub(super) tags_width: usize,
    pub(super) unit: Unit,
    /// Greater than that of all that had their last element before.
    pub(super) turn: u64,
    at: Timestamp,
    window: Option<Duration>,
    adds_up: bool,
    values: VecDeque<f64>,
}

impl Series {
    /// A series of such elements, still without values.
    pub(super) fn of(element: &MElement) -> Self {
        let (name, tags) = (shown(&printable(&element.name)), shown(&printable_tags(&element.tags)));
        Self {
            name_width: Span::raw(&*name).width(),
            tags_width: Span::raw(&*tags).width(),
            name,
            tags,
            unit: Unit::of(&element.name),
            turn: 0,
            at: element.at,
            window: None,
            adds_up: element.name.ends_with(".count") || element.name.ends_with(".sum"),
            values: VecDeque::new(),
        }
    }

    pub(super) fn push(&mut self, element: &MElement) {
        if self.values.len() == KEPT {
            self.values.pop_front();
        }
        self.values.push_back(element.value);
        self.at = element.at;
        self.window = element.start.map(|start| element.at - start);
    }

    /// The last values, at most so many, the oldest first.
    pub(super) fn values(&self, most: usize) -> impl Iterator<Item = f64> + Clone {
        self.values.iter().skip(self.values.len().saturating_sub(most)).copied()
    }

    pub(super) fn last(&self) -> f64 {
        self.values.back().copied().unwrap_or(f64::NAN)
    }

    /// By how much the last value differs from the one before; `None` if there is none before, or no number is the
    /// difference.
    pub(super) fn change(&self) -> Option<f64> {
        let before = self.before()?;
        Some(self.last() - before).filter(|change| change.is_finite())
    }

    /// The change as a share of the value before; infinite if that was zero and is not any more.
    pub(super) fn relative_change(&self) -> Option<f64> {
        let (change, before) = (self.change()?, self.before()?);
        Some(if change == 0.0 { 0.0 } else { change / before.abs() })
    }

    /// How much came in a second of the last window, of what adds up.
    pub(super) fn per_second(&self) -> Option<f64> {
        let window = self.window.filter(|window| self.adds_up && !window.is_zero())?;
        Some(self.last() / window.as_secs_f64())
    }

    /// Whether it has had nothing for some windows, though others have.
    pub(super) fn is_old(&self, newest: Timestamp) -> bool {
        newest - self.at > self.window.map_or(OLD, |window| window.saturating_mul(3))
    }

    pub(super) fn at(&self) -> Timestamp {
        self.at
    }

    fn before(&self) -> Option<f64> {
        self.values.iter().nth_back(1).copied()
    }
}

/// As much of a text as any screen shows.
fn shown(text: &str) -> Box<str> {
    text.chars().take(LONGEST).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use metrix::tags;

    use super::*;

    fn series(name: &str, values: &[f64], window: Option<u64>) -> Series {
        let element = |value| {
            let element = MElement::new(name, value, tags! {}, Timestamp::from_secs(100));
            match window {
                Some(secs) => element.since(Timestamp::from_secs(100).saturating_sub(Duration::from_secs(secs))),
                None => element,
            }
        };
        let mut series = Series::of(&element(0.0));
        values.iter().for_each(|&value| series.push(&element(value)));
        series
    }

    #[test]
    fn only_the_last_values_stay() {
        let values: Vec<f64> = (0..200).map(f64::from).collect();
        let series = series("n.sum", &values, None);
        assert!(series.values(usize::MAX).eq(values[140..].iter().copied()));
        assert!(series.values(2).eq([198.0, 199.0]));
        assert_eq!(series.last(), 199.0);
    }

    #[test]
    fn changes_are_from_the_value_before() {
        for (values, change, relative) in [
            (&[][..], None, None),
            (&[5.0], None, None),
            (&[1.0, 8.0, 10.0], Some(2.0), Some(0.25)),
            (&[-4.0, -6.0], Some(-2.0), Some(-0.5)),
            (&[0.0, 0.0], Some(0.0), Some(0.0)),
            (&[0.0, -3.0], Some(-3.0), Some(f64::NEG_INFINITY)),
            (&[f64::NAN, 1.0], None, None),
            (&[f64::MIN, f64::MAX], None, None),
        ] {
            let series = series("n.mean", values, None);
            assert_eq!((series.change(), series.relative_change()), (change, relative), "{values:?}");
        }
    }

    #[test]
    fn only_what_adds_up_has_a_rate() {
        assert_eq!(series("n.count", &[50.0], Some(10)).per_second(), Some(5.0));
        assert_eq!(series("n.sum", &[5.0], Some(10)).per_second(), Some(0.5));
        assert_eq!(series("n.mean", &[5.0], Some(10)).per_second(), None);
        assert_eq!(series("n.sum", &[5.0], None).per_second(), None);
        assert_eq!(series("n.sum", &[5.0], Some(0)).per_second(), None);
    }

    #[test]
    fn it_is_old_after_three_windows_or_a_minute() {
        let is_old = |window, now| series("n.sum", &[1.0], window).is_old(Timestamp::from_secs(now));
        assert_eq!(
            [(Some(5), 115), (Some(5), 116), (None, 160), (None, 161)].map(|(w, now)| is_old(w, now)),
            [false, true, false, true]
        );
        assert!(!is_old(Some(5), 50), "others may be behind");
    }
}
