//! What a coordinator tells of itself.

use std::collections::BTreeMap;

use metrix::{Overflow, Retry, SinkOptions, Timestamp};

use super::*;

/// The values of one report: name and tag, without `metrix.`.
fn of(elements: &[MElement]) -> BTreeMap<String, f64> {
    let line = |element: &MElement| {
        let name = element.name.strip_prefix("metrix.").unwrap();
        (format!("{name} {}", element.tags), element.value)
    };
    elements.iter().map(line).collect()
}

#[tokio::test(start_paused = true)]
async fn they_tell_what_has_happened_since_the_last_time() {
    let own = |element: &MElement| element.name.starts_with("metrix.");
    let (sink, kept) = good();
    let (fails, _) = acting([Act::Fail, Act::Slow(secs(1)), Act::Hang]);
    let not_own = SinkOptions::default().accept(move |element| !own(element));
    let second = Retry::default().first(secs(1)).jitter(metrix::Jitter::None);
    let built = Timestamp::now();
    let coordinator = MCoordinator::builder()
        .stream(each("n"))
        .sink_with("fails", fails, not_own.retry(second).write_timeout(Duration::ZERO).max_batch(size(2)))
        .sink_with("own", sink, SinkOptions::default().accept(own))
        .own_metrics(secs(10))
        .start()
        .unwrap();
    for value in [1.0, 2.0, f64::NAN, 3.0] {
        coordinator.send("n", value).unwrap();
    }
    sleep(secs(11)).await;
    let first = kept.written();
    assert!(first.iter().all(|e| e.at == built + secs(10) && e.start == Some(built)), "{first:?}");
    let told = of(&first);
    let expected = [
        ("sink.delivered sink=fails", 2.0),
        ("sink.delivered sink=own", 0.0),
        ("sink.dropped sink=fails", 0.0),
        ("sink.dropped sink=own", 0.0),
        ("sink.errors sink=fails", 1.0),
        ("sink.errors sink=own", 0.0),
        ("sink.lag sink=fails", 10.0),
        ("sink.lag sink=own", 0.0),
        ("sink.queue sink=fails", 1.0),
        ("sink.queue sink=own", 0.0),
        ("sink.refused sink=fails", 0.0),
        ("sink.refused sink=own", 0.0),
        ("sink.retried sink=fails", 2.0),
        ("sink.retried sink=own", 0.0),
        ("sink.write sink=fails", 0.5),
        ("stream.cut stream=n", 0.0),
        ("stream.in stream=n", 3.0),
        ("stream.late stream=n", 0.0),
        ("stream.not_finite_results stream=n", 0.0),
        ("stream.out stream=n", 3.0),
        ("stream.overflow stream=n", 0.0),
        ("stream.panics stream=n", 0.0),
        ("stream.refused stream=n", 1.0),
    ];
    assert_eq!(told, expected.map(|(line, value)| (line.to_owned(), value)).into());

    coordinator.send("n", 4.0).unwrap();
    sleep(secs(10)).await;
    let second = kept.written().split_off(first.len());
    assert!(second.iter().all(|e| e.at == built + secs(20) && e.start == Some(built + secs(10))), "{second:?}");
    let told = of(&second);
    for (line, value) in [
        ("stream.in stream=n", 1.0),
        ("stream.refused stream=n", 0.0),
        ("sink.delivered sink=fails", 0.0),
        ("sink.delivered sink=own", expected.len() as f64),
        ("sink.queue sink=fails", 2.0),
        ("sink.lag sink=fails", 20.0),
    ] {
        assert_eq!(told[line], value, "{line}");
    }
    assert!(!told.contains_key("sink.write sink=fails"));
}

#[tokio::test(start_paused = true)]
async fn the_last_ones_come_at_the_end_and_counts_add_up() {
    let own = |element: &MElement| element.name.starts_with("metrix.");
    let (sink, kept) = good();
    let coordinator = MCoordinator::builder()
        .stream(MStream::builder("w").window(secs(3600)).agg("sum"))
        .sink_with("own", sink, SinkOptions::default().accept(own))
        .own_metrics(secs(10))
        .start()
        .unwrap();
    for value in 0..35 {
        coordinator.send("w", f64::from(value)).unwrap();
        sleep(secs(1)).await;
    }
    let report = coordinator.shutdown(secs(10)).await;
    assert!(report.is_complete(), "{report}");
    let sum =
        |name: &str| -> f64 { kept.written().iter().filter(|e| &*e.name == name).map(|element| element.value).sum() };
    assert_eq!((sum("metrix.stream.in"), sum("metrix.stream.out")), (35.0, 1.0));
    let times: Vec<Timestamp> =
        kept.written().iter().filter(|e| &*e.name == "metrix.stream.in").map(|element| element.at).collect();
    let pauses: Vec<u64> = times.windows(2).map(|pair| (pair[1] - pair[0]).as_secs()).collect();
    assert_eq!(pauses, [10, 10, 5]);
}

#[tokio::test(start_paused = true)]
async fn they_wait_for_no_sink() {
    let own = |element: &MElement| element.name.starts_with("metrix.");
    let (sink, kept) = good();
    let (hangs, _) = always(Act::Hang);
    let waits = SinkOptions::default().queue(size(20)).overflow(Overflow::Block).write_timeout(Duration::ZERO);
    let coordinator = MCoordinator::builder()
        .sink_with("hangs", hangs, waits)
        .sink_with("own", sink, SinkOptions::default().accept(own))
        .own_metrics(secs(10))
        .start()
        .unwrap();
    sleep(secs(101)).await;
    let told = |name: &str, tags| -> Vec<f64> {
        let written = kept.written();
        written.iter().filter(|e| &*e.name == name && e.tags == tags).map(|e| e.value).collect()
    };
    let hangs = metrix::tags! { "sink" => "hangs" };
    assert_eq!(told("metrix.sink.queue", hangs.clone()).len(), 10, "all of them have come");
    let stats = coordinator.stats().sinks["hangs"];
    assert!(stats.overflowed > 0 && stats.queued > 20, "{stats:?}");
    sleep(secs(10)).await;
    let dropped: f64 = told("metrix.sink.dropped", hangs).iter().sum();
    assert_eq!(dropped, stats.overflowed as f64);
    assert_eq!(coordinator.stats().sinks["own"].dropped(), 0);
    coordinator.shutdown(secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn what_was_removed_is_told_of_to_its_end_and_again_under_its_name() {
    let own = |element: &MElement| element.name.starts_with("metrix.");
    let not_own = SinkOptions::default().accept(move |element| !own(element));
    let (sink, kept) = good();
    let coordinator = MCoordinator::builder()
        .sink_with("own", sink, SinkOptions::default().accept(own))
        .own_metrics(secs(10))
        .start()
        .unwrap();
    // Each lives shorter than a tick, and has the name of the one before.
    for round in 0..3 {
        coordinator.add_sink("s", good().0, not_own.clone()).unwrap();
        let sender = coordinator.add_stream(each("n")).unwrap();
        (0..=round).for_each(|_| sender.send(1.0));
        coordinator.remove_stream("n").await.unwrap();
        assert_eq!(coordinator.remove_sink("s").await.unwrap().delivered, round + 1);
    }
    // And one takes its time to leave, over two ticks.
    coordinator.add_sink("s", always(Act::Slow(secs(9))).0, not_own.max_batch(size(1))).unwrap();
    let sender = coordinator.add_stream(each("n")).unwrap();
    sender.send(1.0);
    sender.send(1.0);
    coordinator.remove_stream("n").await.unwrap();
    assert_eq!(coordinator.remove_sink("s").await.unwrap().delivered, 2);
    sleep(secs(20)).await;
    let told = |name: &str| -> Vec<f64> {
        kept.written()
            .iter()
            .filter(|e| &*e.name == name && e.tags.get("sink") != Some("own"))
            .map(|e| e.value)
            .collect()
    };
    assert_eq!(told("metrix.stream.in"), [8.0]);
    assert_eq!(told("metrix.stream.out"), [8.0]);
    assert_eq!(told("metrix.sink.delivered"), [7.0, 1.0]);
    assert_eq!(told("metrix.sink.queue"), [1.0, 0.0]);
    coordinator.shutdown(secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn counts_of_the_application_come_as_what_they_have_grown_by() {
    let (sink, kept) = good();
    let mut asked = 0;
    let own = move || {
        asked += 1;
        let falls = [5, 3, 4][asked.min(3) - 1];
        let new = (asked > 1).then_some(("new", metrix::tags! {}, 7));
        let counts = [("grows", metrix::tags! { "a" => 1 }, 10 * asked as u64), ("falls", metrix::tags! {}, falls)];
        counts.into_iter().chain(new)
    };
    let panics = || -> [(&str, metrix::Tags, u64); 0] { panic!("no counts today") };
    let coordinator = MCoordinator::builder()
        .sink("kept", sink)
        .own_counts(panics)
        .own_counts(own)
        .own_metrics(secs(10))
        .start()
        .unwrap();
    sleep(secs(21)).await;
    let report = coordinator.shutdown(secs(1)).await;
    assert!(report.is_complete(), "{report}");
    let told = |name: &str| -> Vec<(f64, String)> {
        let written = kept.written();
        written.iter().filter(|e| &*e.name == name).map(|e| (e.value, e.tags.to_string())).collect()
    };
    assert_eq!(told("grows"), [10.0, 10.0, 10.0].map(|value| (value, "a=1".to_owned())));
    assert_eq!(told("falls"), [5.0, 0.0, 1.0].map(|value| (value, String::new())));
    assert_eq!(told("new"), [7.0, 0.0].map(|value| (value, String::new())));
}
