//! An operator of our own, with a deadline: it says when a machine has fallen silent, and when it is heard again.
//!
//! It is told the time, so it is tested with times that we make up, and runs on any clock.
//! Run it with `cargo run -p examples --example custom_operator`.

use std::pin::pin;
use std::time::Duration;

use metrix_core::prelude::*;
use metrix_core::testing::{ByHand, conformance};

/// Watches for silence: `patience` without an item.
#[derive(Debug)]
struct Watch {
    patience: Duration,
    machine: Machine,
}

/// What is known of the machine, and since when.
#[derive(Debug)]
enum Machine {
    NeverHeard,
    Heard(Timestamp),
    Silent(Timestamp),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum News {
    Silent { since: Timestamp },
    Back { after: Duration },
}

impl Watch {
    fn new(patience: Duration) -> Self {
        Self { patience, machine: Machine::NeverHeard }
    }
}

impl<T> Operator<T> for Watch {
    type Out = News;

    fn on_item(&mut self, _item: T, now: Timestamp, out: &mut impl Emit<News>) {
        if let Machine::Silent(since) = self.machine {
            out.emit(News::Back { after: now - since });
        }
        self.machine = Machine::Heard(now);
    }

    fn deadline(&self) -> Option<Timestamp> {
        match self.machine {
            Machine::Heard(at) => Some(at + self.patience),
            Machine::NeverHeard | Machine::Silent(_) => None,
        }
    }

    fn on_time(&mut self, _now: Timestamp, out: &mut impl Emit<News>) {
        if let Machine::Heard(since) = self.machine {
            self.machine = Machine::Silent(since);
            out.emit(News::Silent { since });
        }
    }

    fn on_end(&mut self, _now: Timestamp, _out: &mut impl Emit<News>) {
        // The end is no silence: no deadline is left.
        self.machine = Machine::NeverHeard;
    }
}

fn main() {
    check();
    run();
}

/// What its tests would say.
fn check() {
    // By hand: what goes in, at which second, and what comes out.
    let second = Timestamp::from_secs;
    let mut hand = ByHand::new(Watch::new(Duration::from_secs(5)));
    hand.start(second(0));
    assert!(hand.item(second(100), "beat").is_empty());
    assert_eq!(hand.deadline(), Some(second(105)));
    assert_eq!(hand.time(second(105)), [News::Silent { since: second(100) }]);
    assert_eq!(hand.item(second(108), "beat"), [News::Back { after: Duration::from_secs(8) }]);
    assert!(hand.end(second(109)).is_empty());

    // All that a user can do to it, in one line.
    conformance(|| Watch::new(Duration::from_millis(5)), 0..10);
}

/// On the clock, which is paused here: a machine that beats every second, but for a pause of 20.
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn run() {
    let beats = futures::stream::unfold(0, |beat| async move {
        let pause = if beat == 3 { 20 } else { 1 };
        tokio::time::sleep(Duration::from_secs(pause)).await;
        (beat < 6).then_some((beat, beat + 1))
    });
    let began = tokio::time::Instant::now();
    let mut news = pin!(beats.operate(Watch::new(Duration::from_secs(5))));
    let mut times = Vec::new();
    while let Some(item) = news.next().await {
        let at = began.elapsed().as_secs();
        match item {
            News::Silent { .. } => println!("{at:2} s: nothing heard for 5 s"),
            News::Back { after } => println!("{at:2} s: heard again after {} s", after.as_secs()),
        }
        times.push(at);
    }
    assert_eq!(times, [8, 23]);
}
