//! What users and their peers get wrong, through a coordinator: a clear error or a counted refusal, and nobody else is
//! the worse for it.

use std::time::Duration;

use metrix::{
    Agg, MCoordinator, MStream, MStreamBuilder, SendError, SinkOptions, Tags, Timestamp, Windows, size, tags,
};
use tokio::time::sleep;

use crate::chain::chain;
use crate::coordinator::{each, good, secs};
use crate::log;

mod sinks;

/// A window that only the end closes.
fn long(name: &str) -> MStreamBuilder {
    MStream::builder(name).window(secs(24 * 3600))
}

const HOSTILE: [&str; 6] = ["a\nb", "\r\nput forged 0 1 a=b", "\0", "\u{1b}[2J", "\u{202e}", "\u{7f}\u{9b}"];

#[tokio::test(start_paused = true)]
async fn names_with_control_characters_are_refused_wherever_a_name_is_given() {
    let named = |name: &str| {
        let (sink, _) = good();
        let aggregate = |values: &[f64]| values.len();
        [
            MCoordinator::builder().stream(each(name)).start(),
            MCoordinator::builder().stream(long("n").agg((name, "sum"))).start(),
            MCoordinator::builder().stream(long("n").agg(Agg::values(name, aggregate))).start(),
            MCoordinator::builder().stream(each("n")).sink(name, sink).start(),
        ]
    };
    // What only looks odd is legal.
    for name in HOSTILE.iter().filter(|name| name.chars().any(char::is_control)) {
        for started in named(name) {
            let error = chain(&started.unwrap_err());
            assert!(error.contains("control characters"), "{error}");
            assert!(error.contains(&*name.escape_debug().to_string()), "{error} doesn't tell the name");
            assert!(!error.chars().any(char::is_control), "{error:?}");
        }
    }
    for started in named("naïve name, {}") {
        assert!(started.unwrap().shutdown(secs(1)).await.is_complete());
    }
}

#[tokio::test(start_paused = true)]
async fn tags_with_control_characters_arrive_as_they_are() {
    let (sink, written) = good();
    let coordinator = MCoordinator::builder().stream(long("n").agg("sum")).sink("s", sink).start().unwrap();
    let mut sets: Vec<Tags> = HOSTILE.map(|text| Tags::from([(text, "value")])).to_vec();
    sets.extend(HOSTILE.map(|text| Tags::from([("name", text)])));
    for _ in 0..2 {
        sets.iter().for_each(|tags| coordinator.send_with("n", 1.0, tags).unwrap());
    }
    let report = coordinator.shutdown(secs(1)).await;
    assert!(report.is_complete(), "{report}");
    let written = written.written();
    assert!(written.iter().all(|element| element.value == 2.0));
    assert_eq!(written.into_iter().map(|element| element.tags).collect::<Vec<_>>(), sets);
}

#[tokio::test(start_paused = true)]
async fn tags_of_a_megabyte_are_refused_unless_they_are_asked_for() {
    let huge = "x".repeat(1 << 20);
    let (sink, written) = good();
    let coordinator = MCoordinator::builder()
        .stream(long("usual").agg("sum"))
        .stream(long("patient").agg("sum").max_tag_bytes(2 << 20))
        .stream(long("by default").agg("sum").default_tags([("a", &*huge)]))
        .sink("s", sink)
        .start()
        .unwrap();
    let usual = coordinator.stream("usual").unwrap();
    for tags in
        [Tags::from([("a", &*huge)]), Tags::from([(&*huge, "a")]), (0..1 << 16).map(|n| (n.to_string(), "v")).collect()]
    {
        let refused = |sent| assert!(matches!(sent, Err(SendError::TagsTooLong { most: 65_536, .. })), "{sent:?}");
        refused(usual.try_send_with(1.0, &tags));
        refused(usual.with(&tags).try_send(1.0));
        refused(usual.send_async_with(1.0, &tags).await);
        usual.with(&tags).timer().stop();
        coordinator.send_with("usual", 1.0, &tags).unwrap();
        coordinator.send_with("patient", 1.0, &tags).unwrap();
    }
    usual.send(7.0);
    coordinator.send("by default", 1.0).unwrap();

    let report = coordinator.shutdown(secs(1)).await;
    let refused = report.streams.values().map(|stream| (stream.tags_too_long, stream.accepted));
    assert_eq!(refused.collect::<Vec<_>>(), [(1, 0), (0, 3), (15, 1)], "{report}");
    let of = |name| written.written().into_iter().filter(move |element| &*element.name == name);
    assert_eq!(of("usual.sum").map(|element| element.value).collect::<Vec<_>>(), [7.0]);
    let lengths: Vec<usize> = of("patient.sum").map(|element| element.tags.text_len()).collect();
    assert_eq!(lengths[..2], [(1 << 20) + 1; 2]);
    assert_eq!(lengths.len(), 3);
}

/// Nothing is lost of a flood but the tags, and the sinks never see it.
#[tokio::test(start_paused = true)]
async fn a_flood_of_tags_stays_in_its_stream() {
    const USERS: u32 = 50_000;
    let (sink, written) = good();
    let flood =
        MStream::builder("flood").window(secs(1)).aggs(["count", "sum"]).max_series(size(100)).queue(size(1000));
    let coordinator = MCoordinator::builder()
        .stream(flood)
        .stream(each("calm"))
        .sink("s", sink)
        .own_metrics(secs(10))
        .start()
        .unwrap();
    for user in 0..USERS {
        coordinator.send_with("flood", f64::from(user), tags! { "user" => user }).unwrap();
    }
    coordinator.send("calm", 1.0).unwrap();
    sleep(Duration::from_millis(1500)).await;
    // The next window is as free as the first was.
    coordinator.send_with("flood", 1.0, tags! { "user" => USERS }).unwrap();
    let report = coordinator.shutdown(secs(1)).await;
    assert!(report.is_complete(), "{report}");
    assert_eq!(report.streams["flood"].overflowed, u64::from(USERS - 100));
    assert_eq!(report.streams["flood"].emitted, 2 * 101 + 2);
    let of = |name: &str| written.written().into_iter().filter(|element| &*element.name == name).collect::<Vec<_>>();
    let sum = f64::from(USERS) * f64::from(USERS - 1) / 2.0 + 1.0;
    assert_eq!(of("flood.sum").iter().map(|element| element.value).sum::<f64>(), sum);
    assert_eq!(of("flood.count").last().unwrap().tags, tags! { "user" => USERS });
    let counted: Vec<_> = of("metrix.stream.overflow").iter().map(|element| element.value).collect();
    assert_eq!(counted.iter().sum::<f64>(), f64::from(USERS - 100));
}

#[test]
fn an_aggregate_that_panics_is_counted_and_logged_once_and_the_rest_arrives() {
    let lines = log::lines(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let fourth = Agg::values("fourth", |values: &[f64]| values[3]);
            let (sink, written) = good();
            let coordinator = MCoordinator::builder()
                .stream(MStream::builder("n").window(secs(1)).agg("sum").agg(fourth).agg("max"))
                .stream(each("other"))
                .sink("s", sink)
                .start()
                .unwrap();
            for second in 0..3 {
                for value in 0..3 + second {
                    coordinator.send("n", f64::from(value)).unwrap();
                    coordinator.send_with("n", f64::from(value), tags! { "short" => value }).unwrap();
                }
                coordinator.send("other", f64::from(second)).unwrap();
                sleep(secs(1)).await;
            }
            let report = coordinator.shutdown(secs(1)).await;
            assert!(report.is_complete(), "{report}");
            let of = |name: &str| written.written().into_iter().filter(move |element| &*element.name == name).count();
            // A group without tags and 3, 4 and 5 with a value each.
            assert_eq!((of("n.sum"), of("n.max"), of("n.fourth"), of("other.sum")), (15, 15, 2, 3));
            assert_eq!(report.streams["n"].panics, 13);
        });
    });
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("ERROR") && lines[0].contains("fourth"), "{lines:?}");
}

#[tokio::test(start_paused = true)]
async fn the_longest_times_and_the_largest_sizes_are_taken_at_their_word() {
    let (sink, written) = good();
    let all = std::num::NonZeroUsize::MAX;
    let options = SinkOptions::default().queue(all).max_batch(all).write_timeout(Duration::MAX);
    let ages = Duration::from_nanos(i64::MAX as u64);
    let coordinator = MCoordinator::builder()
        .stream(MStream::builder("batch").batch(all).agg("sum").queue(all).max_series(all).max_tag_bytes(usize::MAX))
        .stream(MStream::builder("window").window(ages).agg("sum"))
        .stream(MStream::builder("event").window(Windows::every(ages).event_time(Duration::MAX).idle(ages)).agg("sum"))
        .stream(
            MStream::builder("aligned")
                .window(Windows::every(secs(1)).aligned_to(Timestamp::MAX).event_time(Duration::ZERO))
                .agg("sum"),
        )
        .sink_with("s", sink, options)
        .own_metrics(ages)
        .start()
        .unwrap();
    for name in ["batch", "window", "event", "aligned"] {
        let sender = coordinator.stream(name).unwrap();
        for at in [Timestamp::MIN, Timestamp::EPOCH, Timestamp::MAX] {
            sender.try_send_at(1.0, Tags::NONE, at).unwrap();
        }
    }
    sleep(secs(3600)).await;
    let report = coordinator.shutdown(Duration::MAX).await;
    assert!(report.is_complete(), "{report}");
    let sum = |name: &str| -> f64 {
        written.written().iter().filter(|element| &*element.name == name).map(|element| element.value).sum()
    };
    assert_eq!((sum("batch.sum"), sum("window.sum"), sum("aligned.sum")), (3.0, 3.0, 3.0));
    assert_eq!(sum("event.sum"), 3.0);
}
