//! What streams tell of windows and batches that are over, while threads send.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use metrix::{MCoordinator, MSender, MStream, MStreamBuilder, Mark, Timestamp, Windows, sink::Memory, size, tags};
use tokio::runtime::Builder;
use tokio::task::yield_now;

/// How many threads send, and how much each of them.
const THREADS: usize = 3;
const VALUES: u64 = 20_000;

/// What a thread had sent when it made a mark.
struct Sent {
    thread: usize,
    values: u64,
    mark: Mark,
}

/// Each thread sends ones and makes marks. Whenever one is closed, and the coordinator is flushed after, the sink has all that the
/// thread had sent by then.
fn check(stream: MStreamBuilder) {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let memory = Memory::new(size(1_000_000));
    let coordinator = {
        let _in_runtime = runtime.enter();
        MCoordinator::builder().stream(stream.agg("count")).sink("memory", memory.clone()).start().unwrap()
    };
    let sender = coordinator.stream("n").unwrap();
    let (tell, marks) = std::sync::mpsc::channel();
    let threads: Vec<_> = (0..THREADS)
        .map(|thread| {
            let (sender, tell) = (sender.with(tags! { "thread" => thread }), tell.clone());
            thread::spawn(move || {
                for values in 1..=VALUES {
                    sender.try_send(1.0).unwrap();
                    if values % 97 == 0 {
                        tell.send(Sent { thread, values, mark: sender.mark().unwrap() }).unwrap();
                        // So that no thread has sent all before another begins.
                        thread::yield_now();
                    }
                }
            })
        })
        .collect();
    drop(tell);
    let mut delivered: BTreeMap<String, f64> = BTreeMap::new();
    let mut checked = 0;
    let mut check_one = |Sent { thread, values, mark }: Sent| {
        if !sender.is_closed(mark) {
            return Some(Sent { thread, values, mark });
        }
        assert!(runtime.block_on(coordinator.flush()).is_complete());
        for element in memory.take().into_iter().filter(|element| &*element.name == "n.count") {
            *delivered.entry(element.tags.to_string()).or_default() += element.value;
        }
        let has = delivered[&format!("thread={thread}")];
        assert!(has >= values as f64, "thread {thread}: {has} of {values}");
        checked += 1;
        None
    };
    let open: Vec<Sent> = marks.into_iter().filter_map(&mut check_one).collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    // What is open now is closed by the end.
    sender.close();
    runtime.block_on(async {
        while open.iter().any(|sent| !sender.is_closed(sent.mark)) {
            yield_now().await;
        }
    });
    assert!(open.into_iter().filter_map(&mut check_one).next().is_none());
    assert_eq!(checked, THREADS as u64 * (VALUES / 97));
    assert_eq!(sender.closed_until(), None);
}

#[test]
fn a_mark_that_is_closed_was_delivered_by_batches() {
    check(MStream::builder("n").batch(size(1000)));
}

#[test]
fn a_mark_that_is_closed_was_delivered_by_windows() {
    check(MStream::builder("n").window(Duration::from_millis(2)));
}

#[test]
fn a_mark_that_is_closed_was_delivered_where_threads_take_turns() {
    // A fold of one's own goes through the stream's lock.
    let own = || metrix_core::fold::Fold::<f64>::map(metrix_core::fold::Count, |count| count as f64);
    let count = metrix::Agg::fold("own", own());
    check(MStream::builder("n").batch(size(100)).agg(count));
}

fn event_time() -> (MSender, MStream) {
    let windows =
        Windows::every(Duration::from_secs(10)).event_time(Duration::from_secs(5)).idle(Duration::from_secs(60));
    MStream::builder("n").window(windows).agg("count").build().unwrap()
}

fn send(sender: &MSender, second: i64) {
    sender.try_send_at(1.0, tags! {}, Timestamp::from_secs(second)).unwrap();
}

#[tokio::test(start_paused = true)]
async fn in_event_time_it_is_the_watermark() {
    let (sender, mut stream) = event_time();
    let secs = |second| Some(Timestamp::from_secs(second));
    assert_eq!((sender.closed_until(), sender.mark()), (None, None));
    send(&sender, 12);
    assert_eq!(sender.closed_until(), secs(7));
    send(&sender, 11);
    assert_eq!(sender.closed_until(), secs(7));
    send(&sender, 26);
    assert_eq!((sender.closed_until(), stream.stats().waiting), (secs(21), 1));
    send(&sender, 19);
    assert_eq!(stream.stats().late, 1);
    // The clock goes on where nothing comes.
    let windows = futures::StreamExt::take(&mut stream, 2);
    futures::StreamExt::collect::<Vec<_>>(windows).await;
    assert!(sender.closed_until() >= secs(81), "{:?}", sender.closed_until());
    let before = sender.closed_until();
    send(&sender, 82);
    assert_eq!(sender.closed_until(), before, "it never goes back");
    sender.close();
    assert_eq!(sender.closed_until(), None);
}

#[test]
fn the_ends_of_time_are_not_over() {
    let (sender, _stream) = event_time();
    for (at, expected) in
        [(Timestamp::MIN, None), (Timestamp::MAX, Some(Timestamp::MAX.saturating_sub(Duration::from_secs(5))))]
    {
        sender.try_send_at(1.0, tags! {}, at).unwrap();
        assert_eq!(sender.closed_until(), expected);
    }
}

#[test]
fn what_was_lost_is_never_closed() {
    let (sender, stream) = MStream::builder("n").batch(size(10)).agg("count").build().unwrap();
    sender.send(1.0);
    let mark = sender.mark().unwrap();
    drop(stream);
    assert!(!sender.is_closed(mark));
    let sender = Arc::new(sender);
    assert_eq!(sender.mark(), Some(mark));
}
