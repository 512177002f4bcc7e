//! Chains of operators that hold items: what goes in comes out, once and in order, in arrival time and in event time.

use std::time::Duration;

use metrix_core::ops::{Delay, Flatten, Keyed, Map, Partition, RateLimit, Slice, TimedWindow};
use metrix_core::{EventTime, prelude::*};
use proptest::prelude::*;
use tokio::time::{sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);

type Item = (usize, u8);

/// Runs the chain over one item after each gap: on the clock, and in event time with the gaps as (disordered) times.
fn run<O: Operator<Item, Out = Item> + Clone>(chain: O, gaps: &[u8]) -> [Vec<usize>; 2] {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let items: Vec<Item> = gaps.iter().copied().enumerate().collect();
        let clocked = futures::stream::unfold(items.clone().into_iter(), |mut items| async {
            let item = items.next()?;
            sleep(SECOND * item.1.into()).await;
            Some((item, items))
        });
        let clocked = clocked.operate(chain.clone()).map(|item| item.0);
        let clocked = timeout(100_000 * SECOND, clocked.collect()).await.expect("it ends");
        let event_time = EventTime::new(|item: &Item| Timestamp::from_secs(item.1.into()));
        let timed = futures::stream::iter(items).operate_at(chain, event_time).map(|item| item.0);
        [clocked, timeout(SECOND, timed.collect()).await.expect("it ends")]
    })
}

fn batches() -> impl Operator<Item, Out = Item> + Clone {
    Partition::new(size(3)).timeout(4 * SECOND).then(Flatten::new())
}

fn windows() -> impl Operator<Item, Out = Item> + Clone {
    TimedWindow::new(5 * SECOND).then(Map::new(|window: Window<Vec<Item>>| window.value)).then(Flatten::new())
}

fn delay() -> Delay<Item> {
    Delay::new(3 * SECOND, size(2))
}

fn limit() -> RateLimit<Item> {
    RateLimit::new(2 * SECOND)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_is_lost_or_doubled(gaps in proptest::collection::vec(0_u8..9, 0..25)) {
        let expected = Vec::from_iter(0..gaps.len());
        let chains = [
            run(delay().then(limit()).then(batches()), &gaps),
            run(batches().then(limit()).then(delay()), &gaps),
            run(limit().then(windows()).then(limit()), &gaps),
            run(delay().then(windows()).then(delay()), &gaps),
            run(batches().then(delay().then(limit().then(batches()))), &gaps),
        ];
        for outputs in chains.iter().flatten() {
            prop_assert_eq!(outputs, &expected);
        }
        // Disordered times fall into windows, and keys do not wait for each other: only the order differs.
        let by_key = Keyed::new(|item: &Item| item.1 % 3, size(2), 6 * SECOND, limit().then(batches()));
        let by_key = delay().then(by_key).then(Map::new(|(_, item): (u8, Item)| item)).then(limit());
        for mut outputs in run(by_key, &gaps) {
            outputs.sort_unstable();
            prop_assert_eq!(&outputs, &expected);
        }
    }

    #[test]
    fn a_chain_that_ends_early_gives_what_it_wants(
        gaps in proptest::collection::vec(0_u8..9, 0..25),
        n in 0_usize..9,
    ) {
        let expected = Vec::from_iter(0..gaps.len().min(n));
        let some = || Slice::new(..n);
        let chains = [
            run(some().then(delay()).then(batches()).then(limit()), &gaps),
            run(batches().then(limit()).then(some()).then(windows()), &gaps),
            run(delay().then(some()).then(limit().then(batches())), &gaps),
        ];
        for outputs in chains.iter().flatten() {
            prop_assert_eq!(outputs, &expected);
        }
    }
}

/// Its state is broken by a panic, so that looking at its deadline panics again.
#[derive(Default)]
struct Breaks {
    broken: bool,
}

impl Operator<u8> for Breaks {
    type Out = u8;
    fn on_item(&mut self, _item: u8, _now: Timestamp, _out: &mut impl Emit<u8>) {
        self.broken = true;
        panic!("it breaks");
    }
    fn deadline(&self) -> Option<Timestamp> {
        assert!(!self.broken, "it is asked again");
        None
    }
}

#[tokio::test(start_paused = true)]
async fn an_operator_that_has_panicked_is_not_asked_again() {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    let mut outputs = futures::stream::iter([1]).operate(Breaks::default());
    let mut poll = || futures::FutureExt::now_or_never(outputs.next());
    assert!(catch_unwind(AssertUnwindSafe(&mut poll)).is_err());
    assert_eq!(poll(), Some(None));
}
