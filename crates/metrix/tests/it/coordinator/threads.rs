//! Threads send while sinks are slow and fail, and while all is shut down.

use metrix::{Overflow, Retry, SinkOptions};

use super::*;

#[test]
fn the_sums_at_the_sinks_that_deliver_are_exact() {
    const EACH: u32 = 100_000;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    let (good, kept) = good();
    let fails = (0..1_000_000).map(|write| if write % 3 == 0 { Act::Fail } else { Act::Slow(Duration::ZERO) });
    let (fails, kept_in_spite) = acting(fails);
    let (slow, _) = always(Act::Hang);
    let at_once = Retry::forever().first(Duration::ZERO).max(Duration::ZERO);
    let coordinator = runtime.block_on(async {
        MCoordinator::builder()
            .stream(MStream::builder("n").batch(size(100)).aggs(["sum", "count"]).queue(size(1_000_000)))
            .sink("good", good)
            .sink_with("fails", fails, SinkOptions::default().max_batch(size(10)).retry(at_once))
            .sink_with("slow", slow, SinkOptions::default().queue(size(10)).overflow(Overflow::DropOldest))
            .start()
            .unwrap()
    });
    std::thread::scope(|scope| {
        for thread in 0..2 {
            let sender = coordinator.stream("n").unwrap();
            scope.spawn(move || {
                for value in 0..EACH {
                    sender.try_send(f64::from(2 * value + thread)).unwrap();
                }
            });
        }
    });
    // The slow one never comes back, so the end has to cut it short.
    runtime.block_on(async { coordinator.remove_stream("n").await }).unwrap();
    runtime.block_on(coordinator.remove_sink("good")).unwrap();
    runtime.block_on(coordinator.remove_sink("fails")).unwrap();
    let report = runtime.block_on(coordinator.shutdown(Duration::ZERO));
    assert_eq!(report.sinks["slow"].delivered, 0);
    assert_eq!(report.sinks["slow"].overflowed + report.sinks["slow"].undelivered, u64::from(2 * 2 * EACH / 100));
    for kept in [kept, kept_in_spite] {
        let total = |name: &str| -> f64 {
            kept.written().iter().filter(|element| &*element.name == name).map(|element| element.value).sum()
        };
        let sends = f64::from(2 * EACH);
        assert_eq!((total("n.count"), total("n.sum")), (sends, sends * (sends - 1.0) / 2.0));
    }
}

#[test]
fn what_is_sent_while_it_is_shut_down_is_refused_or_arrives() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    let mut refused_some = 0;
    for round in 0..200 {
        let (sink, kept) = good();
        let coordinator = runtime.block_on(async {
            MCoordinator::builder()
                .stream(MStream::builder("n").batch(size(7)).agg("count"))
                .stream(MStream::builder("m").window(Duration::from_millis(1)).agg("count"))
                .sink("kept", sink)
                .start()
                .unwrap()
        });
        let (accepted, refused, report) = std::thread::scope(|scope| {
            let threads: Vec<_> = ["n", "m"]
                .map(|name| {
                    let sender = coordinator.stream(name).unwrap();
                    scope.spawn(move || {
                        let results = (0..2000).map(|value| sender.try_send(f64::from(value)).is_ok());
                        results.filter(|accepted| *accepted).count()
                    })
                })
                .into_iter()
                .collect();
            // Some rounds end before the threads have begun, some after they are done, most in between.
            for _ in 0..round * 50 {
                std::hint::spin_loop();
            }
            let report = runtime.block_on(coordinator.shutdown(secs(60)));
            let accepted: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
            (accepted, 4000 - accepted, report)
        });
        let counted: f64 = values(&kept).iter().sum();
        assert_eq!(counted, accepted as f64, "{report}");
        assert!(report.is_complete(), "{report}");
        refused_some += usize::from(0 < refused && refused < 4000);
    }
    assert!(refused_some > 0, "no round was interrupted");
}

#[tokio::test(start_paused = true)]
async fn it_may_be_used_from_any_thread_and_task() {
    fn is_shared<T: Send + Sync + 'static>(value: T) -> T {
        value
    }
    fn is_sent<T: Send>(future: T) -> T {
        future
    }
    let (coordinator, _) = simple();
    let coordinator = is_shared(coordinator);
    is_sent(coordinator.remove_stream("n")).await.unwrap();
    is_sent(coordinator.remove_sink("kept")).await.unwrap();
    is_shared(is_sent(coordinator.shutdown(secs(1))).await);
}
