//! The ends of time, operators that time finishes, and late items that are not promised.

use futures::executor::block_on;
use futures::stream::{self, Stream};

use super::*;
use crate::ops::TimedWindow;
use crate::prelude::*;

/// Lets items pass until a time, and is finished then.
struct Until(Option<Timestamp>);

impl Operator<i64> for Until {
    type Out = i64;
    fn on_item(&mut self, item: i64, _now: Timestamp, out: &mut impl Emit<i64>) {
        assert!(self.wants_input(), "an item after the end");
        out.emit(item);
    }
    fn deadline(&self) -> Option<Timestamp> {
        self.0
    }
    fn on_time(&mut self, _now: Timestamp, _out: &mut impl Emit<i64>) {
        self.0 = None;
    }
    fn wants_input(&self) -> bool {
        self.0.is_some()
    }
    fn is_late(&self, at: Timestamp, watermark: Timestamp) -> bool {
        at < watermark
    }
    fn size_hint(&self, items: (usize, Option<usize>)) -> (usize, Option<usize>) {
        items
    }
}

fn nanos() -> EventTime<impl FnMut(&i64) -> Timestamp, impl FnMut(Late<i64>)> {
    EventTime::new(|at: &i64| Timestamp::from_nanos(*at))
}

#[tokio::test(start_paused = true)]
async fn an_idle_input_closes_its_windows_at_the_end_of_time_too() {
    let second = Duration::from_secs(1);
    let event_time = nanos().lateness(10 * second).idle(second);
    let items = futures::StreamExt::chain(stream::iter([i64::MAX - 5_000_000_000]), stream::pending());
    let mut windows = items.operate_at(TimedWindow::new(second), event_time);
    let start = tokio::time::Instant::now();
    let window = tokio::time::timeout(60 * second, windows.next()).await.expect("it is closed");
    assert_eq!(window.map(|window| window.value), Some(vec![i64::MAX - 5_000_000_000]));
    assert!(start.elapsed() <= 12 * second);
}

#[test]
fn an_operator_that_time_has_finished_gets_no_item() {
    let items = stream::iter([1, 2, 9, 10, 11]).operate_at(Until(Some(Timestamp::from_nanos(10))), nanos());
    assert_eq!(block_on(items.collect::<Vec<_>>()), [1, 2, 9]);
}

#[test]
fn items_that_may_be_late_are_not_promised() {
    let mut items = stream::iter([5, 4, 3]).operate_at(Until(Some(Timestamp::MAX)), nanos());
    assert_eq!(items.size_hint(), (0, Some(3)));
    assert_eq!(block_on(items.next()), Some(5));
    assert_eq!(block_on(items.next()), None);
}
