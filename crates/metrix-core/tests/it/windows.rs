//! The windowing operators, told times that are made up.

use std::time::Duration;

use metrix_core::{Operator, Timestamp, Window};

mod hopping;
mod session;
mod timed;

const NS: Duration = Duration::from_nanos(1);

fn at(nanos: i64) -> Timestamp {
    Timestamp::from_nanos(nanos)
}

/// A window's start, end and value.
type Bounds<V> = (i64, i64, V);

/// Tells an operator what a driver would, its items being their own times.
struct ByHand<O>(O);

impl<V, O: Operator<i64, Out = Window<V>>> ByHand<O> {
    fn started_at(mut operator: O, start: i64) -> Self {
        operator.on_start(at(start));
        Self(operator)
    }

    #[track_caller]
    fn items<const N: usize>(&mut self, times: [i64; N]) {
        for time in times {
            self.0.on_item(time, at(time), &mut |_| panic!("an item closes no window"));
        }
    }

    fn deadline(&self) -> Option<i64> {
        self.0.deadline().map(Timestamp::as_nanos)
    }

    #[track_caller]
    fn on_time(&mut self, now: i64) -> Vec<Bounds<V>> {
        let mut out = Vec::new();
        self.0.on_time(at(now), &mut |window| out.push(bounds(window)));
        assert!(self.0.deadline().is_none_or(|deadline| deadline > at(now)), "what was due is due again");
        out
    }

    fn on_end(&mut self) -> Vec<Bounds<V>> {
        let mut out = Vec::new();
        self.0.on_end(at(0), &mut |window| out.push(bounds(window)));
        out
    }

    fn is_late(&self, time: i64, watermark: i64) -> bool {
        self.0.is_late(at(time), at(watermark))
    }
}

fn bounds<V>(window: Window<V>) -> Bounds<V> {
    (window.start.as_nanos(), window.end.as_nanos(), window.value)
}
