//! What a ledger settles, and when.

mod killed;
mod model;

use metrix::{MStream, Retry, SinkOptions, Windows};
use metrix_io::Reading;
use tokio::time::sleep;

use self::model::{Dice, Model};
use super::*;
use crate::run::ahead::Ahead;
use crate::run::feed::Feed;
use crate::run::router::{Entrance, Router};
use crate::run::setup::Setup;
use crate::run::sinks::Takers;
use crate::run::stop::{Stop, Why};
use crate::run::voice::Voice;

/// The windows of the stream `event`.
const EVERY: Duration = Duration::from_secs(10);

async fn settle(ledger: &Ledger) -> Settled {
    ledger.advance().await;
    ledger.settled()
}

/// A stream of windows that nothing but a minute old is late for, and its ledger.
fn alone(stop: &Stop) -> (Ledgers, Arc<Ledger>, Feed, Arc<MCoordinator>) {
    let windows = Windows::every(EVERY).aligned_to(Timestamp::EPOCH).event_time(Duration::from_secs(60));
    let stream = MStream::builder("event").window(windows).agg("sum");
    let model = Model { stored: Arc::default(), dice: Dice(3) };
    let retry = SinkOptions::default().retry(Retry::forever());
    let coordinator = MCoordinator::builder().stream(stream).sink_with("model", model, retry).start().unwrap();
    let coordinator = Arc::new(coordinator);
    let sender = coordinator.stream("event").unwrap();
    let entrance = Entrance { is_timed: true, ..Entrance::of("event", sender.clone()) };
    let kept = Kept { name: "event".to_owned(), sender, grid: Some(Grid::new(EVERY)), cut: Arc::default() };
    let ledgers =
        Ledgers::new(vec![kept], Arc::clone(&coordinator), Health::new(stop.clone(), Takers::new(1, stop.clone())));
    let ledger = ledgers.open(Acknowledged::Together);
    let feed = Feed::noting(Arc::new(Router::new(vec![entrance])), Arc::clone(&ledger));
    (ledgers, ledger, feed, coordinator)
}

async fn send(feed: &mut Feed, position: Position, secs: i64) {
    assert!(feed.begin(0, position));
    feed.send(&Reading { at: Some(Timestamp::from_secs(secs)), ..Reading::new("event", 1.0) });
    feed.finish().await;
}

#[tokio::test(start_paused = true)]
async fn time_stands_still_unless_there_is_nothing_to_read() {
    let (_ledgers, ledger, mut feed, coordinator) = alone(&Stop::new());
    let sender = coordinator.stream("event").unwrap();
    send(&mut feed, 1, 1000).await;
    for _ in 0..90 {
        assert_eq!(settle(&ledger).await.positions[&0], 1);
        sleep(Duration::from_secs(1)).await;
    }
    // It was away for long, and something that is not late was still to come.
    assert_eq!(sender.closed_until(), Some(Timestamp::from_secs(940)));
    send(&mut feed, 2, 945).await;
    ledger.set_at_end(true);
    let mut settled = settle(&ledger).await;
    for _ in 0..90 {
        sleep(Duration::from_secs(1)).await;
        settled = settle(&ledger).await;
    }
    assert_eq!((settled.positions[&0], settled.text(0)), (3, r#"{"1030":["event"]}"#));
    assert_eq!(coordinator.stats().streams["event"].late, 0);
}

#[tokio::test(start_paused = true)]
async fn a_time_that_can_not_be_makes_nothing_late() {
    let (_ledgers, ledger, feed, coordinator) = alone(&Stop::new());
    let mut feed = feed.refusing(Ahead::new("a", &Setup::new(Voice::heard(|_| ()), false, false)));
    send(&mut feed, 1, 8_000_000_000).await;
    send(&mut feed, 2, 1000).await;
    assert_eq!((feed.ahead().0, coordinator.stats().streams["event"].late), (1, 0));
    let ahead = ledger.resume(1, Begins { text: r#"{"8000000000":["event"]}"#, ..Begins::default() }).unwrap_err();
    assert!(ahead.contains("which is still to come"), "{ahead}");
    assert!(feed.begin(1, 1));
    feed.send(&Reading { at: Some(Timestamp::from_secs(1000)), ..Reading::new("event", 1.0) });
    feed.finish().await;
    assert_eq!(feed.left_out().replayed, 0);
}

#[tokio::test(start_paused = true)]
async fn a_partition_leaves_out_only_its_own_and_what_is_late_for_it_is_counted() {
    let (_ledgers, ledger, mut feed, _coordinator) = alone(&Stop::new());
    send(&mut feed, 1, 1000).await;
    let begins = Begins { at: Some(7), text: r#"{"900":["event"]}"#, goes_on: false };
    ledger.resume(1, begins).unwrap();
    assert!(feed.begin(1, 7));
    for secs in [895, 905, 945] {
        feed.send(&Reading { at: Some(Timestamp::from_secs(secs)), ..Reading::new("event", 1.0) });
    }
    feed.finish().await;
    assert_eq!((feed.left_out().replayed, feed.left_out().behind), (1, 1));
    send(&mut feed, 2, 950).await;
    let settled = settle(&ledger).await;
    assert_eq!((settled.positions[&0], settled.positions[&1]), (1, 7));
    assert_eq!(settled.text(1), r#"{"940":["event"]}"#);
}

#[tokio::test(start_paused = true)]
async fn what_was_over_while_a_partition_was_away_is_told_apart_from_what_is_late_anyway() {
    let (_ledgers, ledger, mut feed, _coordinator) = alone(&Stop::new());
    let comes_back = || ledger.resume(0, Begins { goes_on: true, ..Begins::default() }).unwrap();
    send(&mut feed, 1, 1000).await;
    ledger.revoke(0);
    comes_back();
    send(&mut feed, 2, 900).await;
    assert_eq!(feed.left_out().behind, 0);
    ledger.revoke(0);
    assert!(feed.begin(1, 1));
    feed.send(&Reading { at: Some(Timestamp::from_secs(2000)), ..Reading::new("event", 1.0) });
    feed.finish().await;
    comes_back();
    send(&mut feed, 3, 1500).await;
    assert_eq!(feed.left_out().behind, 1);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_over_ends_the_run_and_settles_nothing() {
    let stop = Stop::new();
    let (ledgers, ledger, mut feed, coordinator) = alone(&stop);
    coordinator.remove_stream("event").await.unwrap();
    send(&mut feed, 1, 1000).await;
    assert_eq!(stop.why(), Some(Why::SinkFailed));
    assert!(ledgers.health().fault().unwrap().starts_with("stream \"event\" is over"));
    assert_eq!(settle(&ledger).await.positions[&0], 1);
}
